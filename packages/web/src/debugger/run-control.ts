/**
 * How the machine's worker lets a debugger run its machine. The worker alone calls `run`, because it tells the page how
 * a run ends; a debugger asks it to.
 */
export interface RunControl {
  /** Lets a machine that stands run on. Resolves when it stands again. */
  resume(): Promise<void>;
  /** Executes instructions of a machine that stands. */
  step(count: number): Promise<void>;
}
