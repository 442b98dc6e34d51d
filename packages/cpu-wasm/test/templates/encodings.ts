/** Encodings of instructions for the test of templates: opcodes of all maps with prefixes and operands of every kind. */

import type { X87State } from './lone-core.ts';

/** A source of pseudo-random numbers below 2^32 (xorshift); the same seed gives the same numbers. */
export function randomNumbers(seed: number): (below: number) => number {
  let state = seed >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % below;
  };
}

export interface Encoding {
  readonly bytes: readonly number[];
  /** Registers of the memory operand. */
  readonly base: number | undefined;
  readonly index: number | undefined;
}

const PREFIXES: readonly (readonly number[])[] = [
  [],
  [0x66],
  [0xf3],
  [0x66, 0xf3],
  [0xf2],
  [0x67],
  [0x64],
  [0x65],
  [0x66, 0x64],
];
const REX: readonly (readonly number[])[] = [[], [0x40], [0x45], [0x48], [0x4c], [0x49], [0x42, 0x41]].map((rex) =>
  rex.slice(-1),
);
/** Bytes of the first map that are prefixes, not opcodes. */
const isPrefix = (byte: number): boolean =>
  (byte & 0xe7) === 0x26 ||
  (byte >= 0x40 && byte < 0x50) ||
  (byte >= 0x64 && byte < 0x68) ||
  [0xf0, 0xf2, 0xf3].includes(byte);
const MAPS: readonly (readonly number[])[] = [[], [0x0f], [0x0f, 0x38], [0x0f, 0x3a]];

/** Modes of ModRM that are tried with each opcode: memory without and with displacement, registers. */
const MODES = [0, 1, 2, 3, 3];

type Random = (below: number) => number;

/** ModRM, SIB, displacement and an immediate. Displacements are small, so that operands stay in RAM. */
function operands(random: Random, mode: number, reg: number, rexB: number, rexX: number): Encoding {
  const rm = random(8);
  const bytes = [(mode << 6) | (reg << 3) | rm];
  let base: number | undefined = rm | rexB;
  let index: number | undefined;
  let hasWord = mode === 2;
  if (mode === 3) base = undefined;
  else if (rm === 4) {
    const sib = random(256);
    bytes.push(sib);
    index = ((sib >> 3) & 7) | rexX;
    if (index === 4) index = undefined;
    base = (sib & 7) | rexB;
    if ((sib & 7) === 5 && mode === 0) {
      base = undefined;
      hasWord = true;
    }
  } else if (rm === 5 && mode === 0) {
    base = undefined;
    hasWord = true;
  }
  if (hasWord) bytes.push(random(256), 0x80 | random(32), random(4) === 0 ? 0 : 1, 0);
  else if (mode === 1) bytes.push(random(256));
  const immediate = Array.from({ length: 8 }, () => (random(3) === 0 ? random(4) : random(256)));
  return { bytes: [...bytes, ...immediate], base, index };
}

/** Pseudo-random encodings, every opcode with every prefix, REX and mode. */
export function* encodings(random: Random): Generator<Encoding> {
  for (const prefixes of PREFIXES)
    for (const rex of REX)
      for (const map of MAPS)
        for (let opcode = 0; opcode < 256; opcode++)
          for (const mode of map.length === 0 && isPrefix(opcode) ? [] : MODES) {
            // Every digit of the opcodes that are groups is met.
            for (const reg of [random(8), random(8)]) {
              const rexByte = rex[0] ?? 0;
              const rest = operands(random, mode, reg, (rexByte & 1) << 3, (rexByte & 2) << 2);
              // Offsets of 64 bits in the instruction.
              const isOffset = map.length === 0 && opcode >= 0xa0 && opcode <= 0xa3;
              const tail = isOffset ? [random(256), random(256), 2, 0, 0, 0, 0, 0] : rest.bytes;
              yield { ...rest, bytes: [...prefixes, ...rex, ...map, opcode, ...tail] };
            }
          }
  // VEX: maps 2 and 3 have the bit manipulation instructions.
  for (const map of [2, 3])
    for (const last of [0x78, 0x79, 0x7a, 0x7b, 0xf8, 0xf9, 0xfa, 0xfb, 0x68, 0x6b, 0xe8, 0xeb])
      for (const first of [0xe0, 0xc0])
        for (let opcode = 0xf0; opcode < 0x100; opcode++)
          for (const mode of MODES) {
            const inverted = first === 0xc0 ? 8 : 0;
            const rest = operands(random, mode, random(8), inverted, 0);
            const vvvv = (last & 0x87) | (random(16) << 3);
            yield { ...rest, bytes: [0xc4, first | map, map === 2 ? vvvv : last, opcode, ...rest.bytes] };
          }
}

/** Vector instructions with VEX: L, pp and W as in the second byte. */
export function* vectorEncodings(random: Random): Generator<Encoding> {
  for (const map of [1, 2, 3])
    for (const last of [0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x81, 0x85])
      for (let opcode = 0; opcode < 256; opcode++)
        for (const mode of [0, 1, 3]) {
          for (const vvvv of [0x78, random(16) << 3]) {
            const rest = operands(random, mode, random(8), 0, 0);
            yield { ...rest, bytes: [0xc4, 0xe0 | map, last | vvvv, opcode, ...rest.bytes] };
          }
        }
}

/** MXCSR: plain, with PE set, other rounding, denormals as zero, an exception unmasked. */
const MXCSRS = [0x1f80n, 0x1fa0n, 0x1fa0n, 0x5f80n, 0x9fc0n, 0x1f00n, 0x0fa0n];

export const randomMxcsr = (random: Random): bigint => MXCSRS[random(MXCSRS.length)] as bigint;

/** Contents of a vector register: bits, or numbers of double or single precision of moderate size. */
export function randomVector(random: Random): Uint8Array {
  const bytes = new Uint8Array(32);
  const view = new DataView(bytes.buffer);
  const kind = random(4);
  const number = (): number =>
    random(2) === 0 ? random(1000) - 500 : (random(2 ** 32) - 2 ** 31) / (random(100000) + 1);
  for (let at = 0; at < 32; at += 8) {
    if (kind === 0) view.setBigUint64(at, randomValue(random), true);
    else if (kind === 1) {
      view.setFloat32(at, number(), true);
      view.setFloat32(at + 4, number(), true);
    } else view.setFloat64(at, number(), true);
  }
  return bytes;
}

const CORNERS = [0n, 1n, 2n, 0x7fn, 0x80n, 0xffn, 0x7fffn, 0x8000n, 0x7fffffffn, 0x80000000n, 0xffffffffn, 1n << 63n];

/** A value of a register: a corner, a small number, or 64 random bits. */
export function randomValue(random: Random): bigint {
  const kind = random(4);
  const wide = (BigInt(random(2 ** 32)) << 32n) | BigInt(random(2 ** 32));
  if (kind === 0) return CORNERS[random(CORNERS.length)] as bigint;
  if (kind === 1) return BigInt.asUintN(64, -(CORNERS[random(CORNERS.length)] as bigint) - BigInt(random(2)));
  if (kind === 2) return wide >> BigInt(random(64));
  return wide;
}

/** A double extended number by its parts: mostly normal and of moderate size, else a corner or any bits. */
function randomExtended(random: Random): readonly [bigint, number] {
  const kind = random(8);
  const sign = random(2) << 15;
  if (kind === 0) return [0n, sign];
  if (kind === 1) return [randomValue(random), sign | random(0x8000)];
  const exponent = kind === 2 ? ([0, 1, 0x7ffe, 0x7fff][random(4)] as number) : 0x3fff - 40 + random(80);
  return [(1n << 63n) | (random(3) === 0 ? 0n : randomValue(random)), sign | exponent];
}

/** Control words: as after FINIT, of 53 bits, rounding down, PE or IE unmasked. */
const X87_CONTROLS = [0x37f, 0x37f, 0x37f, 0x27f, 0x77f, 0x35f, 0x37e];

/** An x87 state: mostly with numbers in most registers, sometimes with an exception pending. */
export function randomX87(random: Random): X87State {
  const control = X87_CONTROLS[random(X87_CONTROLS.length)] as number;
  const isPending = random(8) === 0;
  return {
    registers: Array.from({ length: 8 }, () => randomExtended(random)),
    control: isPending ? control & ~1 : control,
    status: (random(8) << 11) | (random(2) << 9) | (random(2) << 5) | (isPending ? 0x8081 : 0),
    tags: [0xff, 0x7f, 0x1f, random(256)][random(4)] as number,
  };
}

/** Registers for an encoding: base and index lead into RAM, the others are random. */
export function randomRegisters(random: Random, { base, index }: Encoding): bigint[] {
  const registers = Array.from({ length: 16 }, () => randomValue(random));
  registers[4] = BigInt(0x28000 + random(0x4000));
  if (random(16) === 0) return registers;
  if (index !== undefined) registers[index] = BigInt(random(0x800));
  // Often the operand is near the end of a page.
  const offset = random(3) === 0 ? 0xff0 + random(16) : random(0x1000);
  if (base !== undefined) registers[base] = BigInt(0x20000 + random(8) * 0x1000 + offset);
  return registers;
}
