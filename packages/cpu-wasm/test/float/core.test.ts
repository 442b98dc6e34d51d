/**
 * The integer core of floating point against exact arithmetic on big integers, and copies of the core with one mistake each,
 * which the same checks must notice. LONGMODE_FLOAT_RUNS sets the number of cases of each property.
 */
import { describe, expect, test } from 'vitest';
import { checkCore } from './checks.ts';
import { compileFloatCore, type Mutation } from './compile.ts';

const runs = Number(process.env.LONGMODE_FLOAT_RUNS ?? 600);

test('every operation, rounding mode and format agrees with exact arithmetic', {
  timeout: 120_000 + runs * 50,
}, async () => {
  checkCore(await compileFloatCore(), { numRuns: runs });
});

/** One wrong fact each. */
const mutations: readonly Mutation[] = [
  // Tininess before rounding.
  { file: 'round.ts', from: 'if (isBorder && growsMagnitude', to: 'if (false && growsMagnitude' },
  // FTZ only for inexact results.
  { file: 'round.ts', from: 'isTiny && flushToZero', to: 'isTiny && flushToZero && (low | (high & (unit - 1))) != 0' },
  // Underflow without inexactness.
  { file: 'round.ts', from: '    if (isTiny) raise(UE);\n  }', to: '  }\n  if (isTiny) raise(UE);' },
  // Ties to larger instead of to even.
  { file: 'round.ts', from: '(low != 0 || (high & unit) != 0)', to: 'true' },
  // A lost sticky bit.
  { file: 'round.ts', from: '(<u64>(low << (64 - count) != 0))', to: '0' },
  // Overflow to infinity in every mode.
  { file: 'round.ts', from: 'if (!isCut) {', to: 'if (true) {' },
  // The remainder of a division forgotten.
  { file: 'arithmetic.ts', from: 'rest > left ? (1 << 63) | 1 : 1', to: 'rest > left ? (1 << 63) | 1 : 0' },
  // The sign of an exact zero sum.
  { file: 'arithmetic.ts', from: 'setZero(r, <u32>(rounding == DOWN));', to: 'setZero(r, 0);' },
  // Divided by zero and denormal at once.
  { file: 'lane.ts', from: '(flags & (IE | ZE)) == 0', to: '(flags & IE) == 0' },
  // The bit behind the last one of a square root lost.
  { file: 'arithmetic.ts', from: 'restHigh != 0 || rest > root ? (1 << 63) | 1 : 1', to: '1' },
  // Integers that just fit.
  { file: 'integral.ts', from: 'largest + <u64>n.sign', to: 'largest' },
  // The host trusted with a result that may be an underflow.
  { file: 'host.ts', from: '} else if (isSafe64(bits)) {', to: '} else if (<u32>exponent(bits) < 0x7ff) {' },
  // The same of one lane among several; and an operand that is denormal among those that are 0.
  { file: 'host-lanes.ts', from: 'sum<T>(sum<T>(exponent, minusOnes()), minusOnes())', to: 'exponent' },
  { file: 'host-lanes.ts', from: 'v128.andnot(candidates, zeroLanes<T>(a))', to: 'v128.andnot(candidates, candidates)' },
  { file: 'host-lanes.ts', from: 'v128.or(zeroLanes<T>(a), zeroLanes<T>(b))', to: 'zeroLanes<T>(value)' },
  // Double rounding of a fused multiply-add.
  { file: 'host.ts', from: 'const value = <f32>s;', to: 'const value = <f32>(p + z);' },
  // A quotient rounded the wrong way in the remainder.
  { file: 'remainder.ts', from: 'rest == left && (q & 1) != 0', to: 'rest == left' },
];

describe('a core with a mistake is noticed', () => {
  test.each(mutations)('$file: $to', { timeout: 60_000 }, async (mutation) => {
    const core = await compileFloatCore(mutation);
    // More cases than the default: some mistakes show in few of them. A fixed seed makes the verdict repeatable.
    expect(() => checkCore(core, { numRuns: 4000, seed: 1 })).toThrow();
  });
});
