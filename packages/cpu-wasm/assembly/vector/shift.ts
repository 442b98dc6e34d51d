// Packed shifts (SDM Vol. 2 PSLLW ... PSRLDQ, VPSLLV ... VPSRAV, PALIGNR). A count of the lane's width or more gives 0, or
// copies of the sign; the count is the low quadword of the second operand, or an immediate.

import {
  Vec,
  add,
  addSaturated,
  high,
  low,
  or,
  pair,
  shiftLeft,
  shiftRight,
  shuffleBytes,
  splat,
  sub,
  zero,
} from '../packed/lanes';

@inline
function left<T>(a: Vec, count: u64): Vec {
  return count < <u64>sizeof<T>() * 8 ? shiftLeft<T>(a, <u32>count) : zero();
}

@inline
function right<T>(a: Vec, count: u64): Vec {
  const bits: u64 = <u64>sizeof<T>() * 8;
  if (isSigned<T>()) return shiftRight<T>(a, <u32>(count < bits ? count : bits - 1));
  return count < bits ? shiftRight<T>(a, <u32>count) : zero();
}

export function psllw(a: Vec, b: Vec): Vec {
  return left<u16>(a, low(b));
}

export function pslld(a: Vec, b: Vec): Vec {
  return left<u32>(a, low(b));
}

export function psllq(a: Vec, b: Vec): Vec {
  return left<u64>(a, low(b));
}

export function psrlw(a: Vec, b: Vec): Vec {
  return right<u16>(a, low(b));
}

export function psrld(a: Vec, b: Vec): Vec {
  return right<u32>(a, low(b));
}

export function psrlq(a: Vec, b: Vec): Vec {
  return right<u64>(a, low(b));
}

export function psraw(a: Vec, b: Vec): Vec {
  return right<i16>(a, low(b));
}

export function psrad(a: Vec, b: Vec): Vec {
  return right<i32>(a, low(b));
}

export function psllwImmediate(a: Vec, count: u32): Vec {
  return left<u16>(a, count);
}

export function pslldImmediate(a: Vec, count: u32): Vec {
  return left<u32>(a, count);
}

export function psllqImmediate(a: Vec, count: u32): Vec {
  return left<u64>(a, count);
}

export function psrlwImmediate(a: Vec, count: u32): Vec {
  return right<u16>(a, count);
}

export function psrldImmediate(a: Vec, count: u32): Vec {
  return right<u32>(a, count);
}

export function psrlqImmediate(a: Vec, count: u32): Vec {
  return right<u64>(a, count);
}

export function psrawImmediate(a: Vec, count: u32): Vec {
  return right<i16>(a, count);
}

export function psradImmediate(a: Vec, count: u32): Vec {
  return right<i32>(a, count);
}

/** Places of the bytes of a vector from place `first` on, which is at most 32. */
@inline
function placesFrom(first: u32): Vec {
  return add<u8>(pair(0x0706050403020100, 0x0f0e0d0c0b0a0908), splat<u8>(<u8>first));
}

/** The bytes of `a` at places; 0 where a place is above 15. */
@inline
function bytesAt(a: Vec, places: Vec): Vec {
  // That sets bit 7 of those, for which `shuffleBytes` gives 0, and no other's.
  return shuffleBytes(a, addSaturated<u8>(places, splat<u8>(0x70)));
}

export function psrldqImmediate(a: Vec, count: u32): Vec {
  return bytesAt(a, placesFrom(min<u32>(count, 16)));
}

export function pslldqImmediate(a: Vec, count: u32): Vec {
  return bytesAt(a, sub<u8>(placesFrom(0), splat<u8>(<u8>min<u32>(count, 16))));
}

/** 16 bytes from place `count` on of `b`, `a` and zeros. */
export function palignr(a: Vec, b: Vec, count: u32): Vec {
  const places = placesFrom(min<u32>(count, 32));
  return or(bytesAt(b, places), bytesAt(a, sub<u8>(places, splat<u8>(16))));
}

/** The same for MMX registers: 8 bytes from `count` on of the two. */
export function mmxPalignr(a: Vec, b: Vec, count: u32): Vec {
  return psrldqImmediate(pair(low(b), low(a)), count);
}

@inline
function half32(a: u64, b: u64, isLeft: bool): u64 {
  const countLow = <u32>b;
  const countHigh = <u32>(b >> 32);
  let lowest: u32 = 0;
  let highest: u32 = 0;
  if (countLow < 32) lowest = isLeft ? (<u32>a) << countLow : (<u32>a) >> countLow;
  if (countHigh < 32) highest = isLeft ? (<u32>(a >> 32)) << countHigh : (<u32>(a >> 32)) >> countHigh;
  return (<u64>lowest) | ((<u64>highest) << 32);
}

export function vpsllvd(a: Vec, b: Vec): Vec {
  return pair(half32(low(a), low(b), true), half32(high(a), high(b), true));
}

export function vpsrlvd(a: Vec, b: Vec): Vec {
  return pair(half32(low(a), low(b), false), half32(high(a), high(b), false));
}

@inline
function half64(a: u64, b: u64, isLeft: bool): u64 {
  if (b > 63) return 0;
  return isLeft ? a << b : a >> b;
}

export function vpsllvq(a: Vec, b: Vec): Vec {
  return pair(half64(low(a), low(b), true), half64(high(a), high(b), true));
}

export function vpsrlvq(a: Vec, b: Vec): Vec {
  return pair(half64(low(a), low(b), false), half64(high(a), high(b), false));
}

@inline
function arithmetic32(a: u64, b: u64): u64 {
  const lowest = (<i32>a) >> (<i32>min<u32>(<u32>b, 31));
  const highest = (<i32>(a >> 32)) >> (<i32>min<u32>(<u32>(b >> 32), 31));
  return (<u64>(<u32>lowest)) | ((<u64>(<u32>highest)) << 32);
}

export function vpsravd(a: Vec, b: Vec): Vec {
  return pair(arithmetic32(low(a), low(b)), arithmetic32(high(a), high(b)));
}
