/** Where the guest's first serial port goes: the value of `--serial`. */

/** `auto` stands for no `--serial` on the command line. */
export type SerialTarget =
  | { readonly kind: 'auto' | 'stdio' | 'none' }
  | { readonly kind: 'file'; readonly path: string };

/** Reads `stdio`, `none` or `file:PATH`. @throws Error of one line */
export function parseSerialTarget(text: string): SerialTarget {
  if (text === 'stdio' || text === 'none') return { kind: text };
  if (!text.startsWith('file:')) throw new Error(`expected stdio, none or file:PATH, found "${text}"`);
  const path = text.slice('file:'.length);
  if (path === '') throw new Error('"file:" lacks the path of a file, as in file:serial.log');
  return { kind: 'file', path };
}
