/** The one error class of the assembler. */

/** A place in the source: line and column count from 1. */
export interface SourcePlace {
  readonly line: number;
  readonly column: number;
}

/** A mistake in the source text. The message names line and column, what is wrong and how to mend it. */
export class AssemblerError extends Error {
  override readonly name = 'AssemblerError';
  readonly line: number;
  readonly column: number;
  /** What is wrong, without the place. */
  readonly problem: string;
  /** What to write instead. */
  readonly remedy: string;

  constructor(place: SourcePlace, problem: string, remedy: string) {
    super(`line ${place.line}, column ${place.column}: ${problem}; ${remedy}`);
    this.line = place.line;
    this.column = place.column;
    this.problem = problem;
    this.remedy = remedy;
  }
}
