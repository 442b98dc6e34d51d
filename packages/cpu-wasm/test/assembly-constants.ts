/**
 * Addresses and numbers that only the core's sources know: reads the constants of an AssemblyScript file whose values are plain
 * numbers, for tests that look into linear memory.
 */
import { readFileSync } from 'node:fs';

/** Constants of `assembly/FILE` with a number (decimal or hexadecimal) for a value, by name. */
export function assemblyConstants(file: string): ReadonlyMap<string, number> {
  const text = readFileSync(new URL(`../assembly/${file}`, import.meta.url), 'utf8');
  const found = text.matchAll(/^(?:export )?const (\w+): \w+ = (0x[0-9a-f]+|\d+);/gim);
  return new Map([...found].map(([, name, value]) => [String(name), Number(value)]));
}
