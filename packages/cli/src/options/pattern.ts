/** The value of `--until` and the like: `/regular expression/flags`, or plain text to be found as it is. */

/** A RegExp that keeps no state between tests. @throws Error of one line */
export function parsePattern(text: string): RegExp {
  if (text === '') throw new Error('expected a text or /regular expression/, found nothing');
  const match = /^\/(.+)\/([a-z]*)$/s.exec(text);
  if (!match) return literalPattern(text);
  try {
    return new RegExp(match[1]!, match[2]!.replace(/[gy]/g, ''));
  } catch (error) {
    throw new Error(`"${text}" is not valid: ${(error as Error).message}`);
  }
}

/** A RegExp that finds the text as it is. */
export function literalPattern(text: string): RegExp {
  return new RegExp(text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
}
