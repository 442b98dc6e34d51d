/** What went wrong on the way to a running guest, as plain data that crosses from the worker and is shown to people. */

/** One failure: what and where in `message`, how to mend it in `remedy`. */
export interface Failure {
  /** The loader's code of the cause, or where it went wrong: fetching the kernel, getting the core, in the worker. */
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  /** Offset in the kernel file in bytes, where the loader names one. */
  readonly offset?: number;
}

/** The error that `boot()` of the element rejects with. */
export class LongModeError extends Error {
  override readonly name = 'LongModeError';
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(`${failure.message}. ${failure.remedy}`);
    this.failure = failure;
  }
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What to tell where Wasm is refused. */
export function compileFailure(error: unknown): LongModeError {
  return new LongModeError({
    code: 'core-compile',
    message: `the processor core could not be compiled: ${messageOf(error)}`,
    remedy: `If the page has a Content-Security-Policy, add 'wasm-unsafe-eval' to its script-src, or use engine="js".`,
  });
}
