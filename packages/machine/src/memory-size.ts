/** Sizes of guest RAM as people write them. */

/** RAM of a machine when nothing else is said. */
export const DEFAULT_MEMORY_BYTES = 128 << 20;

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

/**
 * Bytes of a size such as `64M`, `1G`, `65536K`, `64MiB` or `0x4000000`. What a machine can have is the loader's to check.
 * @throws RangeError if it is no size
 */
export function parseMemorySize(size: number | string): number {
  if (typeof size === 'number') return size;
  const [, digits = '', unit = ''] = /^\s*(0x[0-9a-f]+|\d+)\s*([kmg]?)(?:i?b)?\s*$/i.exec(size) ?? [];
  const bytes = digits === '' ? Number.NaN : Number(digits) * (UNITS[unit.toUpperCase()] ?? 1);
  if (!Number.isSafeInteger(bytes)) {
    throw new RangeError(`${JSON.stringify(size)} is no memory size: expected bytes or a text such as "64M" or "1G"`);
  }
  return bytes;
}
