/**
 * What every run must produce, as reviewed text in `expected.json`: the checksum, from the native program, and the exact
 * number of instructions, from our own interpreter; at the long sizes, which it would take half an hour for, from translated
 * code, which the tests compare with the interpreter. A changed count with the same image is a changed core.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { loadEngine, type Pages, runOnEngine } from './engine.ts';
import { buildImage, sourcesSha256 } from './guests/build.ts';
import { guests, type SizeName } from './guests.ts';
import { buildNativeProgram } from './native.ts';

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
  /** How many more instructions a run takes when it maps its memory with 4 KiB pages first. */
  readonly smallPagesInstructions: number;
  readonly guests: Readonly<Record<string, Readonly<Record<SizeName, Expected>>>>;
}

const path = new URL('expected.json', import.meta.url);

export const readExpected = (): ExpectedTable => JSON.parse(readFileSync(path, 'utf8')) as ExpectedTable;

/** Looks a guest up. @throws if the table has no such row or was made for another size */
export function expectedOf(table: ExpectedTable, name: string, sizeName: SizeName, pages: Pages = '2m'): Expected {
  const expected = table.guests[name]?.[sizeName];
  const size = guests.find((guest) => guest.name === name)?.sizes[sizeName];
  if (expected === undefined || expected.size !== size) {
    throw new Error(`expected.json has no row for ${name} at size ${size}: run \`pnpm bench --update\` in tests`);
  }
  if (pages === '2m') return expected;
  return { ...expected, instructions: expected.instructions + table.smallPagesInstructions };
}

/** Rebuilds the image and the rows of these guests (or all) in the table. Needs gcc and takes minutes. */
export async function updateExpected(only: readonly string[], log: (line: string) => void): Promise<void> {
  buildImage('x86-64');
  buildImage('i386');
  const before = readExpected().guests;
  const code = await loadEngine('interpreter');
  using native = buildNativeProgram();
  const rows: Record<string, Readonly<Record<string, Expected>>> = {};
  for (const { name, sizes } of guests) {
    const kept = before[name];
    if (kept && !only.includes(name)) {
      rows[name] = kept;
      continue;
    }
    const row: Record<string, Expected> = {};
    for (const [sizeName, size] of Object.entries(sizes)) {
      const runner = sizeName === 'long' || sizeName === 'cold' ? 'jit' : 'interpreter';
      const { checksum } = native.run(name, size);
      const run = await runOnEngine(runner, code, { name, size });
      if (run.checksum !== checksum) {
        throw new Error(`${name} at size ${size}: the native program says ${checksum}, the ${runner} ${run.checksum}`);
      }
      row[sizeName] = { size, checksum, instructions: run.instructions };
    }
    rows[name] = row;
    const counts = Object.values(row).map(({ instructions }) => instructions);
    log(`${name}: ${counts.join(' ')}`);
  }
  const [large, small] = [
    await runOnEngine('interpreter', code, { name: 'empty', size: 0 }),
    await runOnEngine('interpreter', code, { name: 'empty', size: 0, pages: '4k' }),
  ];
  const table: ExpectedTable = {
    sourcesSha256: sourcesSha256(),
    smallPagesInstructions: small.instructions - large.instructions,
    guests: rows as ExpectedTable['guests'],
  };
  writeFileSync(path, `${JSON.stringify(table, null, 2)}\n`);
}
