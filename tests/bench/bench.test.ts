/**
 * Every guest of the bench at a tiny size on every engine: the checksum of the native program and the exact number of retired
 * instructions. The counts stand for speed where time cannot be measured: an engine that starts to execute a string
 * instruction, a fault or a delivery in more steps shows here.
 */
import { describe, expect, it } from 'vitest';
import { loadEngine, runOnEngine } from './engine.ts';
import { expectedOf, readExpected } from './expected.ts';
import { judge } from './goals.ts';
import { sourcesSha256 } from './guests/build.ts';
import { type GuestGroup, guests } from './guests.ts';
import { runOnI386, whyNotI386 } from './i386.ts';
import type { Row } from './measure.ts';
import { geometricMean, median } from './statistics.ts';

const table = readExpected();

it('the images were built from the sources beside them', () => {
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

it('goals are judged from the rows that there are', () => {
  const row = (name: string, group: GuestGroup, rate: number, ratio: number): Row => ({
    name,
    group,
    instructionsPerSecond: { jit: rate },
    ratios: { jitOverQemu: ratio },
  });
  const rows = [row('a', 'compute', 1, 0.25), row('b', 'compute', 1, 1), row('page_inside', 'code', 6, 2)];
  const judged = judge([...rows, row('page_across', 'code', 4, 0.1)]);
  expect(judged.map(({ measured, guest }) => [measured, guest])).toEqual([
    [0.5, undefined],
    [2, 'page_inside'],
    [1.5, undefined],
  ]);
});

describe.each(['jit', 'interpreter'] as const)('as 32-bit code on %s', async (engine) => {
  const code = await loadEngine(engine);
  it.each(guests.filter((guest) => whyNotI386(guest) === undefined))('$name', async ({ name }) => {
    const { size, checksum } = expectedOf(table, name, 'test');
    expect((await runOnI386(engine, code, { name, size })).checksum).toBe(checksum);
  });
});

describe.each(['jit', 'interpreter', 'js'] as const)('on %s', async (engine) => {
  const code = await loadEngine(engine);
  it.each(guests)('$name', async ({ name }) => {
    const { size, checksum, instructions } = expectedOf(table, name, 'test');
    expect(await runOnEngine(engine, code, { name, size })).toMatchObject({ checksum, instructions });
  });
  it.each(['sieve', 'page_fault'])('%s in pages of 4 KiB', async (name) => {
    const { size, checksum, instructions } = expectedOf(table, name, 'test', '4k');
    expect(await runOnEngine(engine, code, { name, size, pages: '4k' })).toMatchObject({ checksum, instructions });
  });
});
