// A floating-point number taken apart: kind, sign, exponent and a significand whose leading bit is bit 63, with 64 more bits
// below it for exact intermediate results. All formats of the processor (half, single, double, double extended: SDM Vol. 1 4.2.2) come
// to this form, are computed with (arithmetic.ts), rounded once (round.ts) and packed again (pack.ts).
//
// The numbers are few and static: operands `x`, `y`, `z` and the result `r`. Everything is integer arithmetic, so every engine
// and every host gives the same bits.

export const ZERO: u32 = 0;
export const FINITE: u32 = 1;
export const INFINITY: u32 = 2;
export const QUIET: u32 = 3;
export const SIGNALING: u32 = 4;
/** A pattern of the double extended format that no processor since the 387 computes with (SDM Vol. 1 table 8-3). */
export const UNSUPPORTED: u32 = 5;

@unmanaged
export class Unpacked {
  kind: u32;
  /** 1 = negative. */
  sign: u32;
  /** Unbiased exponent of the leading bit: the magnitude is significand * 2^(exponent - 63). */
  exponent: i32;
  /** 1 when the operand was denormal in its format. */
  denormal: u32;
  /** Leading bit in bit 63. A NaN has its payload here, aligned like a fraction. */
  significand: u64;
  /** Bits below the significand; bit 0 also stands for all that lie below it and are not 0 ("sticky"). 0 in operands. */
  low: u64;
}

const BYTES: i32 = 32;
export const x = changetype<Unpacked>(memory.data(BYTES, 8));
export const y = changetype<Unpacked>(memory.data(BYTES, 8));
export const z = changetype<Unpacked>(memory.data(BYTES, 8));
/** The result. */
export const r = changetype<Unpacked>(memory.data(BYTES, 8));

/** Bit 62: set in a quiet NaN. */
export const QUIET_BIT: u64 = 1 << 62;
const LEADING_BIT: u64 = 1 << 63;

@inline
export function isNaN(n: Unpacked): bool {
  return n.kind == QUIET || n.kind == SIGNALING;
}

@inline
export function copy(to: Unpacked, from: Unpacked): void {
  memory.copy(changetype<usize>(to), changetype<usize>(from), BYTES);
}

/** The NaN that stands for an invalid operation: "real indefinite" (SDM Vol. 1 4.8.3.7). */
export function setIndefinite(n: Unpacked): void {
  n.kind = QUIET;
  n.sign = 1;
  n.significand = LEADING_BIT | QUIET_BIT;
  n.low = 0;
  n.denormal = 0;
}

@inline
export function setZero(n: Unpacked, sign: u32): void {
  n.kind = ZERO;
  n.sign = sign;
}

@inline
export function setInfinity(n: Unpacked, sign: u32): void {
  n.kind = INFINITY;
  n.sign = sign;
}

/** Sets a finite number that is not 0. */
@inline
export function setFinite(n: Unpacked, sign: u32, exponent: i32, significand: u64, low: u64): void {
  n.kind = FINITE;
  n.sign = sign;
  n.exponent = exponent;
  n.significand = significand;
  n.low = low;
}

/** A number of a format with an implied leading bit. `fraction` is aligned left, without the leading bit, in bits 62-0. */
@inline
function unpack(n: Unpacked, sign: u32, biased: u32, fraction: u64, bias: i32, denormalsAreZero: bool): void {
  n.sign = sign;
  n.denormal = 0;
  n.low = 0;
  if (biased == 0) {
    if (fraction == 0 || denormalsAreZero) {
      n.kind = ZERO;
      return;
    }
    const shift = <i32>clz<u64>(fraction);
    n.kind = FINITE;
    n.denormal = 1;
    n.significand = fraction << shift;
    n.exponent = 1 - bias - shift;
    return;
  }
  n.significand = fraction | LEADING_BIT;
  if (biased == <u32>(2 * bias + 1)) {
    n.kind = fraction == 0 ? INFINITY : (fraction & QUIET_BIT) != 0 ? QUIET : SIGNALING;
    return;
  }
  n.kind = FINITE;
  n.exponent = <i32>biased - bias;
}

export function unpack16(n: Unpacked, bits: u32): void {
  unpack(n, (bits >> 15) & 1, (bits >> 10) & 0x1f, (<u64>(bits & 0x3ff)) << 53, 15, false);
}

export function unpack32(n: Unpacked, bits: u32, denormalsAreZero: bool): void {
  unpack(n, bits >> 31, (bits >> 23) & 0xff, (<u64>(bits & 0x7fffff)) << 40, 127, denormalsAreZero);
}

export function unpack64(n: Unpacked, bits: u64, denormalsAreZero: bool): void {
  unpack(n, <u32>(bits >> 63), (<u32>(bits >> 52)) & 0x7ff, (bits & 0xfffffffffffff) << 11, 1023, denormalsAreZero);
}

/** The double extended format: the leading bit is explicit. */
export function unpack80(n: Unpacked, significand: u64, signExponent: u32): void {
  const biased = signExponent & 0x7fff;
  n.sign = (signExponent >> 15) & 1;
  n.denormal = 0;
  n.low = 0;
  n.significand = significand;
  if (biased == 0) {
    if (significand == 0) {
      n.kind = ZERO;
      return;
    }
    // A pseudo-denormal has the leading bit set and counts like exponent 1.
    const shift = <i32>clz<u64>(significand);
    n.kind = FINITE;
    n.denormal = 1;
    n.significand = significand << shift;
    n.exponent = -16382 - shift;
    return;
  }
  if ((significand & LEADING_BIT) == 0) {
    n.kind = UNSUPPORTED;
    return;
  }
  if (biased == 0x7fff) {
    n.kind = significand << 1 == 0 ? INFINITY : (significand & QUIET_BIT) != 0 ? QUIET : SIGNALING;
    return;
  }
  n.kind = FINITE;
  n.exponent = <i32>biased - 16383;
}

/** A signed integer. */
export function unpackInteger(n: Unpacked, value: i64): void {
  n.denormal = 0;
  n.low = 0;
  n.sign = <u32>(value < 0);
  if (value == 0) {
    n.kind = ZERO;
    return;
  }
  const magnitude = <u64>(value < 0 ? 0 - value : value);
  const shift = <i32>clz<u64>(magnitude);
  n.kind = FINITE;
  n.significand = magnitude << shift;
  n.exponent = 63 - shift;
}
