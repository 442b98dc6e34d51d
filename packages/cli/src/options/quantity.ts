/**
 * Sizes, counts and durations as people write them on a command line: `64M`, `50M`, `10s`. Sizes are binary
 * (1K = 1024 bytes), counts are decimal (1K = 1000). Each parser throws an error of one line that names what was
 * expected and what was found; the caller adds the option's name.
 */
import { MAXIMUM_MEMORY_BYTES, MINIMUM_MEMORY_BYTES } from '@longmode/loader';

const sizeUnits: Record<string, number> = { '': 1, B: 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };
const countUnits: Record<string, number> = { '': 1, K: 1e3, M: 1e6, G: 1e9 };
const durationUnits: Record<string, number> = { '': 1000, MS: 1, S: 1000, M: 60_000 };

const pageBytes = 4096;

function split(text: string, expected: string): { digits: string; unit: string } {
  if (text === '') throw new Error(`expected ${expected}, found nothing`);
  if (/^-/.test(text)) throw new Error(`expected ${expected}, found "${text}"`);
  const match = /^(\d+)\s*([a-z]*)$/i.exec(text);
  if (!match) throw new Error(`expected ${expected}, found "${text}"`);
  return { digits: match[1] ?? '', unit: (match[2] ?? '').toUpperCase() };
}

/** Guest memory in bytes from `64M`, `64MiB`, `1G`, `65536K` or plain bytes. */
export function parseMemorySize(text: string): number {
  const { digits, unit } = split(text, 'a size such as 64M');
  const factor = sizeUnits[unit.replace(/^([KMG])I?B$/, '$1')];
  if (factor === undefined) throw new Error(`"${text}" has an unknown unit; use K, M or G, as in 64M`);
  const bytes = Number(digits) * factor;
  if (bytes < MINIMUM_MEMORY_BYTES) {
    const hint = unit === '' && bytes > 0 ? `; for ${digits} MiB write ${digits}M` : '';
    throw new Error(`"${text}" is too little: the least is 1M, the most 3G${hint}`);
  }
  if (bytes > MAXIMUM_MEMORY_BYTES) throw new Error(`"${text}" is too much: the least is 1M, the most 3G`);
  if (bytes % pageBytes !== 0) throw new Error(`"${text}" is not a whole number of pages (4096 bytes each)`);
  return bytes;
}

/** A number of instructions from `50M`, `1G`, `200k` or a plain number; at least 1. */
export function parseInstructionCount(text: string): number {
  const { digits, unit } = split(text, 'a number of instructions such as 50M');
  const factor = countUnits[unit];
  if (factor === undefined) throw new Error(`"${text}" has an unknown unit; use K, M or G (thousands), as in 50M`);
  const count = Number(digits) * factor;
  if (count === 0) throw new Error(`"${text}" allows no instruction at all; the least is 1`);
  if (!Number.isSafeInteger(count)) throw new Error(`"${text}" is too much: the most is ${Number.MAX_SAFE_INTEGER}`);
  return count;
}

/** Longest time limit: what a timer of the host can hold (2^31 - 1 ms). */
const mostMillis = 2 ** 31 - 1;

/** A duration in milliseconds from `10s`, `500ms`, `2m`, or plain seconds; at least 1 ms. */
export function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text);
  if (!match) throw new Error(`expected a duration such as 10s, found ${text === '' ? 'nothing' : `"${text}"`}`);
  const factor = durationUnits[(match[2] ?? '').toUpperCase()];
  if (factor === undefined) throw new Error(`"${text}" has an unknown unit; use ms, s or m, as in 10s`);
  const millis = Math.round(Number(match[1]) * factor);
  if (millis === 0) throw new Error(`"${text}" allows no time at all; the least is 1ms`);
  if (millis > mostMillis) throw new Error(`"${text}" is too long: the most is ${Math.floor(mostMillis / 60_000)}m`);
  return millis;
}

/** Where random numbers start: a whole number, or `host` for a seed that the host chooses. */
export function parseRandomSeed(text: string): number | 'host' {
  if (text === 'host') return 'host';
  const seed = Number(text);
  if (!/^(0x[0-9a-f]+|\d+)$/i.test(text) || !Number.isSafeInteger(seed)) {
    throw new Error(`expected a whole number up to 2^53 - 1, or host, found ${text === '' ? 'nothing' : `"${text}"`}`);
  }
  return seed;
}
