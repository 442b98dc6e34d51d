/**
 * When floating-point exceptions are delivered, and what an unmasked one leaves behind (SDM Vol. 1 8.5 to 8.7, 11.5; Vol. 3A 2.5,
 * 6.15): #MF by the next waiting instruction, #XM or #UD at once, wrapped exponents, and the choice between two NaNs. The images
 * of FSTENV and FSAVE are in environment.test.ts.
 */
import { VECTOR } from '@longmode/x86';
import { beforeEach, describe, expect, test } from 'vitest';
import { CpuCore } from '../../src/index.ts';
import { engines } from '../engines.ts';
import { silentHost } from '../flat-guest.ts';
import { bytesOf, LONG_MODE_CR0 as CR0, LONG_MODE_CR4 as CR4, enterLongMode, firstFault } from '../long-mode.ts';

const { UD, NM, MF, XM } = VECTOR;

const MP = 2n;
const EM = 4n;
const TS = 8n;
const NE = 0x20n;
const OSXMMEXCPT = 0x400n;
/** ES and B, with IE. */
const PENDING = 0x8081n;
/** Where `firstFault` puts the instruction. */
const CODE = 0x10000n;

describe.each(engines)('floating-point exceptions, $engine', ({ engine, code }) => {
  let signals = 0;
  const host = { ...silentHost, signalNumericError: () => void signals++ };
  const core = CpuCore.create({ engine, code, memoryBytes: 2 ** 20, host });
  const { registers } = core;
  const run = (source: string): number | undefined => firstFault(core, bytesOf(source));

  const setTop = (values: readonly bigint[]): void => {
    registers.setField('x87Status', 0n);
    registers.setField('x87Tags', BigInt((1 << values.length) - 1));
    values.forEach((value, index) => {
      const n = index as 0;
      registers.setField(`x87Significand${n}`, value);
      registers.setField(`x87SignExponent${n}`, value >> 64n);
    });
  };
  const top = (): string => {
    const n = Number((registers.field('x87Status') >> 11n) & 7n) as 0;
    return `${registers.field(`x87SignExponent${n}`).toString(16)}:${registers.field(`x87Significand${n}`).toString(16)}`;
  };

  beforeEach(() => {
    core.reset();
    enterLongMode(core);
    registers.setField('x87Control', 0x37fn);
    registers.setField('mxcsr', 0x1f80n);
  });

  test.each<[string, bigint, number | undefined]>([
    ['fld1', CR0, MF],
    ['wait', CR0, MF],
    ['fldcw [rax]', CR0, MF],
    ['fldenv [rax]', CR0, MF],
    ['frstor [rax]', CR0, MF],
    ['ffree st3', CR0, MF],
    ['fnop', CR0, MF],
    ['paddb mm0, mm1', CR0, MF],
    ['fnstsw ax', CR0, undefined],
    ['fnstcw [rax]', CR0, undefined],
    ['fnclex', CR0, undefined],
    ['fninit', CR0, undefined],
    ['fnstenv [rax]', CR0, undefined],
    ['fnsave [rax]', CR0, undefined],
    ['addss xmm0, xmm1', CR0, undefined],
    ['fld1', CR0 | TS, NM],
    ['fnstsw ax', CR0 | EM, NM],
    ['wait', CR0 | EM, MF],
    ['wait', CR0 | TS, MF],
    ['wait', CR0 | TS | MP, NM],
  ])('a pending exception: %s with CR0 %i', (source, cr0, expected) => {
    enterLongMode(core, { cr0 });
    registers.setField('x87Control', 0x37en);
    registers.setField('x87Status', PENDING);
    expect(run(source)).toBe(expected);
  });

  describe('without CR0.NE', () => {
    beforeEach(() => {
      enterLongMode(core, { cr0: CR0 & ~NE });
      registers.setField('x87Control', 0x37en);
      registers.setField('x87Status', PENDING);
      registers.setField('ignoreNumericError', 0n);
      signals = 0;
    });
    const at = (source: string): bigint => {
      expect(run(source)).toBe(undefined);
      return registers.get('rip') - CODE;
    };

    test('a pending exception asserts FERR#, and the instruction waits', () => {
      expect(at('fld1')).toBe(0n);
      expect(signals).toBe(1);
      expect(at('fnstsw ax')).toBe(2n);
      expect(signals).toBe(1);
    });

    test('IGNNE# passes over it until it is cleared', () => {
      core.ignoreNumericError();
      expect(at('fld1')).toBe(2n);
      expect(at('fnclex')).toBe(2n);
      registers.setField('x87Status', PENDING);
      expect(at('fld1')).toBe(0n);
      expect(signals).toBe(1);
    });

    test('IGNNE# does nothing while no exception is pending', () => {
      registers.setField('x87Status', 0n);
      core.ignoreNumericError();
      registers.setField('x87Status', PENDING);
      expect(at('fld1')).toBe(0n);
    });
  });

  test('FLDCW that unmasks a flag makes it pending, FNCLEX clears it', () => {
    registers.setField('x87Status', 1n);
    core.ram.set([0x7e, 0x03], 0x40000);
    expect(run('fldcw [rax]')).toBe(undefined);
    expect(registers.field('x87Status')).toBe(PENDING);
    expect(run('fnclex')).toBe(undefined);
    expect(registers.field('x87Status')).toBe(0n);
    expect(run('fld1')).toBe(undefined);
  });

  test.each<[string, string, bigint, readonly bigint[], string, bigint]>([
    // 2^16383 squared overflows: the exponent moves by 24576 (8.5.4).
    ['unmasked overflow', 'fmul st0, st0', 0x377n, [(0x7ffen << 64n) | (1n << 63n)], '5ffd:8000000000000000', 0x8088n],
    ['unmasked underflow', 'fmul st0, st0', 0x36fn, [(1n << 64n) | (1n << 63n)], '2003:8000000000000000', 0x8090n],
    ['masked underflow', 'fmul st0, st0', 0x37fn, [(1n << 64n) | (1n << 63n)], '0:0', 0x30n],
    [
      'unmasked division by zero',
      'fdiv st0, st1',
      0x37bn,
      [(0x3fffn << 64n) | (1n << 63n), 0n],
      '3fff:8000000000000000',
      0x8084n,
    ],
    // Of two NaNs the one with the larger significand, made quiet; of a quiet and a signaling one the quiet one (table 4-7).
    [
      'two quiet NaNs',
      'fadd st0, st1',
      0x37fn,
      [(0x7fffn << 64n) | (0xc1n << 56n), (0xffffn << 64n) | (0xc2n << 56n)],
      'ffff:c200000000000000',
      0n,
    ],
    [
      'two signaling NaNs',
      'fadd st0, st1',
      0x37fn,
      [(0x7fffn << 64n) | (0x82n << 56n), (0xffffn << 64n) | (0x81n << 56n)],
      '7fff:c200000000000000',
      1n,
    ],
    [
      'a quiet and a signaling NaN',
      'fadd st0, st1',
      0x37fn,
      [(0x7fffn << 64n) | (0xbfn << 56n), (0xffffn << 64n) | (0xc0n << 56n)],
      'ffff:c000000000000000',
      1n,
    ],
    [
      'NaNs that differ in sign alone',
      'fadd st0, st1',
      0x37fn,
      [(0xffffn << 64n) | (0xc1n << 56n), (0x7fffn << 64n) | (0xc1n << 56n)],
      '7fff:c100000000000000',
      0n,
    ],
    ['a denormal', 'fadd st0, st1', 0x37fn, [1n, (0x3fffn << 64n) | (1n << 63n)], '3fff:8000000000000000', 0x22n],
    [
      'an unmasked denormal leaves the operand',
      'fadd st0, st1',
      0x37dn,
      [1n, (0x3fffn << 64n) | (1n << 63n)],
      '0:1',
      0x8082n,
    ],
    [
      'an unsupported pattern',
      'fadd st0, st1',
      0x37fn,
      [0x3fffn << 64n, (0x3fffn << 64n) | (1n << 63n)],
      'ffff:c000000000000000',
      1n,
    ],
    // 1/3 in 24 bits is rounded up, which C1 tells.
    [
      'precision control',
      'fdiv st0, st1',
      0x07fn,
      [(0x3fffn << 64n) | (1n << 63n), (0x4000n << 64n) | (0xcn << 60n)],
      '3ffd:aaaaab0000000000',
      0x220n,
    ],
    [
      'FSCALE beyond all exponents',
      'fscale',
      0x37fn,
      [(0x3fffn << 64n) | (1n << 63n), (0x7000n << 64n) | (1n << 63n)],
      '7fff:8000000000000000',
      0x228n,
    ],
  ])('%s', (_, source, control, values, result, status) => {
    registers.setField('x87Control', control);
    setTop(values);
    expect(run(source)).toBe(undefined);
    expect(top()).toBe(result);
    expect(registers.field('x87Status') & 0xbaffn).toBe(status);
  });

  const ONE = 0x3f800000n;
  test.each<[string, string, bigint, bigint, bigint, number | undefined, bigint, bigint]>([
    ['masked', 'divss xmm0, xmm1', 0x1f80n, ONE, 0n, undefined, 0x7f800000n, 0x1f84n],
    ['division by zero', 'divss xmm0, xmm1', 0x1d80n, ONE, 0n, XM, ONE, 0x1d84n],
    ['inexact', 'divss xmm0, xmm1', 0x0f80n, ONE, 0x40400000n, XM, ONE, 0x0fa0n],
    // The smallest normal number halved is exact: FTZ flushes it all the same, and reports that.
    ['FTZ on an exact tiny result', 'mulss xmm0, xmm1', 0x9f80n, 0x00800000n, 0x3f000000n, undefined, 0n, 0x9fb0n],
    [
      'without FTZ no exception',
      'mulss xmm0, xmm1',
      0x1f80n,
      0x00800000n,
      0x3f000000n,
      undefined,
      0x00400000n,
      0x1f80n,
    ],
    // Both become the smallest normal number; with an unbounded exponent the first would have stayed below it (4.9.1.5).
    ['tiny after rounding', 'mulss xmm0, xmm1', 0x1f80n, 0x00ffffffn, 0x3f000000n, undefined, 0x00800000n, 0x1fb0n],
    ['not tiny after rounding', 'mulss xmm0, xmm1', 0x1f80n, 0x3f7ff800n, 0x00800400n, undefined, 0x00800000n, 0x1fa0n],
    ['DAZ', 'addss xmm0, xmm1', 0x1fc0n, 1n, 0n, undefined, 0n, 0x1fc0n],
  ])('SSE: %s', (_, source, mxcsr, a, b, fault, result, after) => {
    for (const cr4 of [CR4, CR4 & ~OSXMMEXCPT]) {
      enterLongMode(core, { cr4 });
      registers.setField('mxcsr', mxcsr);
      registers.setField('xmm0Low', a);
      registers.setField('xmm1Low', b);
      expect(run(source)).toBe(fault === XM && cr4 !== CR4 ? UD : fault);
      expect(registers.field('xmm0Low').toString(16)).toBe(result.toString(16));
      expect(registers.field('mxcsr').toString(16)).toBe(after.toString(16));
    }
  });
});
