/** Links survive the way there and back, and a damaged or hostile one is refused with words. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeSession, encodeSession } from './share.ts';

const session = fc.record({
  image: fc.string(),
  cmdline: fc.string({ unit: 'binary' }),
  input: fc.string(),
  edits: fc.dictionary(
    fc.string().filter((name) => name !== '__proto__'),
    fc.string({ unit: 'grapheme' }),
    { noNullPrototype: true },
  ),
});

test('what goes in comes out', () =>
  fc.assert(
    fc.asyncProperty(session, async (value) => {
      const fragment = await encodeSession(value);
      expect(fragment).toMatch(/^s=[\w-]*$/);
      expect(await decodeSession(fragment)).toEqual(value);
    }),
    { numRuns: 50 },
  ));

test('any text is refused or no session', () =>
  fc.assert(
    fc.asyncProperty(fc.string(), async (text) => {
      await expect(decodeSession(`s=${text}`)).rejects.toThrow(/this link/);
      if (!text.startsWith('s=')) expect(await decodeSession(text)).toBeUndefined();
    }),
    { numRuns: 100 },
  ));

test('a link that unpacks to too much', async () => {
  const bomb = { image: 'own', cmdline: '', input: '', edits: { a: 'x'.repeat(2 << 20) } };
  const fragment = await encodeSession(bomb);
  expect(fragment.length).toBeLessThan(10_000);
  await expect(decodeSession(fragment)).rejects.toThrow(/damaged/);
});
