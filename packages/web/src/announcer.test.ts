/** What counts as new on a screen. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { newLines } from './announcer.ts';

test.each([
  ['nothing', ['a', 'b'], ['a', 'b'], []],
  ['a line below', ['> ls', ''], ['> ls', 'file'], ['file']],
  ['a line that grows', ['> l'], ['> ls'], ['> ls']],
  ['lines that only scrolled', ['a', 'b', 'c'], ['b', 'c', 'd'], ['d']],
  ['an empty screen', ['a', 'b'], ['', ''], []],
])('%s', (_, before, after, expected) => {
  expect(newLines(before, after)).toEqual(expected);
});

test('never more than what is there, and nothing that stayed in its place', () => {
  const screen = fc.array(fc.constantFrom('', 'a', 'b', 'c'), { minLength: 5, maxLength: 5 });
  fc.assert(
    fc.property(screen, screen, (before, after) => {
      const fresh = newLines(before, after);
      const changed = after.filter((line, row) => line !== '' && line !== before[row]);
      expect(fresh.length).toBeLessThanOrEqual(changed.length);
      expect(after).toEqual(expect.arrayContaining(fresh));
    }),
  );
});
