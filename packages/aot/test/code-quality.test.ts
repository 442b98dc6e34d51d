/**
 * Code quality, in numbers that do not depend on the machine's load: code bytes, and instructions executed, counted by
 * single steps, against the same program in C by gcc -O2. `npm run bench` measures time.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Harness } from '../bench/harness.ts';
import { compileProgram, PROGRAMS } from '../bench/programs.ts';
import { nativeEngineMissing } from './fuzz/native-engine.ts';

const missing = nativeEngineMissing();
if (missing !== undefined) console.log(`instructions are not counted: ${missing}`);

/** What each program needs, and a few per cent; lower them when the compiler gets better. */
const LIMITS: Readonly<Record<string, { codeBytes: number; instructionRatio: number }>> = {
};

describe('code quality', { timeout: 120_000 }, () => {
  const harness = missing === undefined ? new Harness() : undefined;
  it.each(PROGRAMS)('$name', async (program) => {
    const image = await compileProgram(program);
    const limits = LIMITS[program.name]!;
    expect(image.sizes.text).toBeLessThanOrEqual(limits.codeBytes);
    if (harness === undefined) return;
    const [[c, native]] = harness.run(program.name, image, program.small, 0) as [[number, number]];
    if (process.env.SHOW_COUNTS) console.log(program.name, image.sizes.text, c, native, native / c);
    expect(native / c).toBeLessThanOrEqual(limits.instructionRatio);
  });

  it('every program of the list is in the C file', () => {
    const text = readFileSync(new URL('../bench/reference.c', import.meta.url), 'utf8');
    for (const { name } of PROGRAMS) expect(text).toContain(`uint64_t c_${name}(int32_t`);
  });
});
