/** What the output of a kernel's own tests says, whatever its protocol. */

/** One test of the kernel. */
export interface KernelTestResult {
  readonly name: string;
  /** `unfinished`: it began, and nothing was heard of it again. `todo`: it failed and may. */
  readonly outcome: 'ok' | 'failed' | 'skipped' | 'todo' | 'unfinished';
  /** What the kernel said about it: an error message, a reason. Empty if nothing. */
  readonly details: string;
}

/** All of a kernel's tests. */
export interface KernelTestReport {
  /** In the order of the output. */
  readonly results: readonly KernelTestResult[];
  /** How many the kernel said there would be. */
  readonly planned: number | undefined;
  /** Why the kernel gave up as a whole. */
  readonly bailOut: string | undefined;
}
