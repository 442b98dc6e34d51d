// Packed integer arithmetic (SDM Vol. 2 PADDB ... PXOR; Vol. 1 9.4, 11.4.2, 12.7). Each body is a function of 128-bit values; the
// generated handlers apply it to XMM registers, to both halves of YMM registers, and to MMX registers as the low half.

import {
  Vec,
  absolute,
  add,
  addSaturated,
  and,
  andNot,
  average,
  equal,
  evens,
  extendLow,
  greater,
  high,
  interleaveHigh,
  interleaveLow,
  low,
  maximum,
  minimum,
  mul,
  mulAdd,
  mulAddBytes,
  mulEven,
  mulHigh,
  mulRound,
  narrow,
  odds,
  or,
  pair,
  set,
  shiftRight,
  shuffleBytes,
  sub,
  subSaturated,
  sumDifferences,
  xor,
  zero,
} from '../packed/lanes';
import { VECTOR_SCRATCH } from '../layout';

export function paddb(a: Vec, b: Vec): Vec {
  return add<u8>(a, b);
}

export function paddw(a: Vec, b: Vec): Vec {
  return add<u16>(a, b);
}

export function paddd(a: Vec, b: Vec): Vec {
  return add<u32>(a, b);
}

export function paddq(a: Vec, b: Vec): Vec {
  return add<u64>(a, b);
}

export function paddsb(a: Vec, b: Vec): Vec {
  return addSaturated<i8>(a, b);
}

export function paddsw(a: Vec, b: Vec): Vec {
  return addSaturated<i16>(a, b);
}

export function paddusb(a: Vec, b: Vec): Vec {
  return addSaturated<u8>(a, b);
}

export function paddusw(a: Vec, b: Vec): Vec {
  return addSaturated<u16>(a, b);
}

export function psubb(a: Vec, b: Vec): Vec {
  return sub<u8>(a, b);
}

export function psubw(a: Vec, b: Vec): Vec {
  return sub<u16>(a, b);
}

export function psubd(a: Vec, b: Vec): Vec {
  return sub<u32>(a, b);
}

export function psubq(a: Vec, b: Vec): Vec {
  return sub<u64>(a, b);
}

export function psubsb(a: Vec, b: Vec): Vec {
  return subSaturated<i8>(a, b);
}

export function psubsw(a: Vec, b: Vec): Vec {
  return subSaturated<i16>(a, b);
}

export function psubusb(a: Vec, b: Vec): Vec {
  return subSaturated<u8>(a, b);
}

export function psubusw(a: Vec, b: Vec): Vec {
  return subSaturated<u16>(a, b);
}

export function pmullw(a: Vec, b: Vec): Vec {
  return mul<i16>(a, b);
}

export function pmulld(a: Vec, b: Vec): Vec {
  return mul<i32>(a, b);
}

export function pmulhw(a: Vec, b: Vec): Vec {
  return mulHigh<i16>(a, b);
}

export function pmulhuw(a: Vec, b: Vec): Vec {
  return mulHigh<u16>(a, b);
}

export function pmulhrsw(a: Vec, b: Vec): Vec {
  return mulRound(a, b);
}

export function pmuludq(a: Vec, b: Vec): Vec {
  return mulEven<u32>(a, b);
}

export function pmuldq(a: Vec, b: Vec): Vec {
  return mulEven<i32>(a, b);
}

export function pmaddwd(a: Vec, b: Vec): Vec {
  return mulAdd(a, b);
}

export function pmaddubsw(a: Vec, b: Vec): Vec {
  return mulAddBytes(a, b);
}

export function psadbw(a: Vec, b: Vec): Vec {
  return sumDifferences(a, b);
}

export function pavgb(a: Vec, b: Vec): Vec {
  return average<u8>(a, b);
}

export function pavgw(a: Vec, b: Vec): Vec {
  return average<u16>(a, b);
}

export function pminub(a: Vec, b: Vec): Vec {
  return minimum<u8>(a, b);
}

export function pminsb(a: Vec, b: Vec): Vec {
  return minimum<i8>(a, b);
}

export function pminuw(a: Vec, b: Vec): Vec {
  return minimum<u16>(a, b);
}

export function pminsw(a: Vec, b: Vec): Vec {
  return minimum<i16>(a, b);
}

export function pminud(a: Vec, b: Vec): Vec {
  return minimum<u32>(a, b);
}

export function pminsd(a: Vec, b: Vec): Vec {
  return minimum<i32>(a, b);
}

export function pmaxub(a: Vec, b: Vec): Vec {
  return maximum<u8>(a, b);
}

export function pmaxsb(a: Vec, b: Vec): Vec {
  return maximum<i8>(a, b);
}

export function pmaxuw(a: Vec, b: Vec): Vec {
  return maximum<u16>(a, b);
}

export function pmaxsw(a: Vec, b: Vec): Vec {
  return maximum<i16>(a, b);
}

export function pmaxud(a: Vec, b: Vec): Vec {
  return maximum<u32>(a, b);
}

export function pmaxsd(a: Vec, b: Vec): Vec {
  return maximum<i32>(a, b);
}

export function pcmpeqb(a: Vec, b: Vec): Vec {
  return equal<u8>(a, b);
}

export function pcmpeqw(a: Vec, b: Vec): Vec {
  return equal<u16>(a, b);
}

export function pcmpeqd(a: Vec, b: Vec): Vec {
  return equal<u32>(a, b);
}

export function pcmpeqq(a: Vec, b: Vec): Vec {
  return equal<u64>(a, b);
}

export function pcmpgtb(a: Vec, b: Vec): Vec {
  return greater<i8>(a, b);
}

export function pcmpgtw(a: Vec, b: Vec): Vec {
  return greater<i16>(a, b);
}

export function pcmpgtd(a: Vec, b: Vec): Vec {
  return greater<i32>(a, b);
}

export function pcmpgtq(a: Vec, b: Vec): Vec {
  return greater<i64>(a, b);
}

export function pand(a: Vec, b: Vec): Vec {
  return and(a, b);
}

export function pandn(a: Vec, b: Vec): Vec {
  return andNot(a, b);
}

export function por(a: Vec, b: Vec): Vec {
  return or(a, b);
}

export function pxor(a: Vec, b: Vec): Vec {
  return xor(a, b);
}

export function pabsb(a: Vec): Vec {
  return absolute<i8>(a);
}

export function pabsw(a: Vec): Vec {
  return absolute<i16>(a);
}

export function pabsd(a: Vec): Vec {
  return absolute<i32>(a);
}

/** `a`, negated where the lane of `b` is negative, 0 where it is 0. */
@inline
function sign<T>(a: Vec, b: Vec): Vec {
  const negative = shiftRight<T>(b, <u32>sizeof<T>() * 8 - 1);
  return andNot(equal<T>(b, zero()), sub<T>(xor(a, negative), negative));
}

export function psignb(a: Vec, b: Vec): Vec {
  return sign<i8>(a, b);
}

export function psignw(a: Vec, b: Vec): Vec {
  return sign<i16>(a, b);
}

export function psignd(a: Vec, b: Vec): Vec {
  return sign<i32>(a, b);
}

export function phaddw(a: Vec, b: Vec): Vec {
  return add<u16>(evens<u16>(a, b), odds<u16>(a, b));
}

export function phaddd(a: Vec, b: Vec): Vec {
  return add<u32>(evens<u32>(a, b), odds<u32>(a, b));
}

export function phaddsw(a: Vec, b: Vec): Vec {
  return addSaturated<i16>(evens<u16>(a, b), odds<u16>(a, b));
}

export function phsubw(a: Vec, b: Vec): Vec {
  return sub<u16>(evens<u16>(a, b), odds<u16>(a, b));
}

export function phsubd(a: Vec, b: Vec): Vec {
  return sub<u32>(evens<u32>(a, b), odds<u32>(a, b));
}

export function phsubsw(a: Vec, b: Vec): Vec {
  return subSaturated<i16>(evens<u16>(a, b), odds<u16>(a, b));
}

export function packsswb(a: Vec, b: Vec): Vec {
  return narrow<i16>(a, b);
}

export function packuswb(a: Vec, b: Vec): Vec {
  return narrow<u16>(a, b);
}

export function packssdw(a: Vec, b: Vec): Vec {
  return narrow<i32>(a, b);
}

export function packusdw(a: Vec, b: Vec): Vec {
  return narrow<u32>(a, b);
}

export function punpcklbw(a: Vec, b: Vec): Vec {
  return interleaveLow<u8>(a, b);
}

export function punpcklwd(a: Vec, b: Vec): Vec {
  return interleaveLow<u16>(a, b);
}

export function punpckldq(a: Vec, b: Vec): Vec {
  return interleaveLow<u32>(a, b);
}

export function punpcklqdq(a: Vec, b: Vec): Vec {
  return interleaveLow<u64>(a, b);
}

export function punpckhbw(a: Vec, b: Vec): Vec {
  return interleaveHigh<u8>(a, b);
}

export function punpckhwd(a: Vec, b: Vec): Vec {
  return interleaveHigh<u16>(a, b);
}

export function punpckhdq(a: Vec, b: Vec): Vec {
  return interleaveHigh<u32>(a, b);
}

export function punpckhqdq(a: Vec, b: Vec): Vec {
  return interleaveHigh<u64>(a, b);
}

export function pshufb(a: Vec, b: Vec): Vec {
  return shuffleBytes(a, b);
}

export function pmovsxbw(a: Vec): Vec {
  return extendLow<i8>(a);
}

export function pmovsxbd(a: Vec): Vec {
  return extendLow<i16>(extendLow<i8>(a));
}

export function pmovsxbq(a: Vec): Vec {
  return extendLow<i32>(extendLow<i16>(extendLow<i8>(a)));
}

export function pmovsxwd(a: Vec): Vec {
  return extendLow<i16>(a);
}

export function pmovsxwq(a: Vec): Vec {
  return extendLow<i32>(extendLow<i16>(a));
}

export function pmovsxdq(a: Vec): Vec {
  return extendLow<i32>(a);
}

export function pmovzxbw(a: Vec): Vec {
  return extendLow<u8>(a);
}

export function pmovzxbd(a: Vec): Vec {
  return extendLow<u16>(extendLow<u8>(a));
}

export function pmovzxbq(a: Vec): Vec {
  return extendLow<u32>(extendLow<u16>(extendLow<u8>(a)));
}

export function pmovzxwd(a: Vec): Vec {
  return extendLow<u16>(a);
}

export function pmovzxwq(a: Vec): Vec {
  return extendLow<u32>(extendLow<u16>(a));
}

export function pmovzxdq(a: Vec): Vec {
  return extendLow<u32>(a);
}

/** The smallest unsigned word and, in bits 18-16, its place. */
export function phminposuw(a: Vec): Vec {
  set(VECTOR_SCRATCH, a);
  let least: u32 = 0xffff;
  let at: u32 = 0;
  for (let i: u32 = 0; i < 8; i++) {
    const word = <u32>load<u16>(VECTOR_SCRATCH + (i << 1));
    if (word < least) {
      least = word;
      at = i;
    }
  }
  return pair(<u64>(least | (at << 16)), 0);
}

/** Eight sums of four absolute differences: a block of four bytes of `b` slides along `a`. */
export function mpsadbw(a: Vec, b: Vec, control: u32): Vec {
  set(VECTOR_SCRATCH, a);
  set(VECTOR_SCRATCH + 16, b);
  const from = VECTOR_SCRATCH + (control & 4);
  const block = VECTOR_SCRATCH + 16 + ((control & 3) << 2);
  let sumsLow: u64 = 0;
  let sumsHigh: u64 = 0;
  for (let i: u32 = 0; i < 8; i++) {
    let sum: i32 = 0;
    for (let j: u32 = 0; j < 4; j++) {
      const difference = <i32>load<u8>(from + i + j) - <i32>load<u8>(block + j);
      sum += difference < 0 ? -difference : difference;
    }
    if (i < 4) sumsLow |= (<u64>sum) << (i << 4);
    else sumsHigh |= (<u64>sum) << ((i - 4) << 4);
  }
  return pair(sumsLow, sumsHigh);
}

// MMX forms whose lanes move between places: of the values only bits 63-0 count.

export function mmxPacksswb(a: Vec, b: Vec): Vec {
  return narrow<i16>(pair(low(a), low(b)), zero());
}

export function mmxPackuswb(a: Vec, b: Vec): Vec {
  return narrow<u16>(pair(low(a), low(b)), zero());
}

export function mmxPackssdw(a: Vec, b: Vec): Vec {
  return narrow<i32>(pair(low(a), low(b)), zero());
}

export function mmxPunpckhbw(a: Vec, b: Vec): Vec {
  return pair(high(interleaveLow<u8>(a, b)), 0);
}

export function mmxPunpckhwd(a: Vec, b: Vec): Vec {
  return pair(high(interleaveLow<u16>(a, b)), 0);
}

export function mmxPunpckhdq(a: Vec, b: Vec): Vec {
  return pair(high(interleaveLow<u32>(a, b)), 0);
}

export function mmxPhaddw(a: Vec, b: Vec): Vec {
  return phaddw(pair(low(a), low(b)), zero());
}

export function mmxPhaddd(a: Vec, b: Vec): Vec {
  return phaddd(pair(low(a), low(b)), zero());
}

export function mmxPhaddsw(a: Vec, b: Vec): Vec {
  return phaddsw(pair(low(a), low(b)), zero());
}

export function mmxPhsubw(a: Vec, b: Vec): Vec {
  return phsubw(pair(low(a), low(b)), zero());
}

export function mmxPhsubd(a: Vec, b: Vec): Vec {
  return phsubd(pair(low(a), low(b)), zero());
}

export function mmxPhsubsw(a: Vec, b: Vec): Vec {
  return phsubsw(pair(low(a), low(b)), zero());
}

/** Bit 3 of a control byte means nothing here. */
export function mmxPshufb(a: Vec, b: Vec): Vec {
  return shuffleBytes(a, pair(low(b) & 0x8787878787878787, 0));
}
