/** What counts as flat, and what V8 keeps for itself. */
import { expect, it } from 'vitest';
import { isFlat, keptTypesBytes, quartersOf } from './flatness.ts';

/** Half an hour in steps of a minute. */
const samples = (at: (minute: number) => number): number[] => Array.from({ length: 30 }, (_, minute) => at(minute));

it.each([
  ['the same all the time', () => 300, true],
  ['growing while it warms up', (minute: number) => (minute < 7 ? 200 + 15 * minute : 300), true],
  ['garbage that is collected now and then', (minute: number) => 300 + 6 * (minute % 5), true],
  ['growing by a quarter percent a minute', (minute: number) => 300 + 0.75 * minute, false],
  ['growing late', (minute: number) => (minute < 23 ? 300 : 320), false],
  ['shrinking', (minute: number) => 300 - minute, true],
])('%s', (_, at, expected) => {
  expect(isFlat(quartersOf(samples(at)), 1.03)).toBe(expected);
});

it('too few samples are not judged', () => {
  expect(() => quartersOf([1, 2, 3])).toThrow('3 samples have no quarters');
});

it('V8 keeps types until 12.9', () => {
  expect(keptTypesBytes('11.3.244.8-node.38', 1000)).toBe(112_000);
  expect(keptTypesBytes('12.9.202.28-node.14', 1000)).toBe(112_000);
  expect(keptTypesBytes('13.6.233.17-node.53', 1000)).toBe(0);
});
