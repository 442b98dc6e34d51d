/**
 * Random states for recorded instructions and programs: numbers of every class in every register, with a bias towards the ends of
 * ranges, where instructions go wrong.
 */
import {
  type Bytes,
  GENERAL_REGISTERS,
  type State,
  VECTOR_REGISTERS,
  X87_REGISTERS,
} from '../../../packages/cpu-wasm/test/vectors/reader.ts';
import { Random } from './random.ts';

const ARITHMETIC_FLAGS = 0x8d5n;
const CODE = 0x10000000n;
const DATA = 0x20000000n;
const STACK = 0x30001000n;

/** An integer of `bits` bits: random, small, negative, a single bit, or next to a power of two. */
export function randomInteger(random: Random, bits: number): bigint {
  const kinds = [
    () => random.bits(bits),
    () => random.bits(bits),
    () => BigInt(random.below(80)),
    () => -BigInt(1 + random.below(80)),
    () => 1n << BigInt(random.below(bits)),
    () => (1n << BigInt(random.below(bits))) - 1n,
    () => ~(1n << BigInt(random.below(bits))),
  ];
  return BigInt.asUintN(bits, random.of(kinds)());
}

/** A binary floating-point number of any class, often near 1 so that two of them meet; the leading bit is not stored. */
export function randomFloat(random: Random, exponentBits: number, fractionBits: number): bigint {
  const max = 2 ** exponentBits - 1;
  const bias = max >> 1;
  const exponent = random.oneIn(4)
    ? random.below(max + 1)
    : random.of([
        ...[
          0,
          0,
          1,
          1,
          2,
          max,
          max - 1,
          max - 2,
          bias,
          bias,
          bias + 1,
          bias - 1,
          bias + fractionBits,
          bias - fractionBits,
        ],
        // Two of these multiply to a number at the border of the denormals, or of infinity.
        ...[bias >> 1, (bias >> 1) + 1, bias + (bias >> 1), bias + (bias >> 1) + 1],
      ]);
  const sign = BigInt(random.below(2));
  return (
    (sign << BigInt(exponentBits + fractionBits)) |
    (BigInt(exponent) << BigInt(fractionBits)) |
    fraction(random, fractionBits)
  );
}

/** Fraction bits: random, few ones, or all ones but a few; 0 and all ones often. */
function fraction(random: Random, bits: number): bigint {
  const all = (1n << BigInt(bits)) - 1n;
  switch (random.below(6)) {
    case 0:
      return random.of([0n, 0n, all, 1n, all - 1n, 1n << BigInt(bits - 1), (1n << BigInt(bits - 1)) - 1n]);
    case 1:
      return (1n << BigInt(random.below(bits))) | (1n << BigInt(random.below(bits)));
    case 2:
      return all ^ (1n << BigInt(random.below(bits)));
    default:
      return random.bits(bits);
  }
}

/** A double extended number, once in 24 one that today's processors refuse (SDM Vol. 1 8.2.2). */
export function randomExtended(random: Random): bigint {
  const packed = randomFloat(random, 15, 63);
  const exponent = (packed >> 63n) & 0x7fffn;
  const hasLeadingBit = random.oneIn(24) ? random.oneIn(2) : exponent !== 0n;
  return ((packed >> 63n) << 64n) | (hasLeadingBit ? 1n << 63n : 0n) | (packed & ((1n << 63n) - 1n));
}

/** 128 bits of lanes of one kind: doubles, singles, halves or integers. */
export function randomVector(random: Random): bigint {
  const kind = random.below(5);
  const [width, lane] = (
    [
      [64, () => randomFloat(random, 11, 52)],
      [32, () => randomFloat(random, 8, 23)],
      [16, () => randomFloat(random, 5, 10)],
      [random.of([8, 16, 32, 64]), undefined],
      [128, () => random.bits(128)],
    ] as const
  )[kind] as readonly [number, (() => bigint) | undefined];
  let value = 0n;
  for (let at = 0; at < 128; at += width) value |= (lane?.() ?? randomInteger(random, width)) << BigInt(at);
  return value;
}

/** MXCSR: every rounding mode, DAZ and FTZ, sticky flags; exceptions are masked but now and then. */
export function randomMxcsr(random: Random): bigint {
  const masks = random.oneIn(8) ? random.below(64) : 63;
  const sticky = random.oneIn(3) ? random.below(64) : 0;
  const daz = random.oneIn(4) ? 0x40 : 0;
  const ftz = random.oneIn(4) ? 0x8000 : 0;
  const rounding = random.oneIn(2) ? 0 : random.below(4);
  return BigInt((masks << 7) | sticky | daz | ftz | (rounding << 13));
}

/** x87 control word: every rounding and precision (but the reserved one); exceptions masked but now and then. */
export function randomControl(random: Random): bigint {
  const masks = random.oneIn(8) ? random.below(64) : 63;
  const precision = random.oneIn(2) ? 3 : random.of([0, 2, 3]);
  const rounding = random.oneIn(2) ? 0 : random.below(4);
  return BigInt(masks | 0x40 | (precision << 8) | (rounding << 10));
}

/** A whole state. RIP is in the code region, the bases of `instruction.ts` point to data and stack; FS and GS base are 0. */
export function randomState(random: Random): State {
  const state = { fsb: 0n, gsb: 0n, fop: 0n, fip: 0n, fdp: 0n } as State;
  for (const name of GENERAL_REGISTERS) state[name] = randomInteger(random, random.of([8, 16, 32, 64, 64]));
  state.rip = CODE + BigInt(0x100 + random.below(0x100));
  state.fl = (random.bits(16) & ARITHMETIC_FLAGS) | 0x202n | (random.oneIn(8) ? 0x400n : 0n);
  state.rbx = DATA + 0x800n;
  state.rsi = DATA + 0x1000n;
  state.rdi = DATA + 0x1800n;
  state.rsp = STACK;
  state.rbp = STACK + 0x40n;
  state.r15 = BigInt(random.below(4) * 32);
  state.mxcsr = randomMxcsr(random);
  state.fcw = randomControl(random);
  const top = random.below(8);
  const filled = random.of([8, 6, 4, 2, 1, 0]);
  state.fsw = BigInt(top << 11) | ((BigInt(random.below(16)) << 8n) & 0x4700n);
  state.ftw = 0n;
  for (let i = 0; i < filled; i++) state.ftw |= 1n << BigInt((top + i) & 7);
  for (const name of X87_REGISTERS) state[name] = randomExtended(random);
  for (const name of VECTOR_REGISTERS) state[name] = randomVector(random);
  return state;
}

/** The 16 states that recorded tests start from, the same for all sets. */
export const BASE_STATES: readonly State[] = Array.from({ length: 16 }, (_, n) => randomState(new Random(1000 + n)));

/** The state `base` with new values where instructions look: the registers with these numbers, RAX, RCX, RDX, flags, control words. */
export function variedState(random: Random, base: State, registers: readonly number[], usesX87: boolean): State {
  const drawn = randomState(random);
  const state = { ...base, fl: drawn.fl, mxcsr: drawn.mxcsr };
  for (const number of new Set([0, 1, 2, ...registers])) {
    const n = number as 0;
    const name = GENERAL_REGISTERS[n];
    // Pointers stay.
    if (name && !POINTERS.has(name)) state[name] = drawn[name];
    state[`x${n}`] = drawn[`x${n}`];
    state[`h${n}`] = drawn[`h${n}`];
  }
  if (usesX87) for (const name of ['fcw', 'fsw', 'ftw', ...X87_REGISTERS] as const) state[name] = drawn[name];
  return state;
}

const POINTERS: ReadonlySet<string> = new Set(['rbx', 'rsi', 'rdi', 'rsp', 'rbp', 'r15']);

/** Contents for all places that operands can be. */
export function randomMemory(random: Random, state: State): Bytes[] {
  return [state.rbx, state.rsi, state.rdi, 0x20003000n, state.rsp, state.rsp + 0x100n].map((address) => ({
    address: address - 0x40n,
    bytes: randomBytes(random, 0x180),
  }));
}

/** Bytes of numbers of all kinds; `count` is a multiple of 16. */
export function randomBytes(random: Random, count: number): Uint8Array {
  const buffer = Buffer.alloc(count);
  for (let at = 0; at < count; at += 16) {
    const value = random.oneIn(4) ? randomExtended(random) : randomVector(random);
    buffer.writeBigUInt64LE(value & 0xffffffffffffffffn, at);
    buffer.writeBigUInt64LE((value >> 64n) & 0xffffffffffffffffn, at + 8);
  }
  return new Uint8Array(buffer);
}

/** Whether all of some bytes lie in the data region. */
export function isWithinData(address: bigint, bytes: number): boolean {
  return address >= DATA && address + BigInt(bytes) <= DATA + 0x4000n;
}
