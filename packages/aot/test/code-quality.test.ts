/**
 * Code quality, in numbers that do not depend on the machine: bytes of code per program of the bench. `npm run bench`
 * measures time against C.
 */
import { expect, it } from 'vitest';
import { compileProgram, PROGRAMS } from '../bench/programs.ts';

/** What each program needs, and a few per cent; lower them when the compiler gets better. */
const MAX_TEXT_BYTES: Readonly<Record<string, number>> = {
  sieve: 500,
  sha256: 1900,
  sort: 1030,
  queens: 220,
  tree: 4650,
  map: 8300,
  arithmetic: 400,
};

it.each(PROGRAMS)('$name is compact', { timeout: 60_000 }, async (program) => {
  const { sizes } = await compileProgram(program);
  expect(sizes.text).toBeLessThanOrEqual(MAX_TEXT_BYTES[program.name]!);
});
