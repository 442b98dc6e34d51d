/** The one error class of the compiler: every message names the function or file concerned and what to do about it. */

export type CompileErrorCode =
  /** The bytes are not a valid WebAssembly module. */
  | 'module'
  /** A valid module that uses a feature without native counterpart here. */
  | 'unsupported'
  /** A name that nothing defines, or that two things define. */
  | 'symbol'
  /** Sections that overlap, do not fit or are misaligned. */
  | 'layout'
  /** asc refused the source. */
  | 'source';

export class CompileError extends Error {
  override readonly name = 'CompileError';
  readonly code: CompileErrorCode;

  constructor(code: CompileErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
