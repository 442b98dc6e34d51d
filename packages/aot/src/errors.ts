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

/** One remark of asc at a place in the sources, for editors; the text of the report has it too. */
export interface SourceProblem {
  readonly severity: 'error' | 'warning' | 'info';
  readonly message: string;
  /** The file in asc's spelling, such as `kernel/main.ts`; undefined if it concerns no place. */
  readonly file: string | undefined;
  /** Offsets in the text of the file, in UTF-16 code units. */
  readonly start: number;
  readonly end: number;
}

export class CompileError extends Error {
  override readonly name = 'CompileError';
  readonly code: CompileErrorCode;
  /** What asc said with places, if it was asc that refused the source. */
  readonly problems: readonly SourceProblem[];

  constructor(code: CompileErrorCode, message: string, problems: readonly SourceProblem[] = []) {
    super(message);
    this.code = code;
    this.problems = problems;
  }
}
