/** Looking for a string or regular expression in guest output; one meaning for screen and serial ports. */

import type { Match } from './api.ts';

/**
 * Finds the first match. A regular expression is always tried from the start: its `g` and `y` flags and its
 * `lastIndex`, which would make the answer depend on earlier questions, are ignored.
 */
export function findMatch(pattern: string | RegExp, text: string): Match | undefined {
  if (typeof pattern === 'string') {
    const at = text.indexOf(pattern);
    return at < 0 ? undefined : matchAt(text, at, pattern, {});
  }
  const found = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, '')).exec(text);
  return found ? matchAt(text, found.index, found[0], found.groups ?? {}) : undefined;
}

/** How a pattern reads in a message. */
export function describePattern(pattern: string | RegExp | ((...args: never[]) => boolean)): string {
  if (typeof pattern === 'string') return JSON.stringify(pattern);
  return pattern instanceof RegExp ? String(pattern) : 'a condition';
}

function matchAt(text: string, at: number, found: string, groups: Record<string, string>): Match {
  return { text: found, before: text.slice(0, at), after: text.slice(at + found.length), groups: { ...groups } };
}
