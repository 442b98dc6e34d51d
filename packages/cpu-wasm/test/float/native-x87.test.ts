/**
 * x87 instructions against the processor that runs this test: values, exception flags and condition codes of every instruction whose
 * result the manual defines, under random rounding and precision, with operands of all classes.
 */
import { describe, expect, it } from 'vitest';
import { engines } from '../engines.ts';
import { flatGuest } from '../flat-guest.ts';
import { ending, RESULTS, runNatively } from '../native.ts';

const SEED = Number(process.env.NATIVE_X87_SEED ?? 20261126);
/** Operand pairs per instruction. */
const PAIRS = Number(process.env.NATIVE_X87_PAIRS ?? 6);
/** ST(0), ST(1) and the status word. */
const RESULT_BYTES = 24;
const EXCEPTIONS = 0x7f;
const C0 = 0x100;
const C1 = 0x200;
const C2 = 0x400;
const C3 = 0x4000;

let state = SEED;
function random(below: number): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % below;
}

/** Instructions and the bits of the status word that are defined after them; \`[memory]\` holds 10 random bytes. */
const cases: readonly (readonly [string, number])[] = [
  ...['fadd', 'fsub', 'fsubr', 'fmul', 'fdiv', 'fdivr'].map((name) => [`${name} st0, st1`, EXCEPTIONS | C1] as const),
  ['fsqrt', EXCEPTIONS | C1],
  ['frndint', EXCEPTIONS | C1],
  ['fscale', EXCEPTIONS | C1],
  ['fxtract', EXCEPTIONS],
  ['fabs', EXCEPTIONS | C1],
  ['fchs', EXCEPTIONS | C1],
  ['fxam', EXCEPTIONS | C0 | C1 | C2 | C3],
  ['ftst', EXCEPTIONS | C0 | C2 | C3],
  ['fcom st1', EXCEPTIONS | C0 | C2 | C3],
  ['fucom st1', EXCEPTIONS | C0 | C2 | C3],
  ['fadd dword [memory]', EXCEPTIONS | C1],
  ['fmul qword [memory]', EXCEPTIONS | C1],
  ['fidiv word [memory]', EXCEPTIONS | C1],
  ['fisubr dword [memory]', EXCEPTIONS | C1],
  ['fld dword [memory]', EXCEPTIONS],
  ['fld qword [memory]', EXCEPTIONS],
  ['fild qword [memory]', EXCEPTIONS],
  ['fst dword [memory]\nfld dword [memory]', EXCEPTIONS],
  ['fst qword [memory]\nfld qword [memory]', EXCEPTIONS],
  ['fistp qword [memory]\nfild qword [memory]', EXCEPTIONS],
  ['fistp dword [memory]\nfild dword [memory]', EXCEPTIONS],
  ['fistp word [memory]\nfild word [memory]', EXCEPTIONS],
  ['fisttp dword [memory]\nfild dword [memory]', EXCEPTIONS],
  ['fbstp tword [memory]\nfld tword [memory]', EXCEPTIONS],
];

const word = (value: number): string => `${value & 255}, ${(value >> 8) & 255}`;

/** A double extended number: any class, often near 1. */
function operand(): string {
  const exponents = [
    0,
    0,
    1,
    0x3fff,
    0x3ffe,
    0x4000,
    0x4010,
    0x403d,
    0x403e,
    0x3fff - 40,
    0x7ffe,
    0x7fff,
    0x3fff + 127,
    0x3fff - 127,
  ];
  const exponent = random(3) === 0 ? random(0x8000) : (exponents[random(exponents.length)] ?? 0);
  const isSparse = random(3) === 0;
  const bytes = Array.from({ length: 8 }, () => (isSparse ? (random(8) === 0 ? 1 << random(8) : 0) : random(256)));
  // Mostly a leading bit where there should be one; without it the pattern is denormal or unsupported.
  bytes[7] = exponent === 0 || random(16) === 0 ? (bytes[7] ?? 0) & 0x7f : (bytes[7] ?? 0) | 0x80;
  return `${bytes.join(', ')}, ${word(exponent | (random(2) << 15))}`;
}

function program(): { source: (native: boolean) => string; names: readonly (readonly [string, number])[] } {
  const names: (readonly [string, number])[] = [];
  const code: string[] = [];
  const data: string[] = [];
  for (const [text, defined] of cases)
    for (let i = 0; i < PAIRS; i++) {
      const label = `data${names.length}`;
      const control = 0x3f | (([0, 2, 3][random(3)] as number) << 8) | (random(4) << 10);
      data.push(`${label}: db ${operand()}, ${operand()}, ${operand()}, ${word(control)}`);
      code.push(`
fninit
fldcw [${label} + 30]
fld tword [${label}]
fld tword [${label} + 10]
${text.replaceAll('memory', `${label} + 20`)}
fnstsw ax
and eax, ${defined}
mov [edi + 20], eax
fnclex
fstp tword [edi]
fstp tword [edi + 10]
add edi, ${RESULT_BYTES}`);
      names.push([`${text.replaceAll('\n', '; ')} with ${data.at(-1)}`, defined]);
    }
  return {
    names,
    source: (native) => `bits 32\nfninit\nmov edi, ${RESULTS}\n${code.join('')}\n${ending(native)}\n${data.join('\n')}`,
  };
}

const { source, names } = program();
const native = runNatively(source(true));

describe.each(engines)('x87 against this processor, $engine', (built) => {
  it.skipIf('reason' in native)(`gives the same results${'reason' in native ? ` (${native.reason})` : ''}`, () => {
    if ('reason' in native) return;
    const { core } = flatGuest(built, source(false));
    core.run(1_000_000);
    const { ram } = core;
    const failures = names.flatMap(([name], index) => {
      const at = index * RESULT_BYTES;
      const expected = Buffer.from(native.results.subarray(at, at + RESULT_BYTES)).toString('hex');
      const actual = Buffer.from(ram.subarray(RESULTS + at, RESULTS + at + RESULT_BYTES)).toString('hex');
      return actual === expected ? [] : [`${name}: ${actual}, expected ${expected}`];
    });
    expect(failures, `seed ${SEED}`).toEqual([]);
  });
});
