/** The value of `--until`: `/regular expression/flags`, or plain text to be found as it is. */

/** A RegExp that keeps no state between tests. @throws Error of one line */
export function parsePattern(text: string): RegExp {
  if (text === '') throw new Error('expected a text or /regular expression/, found nothing');
  const match = /^\/(.+)\/([a-z]*)$/s.exec(text);
  if (!match) return new RegExp(text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  try {
    return new RegExp(match[1]!, match[2]!.replace(/[gy]/g, ''));
  } catch (error) {
    throw new Error(`"${text}" is not valid: ${(error as Error).message}`);
  }
}
