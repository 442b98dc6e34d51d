/** Numbers and places as the debugger's views write them. */

import type { CodeLocation } from '@longmode/machine';

/** `0x1f` */
export function hex(value: bigint | number): string {
  return `0x${value.toString(16)}`;
}

/** All sixteen digits, in two groups. */
export function hex64(value: bigint): string {
  return value
    .toString(16)
    .padStart(16, '0')
    .replace(/(.{8})/, '$1_');
}

/** All digits of a word of the stack. */
export function hexWord(value: bigint, wordBytes: 4 | 8): string {
  return wordBytes === 8 ? hex64(value) : value.toString(16).padStart(8, '0');
}

/** `1 entry`, `2 entries` */
export function count(number: number, singular: string, plural: string): string {
  return `${number} ${number === 1 ? singular : plural}`;
}

/** `symbol+0x12`, or the address alone. */
export function place({ address, symbol, offset }: CodeLocation): string {
  if (symbol === undefined) return hex(address);
  return offset === undefined || offset === 0 ? symbol : `${symbol}+${hex(offset)}`;
}

/** `file:line`, empty if that is not known. */
export function sourceLine({ file, line }: CodeLocation): string {
  return file === undefined ? '' : `${file}:${line}`;
}

/** A power of two in the largest unit that it fills: `4 KiB`. */
export function size(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB'];
  let unit = 0;
  for (; bytes >= 1024 && bytes % 1024 === 0 && unit < units.length - 1; unit++) bytes /= 1024;
  return `${bytes} ${units[unit]}`;
}

/** What people type as an address: hexadecimal with `0x`, decimal, or a symbol, perhaps with an offset. */
export function parseAddress(text: string): bigint | string {
  const trimmed = text.trim();
  return /^(0x[0-9a-f]+|\d+)$/i.test(trimmed) ? BigInt(trimmed) : trimmed;
}
