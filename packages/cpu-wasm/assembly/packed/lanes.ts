// Words on 128-bit values, of which the bodies in ../vector are made: the Wasm engine's, on v128. The JavaScript twin is built
// with lanes.scalar.ts in the place of this file (scripts/build.ts): the same words on 16 bytes of linear memory. A word is
// named for what it does to every lane; the type parameter T is the lane, its sign that of the operation
// (SDM Vol. 1 9.4, 11.4.2). Values exist only while an instruction is executed.

/** 128 bits. */
export type Vec = v128;

@inline
export function get(at: usize): Vec {
  return v128.load(at, 0, 1);
}

/** The low 8, 4 or 2 bytes from memory; the rest is 0. */
@inline
export function getQuad(at: usize): Vec {
  return v128.load_zero<u64>(at, 0, 1);
}

@inline
export function getDouble(at: usize): Vec {
  return v128.load_zero<u32>(at, 0, 1);
}

@inline
export function getWord(at: usize): Vec {
  return i32x4(load<u16>(at, 0, 1), 0, 0, 0);
}

@inline
export function set(at: usize, value: Vec): void {
  v128.store(at, value, 0, 1);
}

/** Bits 0-63. */
@inline
export function low(a: Vec): u64 {
  return v128.extract_lane<u64>(a, 0);
}

/** Bits 64-127. */
@inline
export function high(a: Vec): u64 {
  return v128.extract_lane<u64>(a, 1);
}

@inline
export function pair(lowHalf: u64, highHalf: u64): Vec {
  return v128.replace_lane<u64>(v128.splat<u64>(lowHalf), 1, highHalf);
}

/** The lowest lane of type T exchanged for a number that is no NaN. */
@inline
export function withFloat<T>(a: Vec, value: T): Vec {
  return v128.replace_lane<T>(a, 0, value);
}

@inline
export function splat<T>(value: T): Vec {
  return v128.splat<T>(value);
}

@inline
export function zero(): Vec {
  return v128.splat<u64>(0);
}

@inline
export function and(a: Vec, b: Vec): Vec {
  return v128.and(a, b);
}

/** ~a & b. */
@inline
export function andNot(a: Vec, b: Vec): Vec {
  return v128.andnot(b, a);
}

@inline
export function or(a: Vec, b: Vec): Vec {
  return v128.or(a, b);
}

@inline
export function xor(a: Vec, b: Vec): Vec {
  return v128.xor(a, b);
}

/** Bits of `a` where the mask is 1, bits of `b` where it is 0. */
@inline
export function select(mask: Vec, a: Vec, b: Vec): Vec {
  return v128.bitselect(a, b, mask);
}

@inline
export function isZero(a: Vec): bool {
  return !v128.any_true(a);
}

@inline
export function add<T>(a: Vec, b: Vec): Vec {
  return v128.add<T>(a, b);
}

@inline
export function sub<T>(a: Vec, b: Vec): Vec {
  return v128.sub<T>(a, b);
}

@inline
export function addSaturated<T>(a: Vec, b: Vec): Vec {
  return v128.add_sat<T>(a, b);
}

@inline
export function subSaturated<T>(a: Vec, b: Vec): Vec {
  return v128.sub_sat<T>(a, b);
}

/** Low half of the product of 16 or 32-bit lanes. */
@inline
export function mul<T>(a: Vec, b: Vec): Vec {
  return v128.mul<T>(a, b);
}

/** High half of the product of 16-bit lanes. */
@inline
export function mulHigh<T>(a: Vec, b: Vec): Vec {
  return v128.shuffle<u16>(v128.extmul_low<T>(a, b), v128.extmul_high<T>(a, b), 1, 3, 5, 7, 9, 11, 13, 15);
}

/** Products of the signed 16-bit lanes, shifted right by 15 and rounded. -32768 times itself wraps. */
@inline
export function mulRound(a: Vec, b: Vec): Vec {
  const least = v128.splat<i16>(-32768);
  return v128.xor(v128.q15mulr_sat<i16>(a, b), v128.and(v128.eq<i16>(a, least), v128.eq<i16>(b, least)));
}

/** Products of the even 32-bit lanes, 64 bits wide. */
@inline
export function mulEven<T>(a: Vec, b: Vec): Vec {
  return v128.extmul_low<T>(v128.shuffle<u32>(a, a, 0, 2, 0, 2), v128.shuffle<u32>(b, b, 0, 2, 0, 2));
}

/** Sums of neighbouring products of signed 16-bit lanes. */
@inline
export function mulAdd(a: Vec, b: Vec): Vec {
  return v128.dot<i16>(a, b);
}

/** Saturated sums of neighbouring products of unsigned bytes of `a` and signed bytes of `b`. */
@inline
export function mulAddBytes(a: Vec, b: Vec): Vec {
  const even = v128.mul<i16>(v128.and(a, v128.splat<i16>(0xff)), v128.shr<i16>(v128.shl<i16>(b, 8), 8));
  const odd = v128.mul<i16>(v128.shr<u16>(a, 8), v128.shr<i16>(b, 8));
  return v128.add_sat<i16>(even, odd);
}

/** Sum of the absolute differences of the 8 unsigned bytes of each half. */
@inline
export function sumDifferences(a: Vec, b: Vec): Vec {
  const difference = v128.or(v128.sub_sat<u8>(a, b), v128.sub_sat<u8>(b, a));
  const sums = v128.extadd_pairwise<u16>(v128.extadd_pairwise<u8>(difference));
  return v128.add<u64>(v128.shr<u64>(sums, 32), v128.and(sums, v128.splat<u64>(0xffffffff)));
}

@inline
export function minimum<T>(a: Vec, b: Vec): Vec {
  return v128.min<T>(a, b);
}

@inline
export function maximum<T>(a: Vec, b: Vec): Vec {
  return v128.max<T>(a, b);
}

/** (a + b + 1) / 2 of unsigned lanes. */
@inline
export function average<T>(a: Vec, b: Vec): Vec {
  return v128.avgr<T>(a, b);
}

@inline
export function absolute<T>(a: Vec): Vec {
  return v128.abs<T>(a);
}

/** All ones where the lanes are equal. */
@inline
export function equal<T>(a: Vec, b: Vec): Vec {
  return v128.eq<T>(a, b);
}

/** All ones where a > b. */
@inline
export function greater<T>(a: Vec, b: Vec): Vec {
  return v128.gt<T>(a, b);
}

/** Shifts by less than the width of a lane. */
@inline
export function shiftLeft<T>(a: Vec, count: u32): Vec {
  return v128.shl<T>(a, <i32>count);
}

/** Shifts by less than the width of a lane; T says whether the sign is copied. */
@inline
export function shiftRight<T>(a: Vec, count: u32): Vec {
  return v128.shr<T>(a, <i32>count);
}

/** Signed lanes of `a`, then of `b`, saturated to half their width; T of i16 or i32: to signed lanes, u16 or u32: to unsigned. */
@inline
export function narrow<T>(a: Vec, b: Vec): Vec {
  return v128.narrow<T>(a, b);
}

/** The low lanes of type T, extended to twice their width. */
@inline
export function extendLow<T>(a: Vec): Vec {
  return v128.extend_low<T>(a);
}

/** Lanes of the low halves in turn: a0 b0 a1 b1 ... */
@inline
export function interleaveLow<T>(a: Vec, b: Vec): Vec {
  if (sizeof<T>() == 1) return v128.shuffle<u8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  if (sizeof<T>() == 2) return v128.shuffle<u16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
  if (sizeof<T>() == 4) return v128.shuffle<u32>(a, b, 0, 4, 1, 5);
  return v128.shuffle<u64>(a, b, 0, 2);
}

/** Lanes of the high halves in turn. */
@inline
export function interleaveHigh<T>(a: Vec, b: Vec): Vec {
  if (sizeof<T>() == 1) return v128.shuffle<u8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  if (sizeof<T>() == 2) return v128.shuffle<u16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
  if (sizeof<T>() == 4) return v128.shuffle<u32>(a, b, 2, 6, 3, 7);
  return v128.shuffle<u64>(a, b, 1, 3);
}

/** Even lanes of `a`, then of `b`. */
@inline
export function evens<T>(a: Vec, b: Vec): Vec {
  if (sizeof<T>() == 2) return v128.shuffle<u16>(a, b, 0, 2, 4, 6, 8, 10, 12, 14);
  return v128.shuffle<u32>(a, b, 0, 2, 4, 6);
}

/** Odd lanes of `a`, then of `b`. */
@inline
export function odds<T>(a: Vec, b: Vec): Vec {
  if (sizeof<T>() == 2) return v128.shuffle<u16>(a, b, 1, 3, 5, 7, 9, 11, 13, 15);
  return v128.shuffle<u32>(a, b, 1, 3, 5, 7);
}

/** Byte i is byte `control[i] & 15` of `a`, or 0 when bit 7 of `control[i]` is set. */
@inline
export function shuffleBytes(a: Vec, control: Vec): Vec {
  return v128.swizzle(a, v128.and(control, v128.splat<u8>(0x8f)));
}

/** Most significant bits of the lanes, lane 0 first. */
@inline
export function signBits<T>(a: Vec): u32 {
  return <u32>v128.bitmask<T>(a);
}
