/**
 * The registers of the floating-point and vector units as properties (SDM Vol. 1 8.1, 9.2.1, 10.2, 14.1.1): `xmm0` to `xmm15` and
 * `ymm0` to `ymm15` as numbers of 128 and 256 bits, `mxcsr`, the x87 stack `st0` to `st7` in its present order with its control
 * registers, and `mm0` to `mm7`, which are the significands of the x87 registers in their fixed order.
 */

import type { RegisterAccess } from './core.ts';

/** A register of the x87 stack. */
export interface X87Register {
  /** The 80 bits: sign, exponent, significand with its explicit integer bit. */
  readonly bits: bigint;
  /** Whether its tag says that it holds nothing. */
  readonly empty: boolean;
  /** The value rounded to a double, for people; not looked at when the register is written. */
  readonly value?: number;
}

// biome-ignore format: in rows of eight
const XMM_NAMES = [
  'xmm0', 'xmm1', 'xmm2', 'xmm3', 'xmm4', 'xmm5', 'xmm6', 'xmm7',
  'xmm8', 'xmm9', 'xmm10', 'xmm11', 'xmm12', 'xmm13', 'xmm14', 'xmm15',
] as const;
// biome-ignore format: in rows of eight
const YMM_NAMES = [
  'ymm0', 'ymm1', 'ymm2', 'ymm3', 'ymm4', 'ymm5', 'ymm6', 'ymm7',
  'ymm8', 'ymm9', 'ymm10', 'ymm11', 'ymm12', 'ymm13', 'ymm14', 'ymm15',
] as const;
const MM_NAMES = ['mm0', 'mm1', 'mm2', 'mm3', 'mm4', 'mm5', 'mm6', 'mm7'] as const;
const ST_NAMES = ['st0', 'st1', 'st2', 'st3', 'st4', 'st5', 'st6', 'st7'] as const;
/** Registers of one state field each. */
const FIELDS = {
  mxcsr: 'mxcsr',
  fcw: 'x87Control',
  fsw: 'x87Status',
  ftw: 'x87Tags',
  fop: 'x87Opcode',
  fip: 'x87InstructionPointer',
  fdp: 'x87DataPointer',
} as const;

/**
 * Vector and x87 registers by their SDM names. `ftw` is the abridged tag word, as FXSAVE writes it: bit n is 1 when the physical
 * register n holds something.
 */
export type VectorRegisters = Record<
  (typeof XMM_NAMES)[number] | (typeof YMM_NAMES)[number] | (typeof MM_NAMES)[number] | keyof typeof FIELDS,
  bigint
> &
  Record<(typeof ST_NAMES)[number], X87Register>;

/** A register as a property: its name, and how to read and write it. */
export interface RegisterProperty {
  readonly name: keyof VectorRegisters;
  get(): bigint | X87Register;
  set(value: bigint | X87Register): void;
}

const SIGN_AND_EXPONENT_BITS = 16;
const SIGNIFICAND_BITS = 64;
const EXPONENT_MASK = 0x7fff;
const EXPONENT_BIAS = 16383;
/** MMX writes set the sign and exponent to this (SDM Vol. 1 9.2.1). */
const MMX_SIGN_EXPONENT = 0xffffn;

/** The value of an 80-bit pattern, rounded to a double. */
export function x87ToNumber(bits: bigint): number {
  const significand = BigInt.asUintN(SIGNIFICAND_BITS, bits);
  const exponent = Number(bits >> BigInt(SIGNIFICAND_BITS)) & EXPONENT_MASK;
  const sign = (bits >> 79n) & 1n ? -1 : 1;
  if (exponent === EXPONENT_MASK) return BigInt.asUintN(63, significand) === 0n ? sign * Infinity : Number.NaN;
  const scale = Math.max(exponent, 1) - EXPONENT_BIAS - 63;
  // In two steps: one power of two may be beyond the range of a double although the product is not.
  const half = Math.trunc(scale / 2);
  return sign * Number(significand) * 2 ** half * 2 ** (scale - half);
}

function vectorProperty(
  access: RegisterAccess,
  name: keyof VectorRegisters,
  n: number,
  halves: 2 | 4,
): RegisterProperty {
  const fields = [`xmm${n}Low`, `xmm${n}High`, `ymm${n}Low`, `ymm${n}High`].slice(0, halves) as `xmm${0}Low`[];
  return {
    name,
    get: () => fields.reduceRight((value, field) => (value << 64n) | access.field(field), 0n),
    set: (value) => {
      fields.forEach((field, i) => {
        access.setField(field, BigInt.asUintN(64, (value as bigint) >> BigInt(64 * i)));
      });
    },
  };
}

function mmxProperty(access: RegisterAccess, name: keyof VectorRegisters, n: number): RegisterProperty {
  return {
    name,
    get: () => access.field(`x87Significand${n as 0}`),
    set: (value) => {
      access.setField(`x87Significand${n as 0}`, value as bigint);
      access.setField(`x87SignExponent${n as 0}`, MMX_SIGN_EXPONENT);
    },
  };
}

function stackProperty(access: RegisterAccess, name: keyof VectorRegisters, i: number): RegisterProperty {
  /** ST(i) is the physical register TOP + i (SDM Vol. 1 8.1.2). */
  const physical = (): 0 => ((Number(access.field('x87Status') >> 11n) + i) & 7) as 0;
  return {
    name,
    get: () => {
      const n = physical();
      const bits = (access.field(`x87SignExponent${n}`) << 64n) | access.field(`x87Significand${n}`);
      return { bits, empty: ((access.field('x87Tags') >> BigInt(n)) & 1n) === 0n, value: x87ToNumber(bits) };
    },
    set: (value) => {
      const { bits, empty } = value as X87Register;
      const n = physical();
      const tag = 1n << BigInt(n);
      access.setField(`x87Significand${n}`, BigInt.asUintN(SIGNIFICAND_BITS, bits));
      access.setField(`x87SignExponent${n}`, BigInt.asUintN(SIGN_AND_EXPONENT_BITS, bits >> BigInt(SIGNIFICAND_BITS)));
      const others = access.field('x87Tags') & ~tag;
      access.setField('x87Tags', empty ? others : others | tag);
    },
  };
}

/** All vector and x87 registers of a core as properties. */
export function vectorProperties(access: RegisterAccess): RegisterProperty[] {
  const fields = Object.entries(FIELDS) as [keyof typeof FIELDS, (typeof FIELDS)[keyof typeof FIELDS]][];
  return [
    ...XMM_NAMES.map((name, n) => vectorProperty(access, name, n, 2)),
    ...YMM_NAMES.map((name, n) => vectorProperty(access, name, n, 4)),
    ...MM_NAMES.map((name, n) => mmxProperty(access, name, n)),
    ...ST_NAMES.map((name, i) => stackProperty(access, name, i)),
    ...fields.map(([name, field]) => ({
      name,
      get: () => access.field(field),
      set: (value: bigint | X87Register) => access.setField(field, value as bigint),
    })),
  ];
}
