/**
 * What every run must produce, as reviewed text in `expected.json`: the checksum, from the native program, and the exact
 * number of instructions, from our own interpreter. A changed count with the same image is a changed core.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { loadEngine, runOnEngine } from './engine.ts';
import { buildImage, runNatively, sourcesSha256 } from './guests/build.ts';
import { guests, type SizeName } from './guests.ts';

/** What one guest does at one size. */
export interface Expected {
  readonly size: number;
  readonly checksum: string;
  readonly instructions: number;
}

/** The content of `expected.json`. */
export interface ExpectedTable {
  /** Fingerprint of the sources that `bench.elf` was built from. */
  readonly sourcesSha256: string;
  readonly guests: Readonly<Record<string, Readonly<Record<SizeName, Expected>>>>;
}

const path = new URL('expected.json', import.meta.url);

export const readExpected = (): ExpectedTable => JSON.parse(readFileSync(path, 'utf8')) as ExpectedTable;

/** Looks a guest up. @throws if the table has no such row or was made for another size */
export function expectedOf(table: ExpectedTable, name: string, sizeName: SizeName): Expected {
  const expected = table.guests[name]?.[sizeName];
  const size = guests.find((guest) => guest.name === name)?.sizes[sizeName];
  if (expected === undefined || expected.size !== size) {
    throw new Error(`expected.json has no row for ${name} at size ${size}: run \`pnpm bench --update\` in tests`);
  }
  return expected;
}

/** Rebuilds the image and the table. Needs gcc and takes minutes: the sizes for QEMU run on our interpreter. */
export async function updateExpected(log: (line: string) => void): Promise<void> {
  buildImage();
  const code = await loadEngine('interpreter');
  const native = runNatively(guests.flatMap(({ name, sizes }) => Object.values(sizes).map((size) => ({ name, size }))));
  const rows: Record<string, Record<string, Expected>> = {};
  for (const { name, sizes } of guests) {
    const row: Record<string, Expected> = {};
    for (const [sizeName, size] of Object.entries(sizes)) {
      const checksum = native.shift() ?? '';
      const run = await runOnEngine('interpreter', code, name, size);
      if (run.checksum !== checksum) {
        throw new Error(
          `${name} at size ${size}: the native program says ${checksum}, the interpreter ${run.checksum}`,
        );
      }
      row[sizeName] = { size, checksum, instructions: run.instructions };
    }
    rows[name] = row;
    log(
      `${name}: ${Object.values(row)
        .map(({ instructions }) => instructions)
        .join(' ')}`,
    );
  }
  writeFileSync(path, `${JSON.stringify({ sourcesSha256: sourcesSha256(), guests: rows }, null, 2)}\n`);
}
