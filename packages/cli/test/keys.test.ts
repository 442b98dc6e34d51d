/** What is taken out of the typed bytes, and what reaches the guest. */
import { expect, test } from 'vitest';
import { KeyFilter } from '../src/terminal/session.ts';

test.each([
  ['abc', 'abc', undefined],
  ['a\x03b', 'a', 'SIGINT'],
  ['a\x1ab', 'a', 'suspend'],
  ['\x01x', '', 'quit'],
  ['\x01X', '', 'quit'],
  ['\x01\x01', '\x01', undefined],
  ['\x01qz', 'z', undefined],
  ['\x01\x03z', 'z', undefined],
  ['\x1b[A', '\x1b[A', undefined],
])('%j', (typed, forGuest, command) => {
  const result = new KeyFilter().take(Buffer.from(typed));
  expect([Buffer.from(result.forGuest).toString(), result.command]).toEqual([forGuest, command]);
});

test('Ctrl-A and x may come apart', () => {
  const filter = new KeyFilter();
  expect(filter.take(Uint8Array.of(1)).command).toBeUndefined();
  expect(filter.take(Uint8Array.of(0x78)).command).toBe('quit');
});
