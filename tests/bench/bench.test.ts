/**
 * Every guest of the bench at a tiny size on every engine: the checksum of the native program and the exact number of retired
 * instructions. The counts stand for speed where time cannot be measured: an engine that starts to execute a string
 * instruction, a fault or a delivery in more steps shows here.
 */
import { describe, expect, it } from 'vitest';
import { loadEngine, runOnEngine } from './engine.ts';
import { expectedOf, readExpected } from './expected.ts';
import { sourcesSha256 } from './guests/build.ts';
import { guests } from './guests.ts';
import { geometricMean, median } from './statistics.ts';

const table = readExpected();

it('bench.elf was built from the sources beside it', () => {
  expect(sourcesSha256(), 'run `pnpm bench --update` in tests').toBe(table.sourcesSha256);
});

it('the table has exactly the guests that there are', () => {
  expect(Object.keys(table.guests)).toEqual(guests.map(({ name }) => name));
});

it('the means', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(geometricMean([1, 4, 16])).toBeCloseTo(4);
  expect(() => median([])).toThrow(RangeError);
});

describe.each(['jit', 'interpreter', 'js'] as const)('on %s', async (engine) => {
  const code = await loadEngine(engine);
  it.each(guests)('$name', async ({ name }) => {
    const { size, checksum, instructions } = expectedOf(table, name, 'test');
    expect(await runOnEngine(engine, code, { name, size })).toMatchObject({ checksum, instructions });
  });
});
