/**
 * Runs what a real processor did, instruction by instruction, on every engine: registers, defined flags, memory, exceptions with
 * error code and CR2. The recordings are in `tests/vectors/`.
 */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { engines } from './engines.ts';
import { VectorMachine } from './vectors/machine.ts';
import { readVectors } from './vectors/reader.ts';

const folder = fileURLToPath(new URL('../../../tests/vectors/', import.meta.url));
const groups = readdirSync(folder).filter((name) => name.endsWith('.jsonl.gz'));

/** Differences shown of one group. */
const SHOWN = 20;

/**
 * Translation costs a millisecond for each test, so the engine `jit` takes one of so many. `npm run vectors` takes all, as does
 * LONGMODE_VECTORS=all here.
 */
const STRIDE = process.env.LONGMODE_VECTORS === 'all' ? 1 : 5;

test('the recordings are there', () => {
  expect(groups.length).toBeGreaterThanOrEqual(14);
});

describe.each(engines)('$engine engine', ({ engine, code }) => {
  test.each(groups)('does what the recorded processor did: %s', { timeout: 120_000 }, (group) => {
    const machine = new VectorMachine(engine, code);
    const failures: string[] = [];
    let count = 0;
    let read = 0;
    for (const vector of readVectors(`${folder}${group}`)) {
      if (engine === 'jit' && read++ % STRIDE !== 0) continue;
      count++;
      const differences = machine.check(vector);
      if (differences.length === 0) continue;
      const bytes = Buffer.from(vector.code).toString('hex');
      failures.push(`${vector.id} ${vector.form} (${vector.shape}) ${bytes}: ${differences.join('; ')}`);
    }
    expect(count).toBeGreaterThan(0);
    expect(failures.slice(0, SHOWN), `${failures.length} of ${count} tests differ`).toEqual([]);
    // What is executed by templates and what by handlers depends on the group; that translated code runs at all does not.
    const { template, called } = machine.executed;
    if (engine === 'jit') expect(template + called).toBeGreaterThan(0);
  });
});
