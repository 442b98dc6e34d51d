/**
 * The one kind of error that a user can mend: what went wrong, where, how to mend it, and the exit code. Everything
 * else that is thrown is a bug of ours and is reported as such (exit code 70), also without a stack trace.
 */

/** A problem the user can mend. `message` is one line; `remedy` (one line, optional) says what to do about it. */
export class UserError extends Error {
  override readonly name = 'UserError';
  /** The exit code of the command line for this problem, see exit-codes.ts. */
  readonly exitCode: number;
  readonly remedy: string | undefined;

  constructor(exitCode: number, message: string, remedy?: string) {
    super(message);
    this.exitCode = exitCode;
    this.remedy = remedy;
  }
}

/** Control characters shown as escapes, so that a file name or a guest's bytes cannot drive the terminal. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

/** One block for standard error: `longmode: what`, and below it the remedy, indented. */
export function formatProblem(message: string, remedy?: string): string {
  return `longmode: ${printable(message)}\n${remedy ? `  ${printable(remedy)}\n` : ''}`;
}
