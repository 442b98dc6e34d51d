// Arithmetic on 128 bits in two halves, which Wasm does not have: products of 64 bits, and the quotient of 128 by 64 bits by long
// division in digits of 32 bits (Knuth, The Art of Computer Programming 4.3.1, algorithm D with two digits).

import { leaveTranslation } from './translated';

/** Upper half of the unsigned product. */
export function multiplyHigh(a: u64, b: u64): u64 {
  const aLow = a & 0xffffffff;
  const aHigh = a >> 32;
  const bLow = b & 0xffffffff;
  const bHigh = b >> 32;
  const t = aHigh * bLow + ((aLow * bLow) >> 32);
  const u = aLow * bHigh + (t & 0xffffffff);
  return aHigh * bHigh + (t >> 32) + (u >> 32);
}

/** Remainder of the last `divideWide`. */
export let remainder: u64 = 0;

/** Quotient of high:low by `divisor`, which must be greater than `high`; leaves the remainder in `remainder`. */
@inline
export function divideWide(high: u64, low: u64, divisor: u64): u64 {
  if (high == 0) {
    remainder = low % divisor;
    return low / divisor;
  }
  return divideLong(high, low, divisor);
}

function divideLong(high: u64, low: u64, divisor: u64): u64 {
  if (isDefined(TEMPLATES)) leaveTranslation();
  const shift = clz<u64>(divisor);
  const quotient = divideNormalized((high << shift) | ((low >> 1) >> (63 - shift)), low << shift, divisor << shift);
  remainder >>= shift;
  return quotient;
}

/** The same for a divisor whose bit 63 is set. */
export function divideNormalized(high: u64, low: u64, divisor: u64): u64 {
  const dHigh = divisor >> 32;
  const dLow = divisor & 0xffffffff;
  const n1 = low >> 32;
  const n0 = low & 0xffffffff;
  const q1 = quotientDigit(high, n1, dHigh, dLow);
  const rest = ((high << 32) | n1) - q1 * divisor;
  const q0 = quotientDigit(rest, n0, dHigh, dLow);
  remainder = ((rest << 32) | n0) - q0 * divisor;
  return (q1 << 32) | q0;
}

/** One 32-bit digit of the quotient (n:next) / (dHigh:dLow); the divisor is normalized, so the estimate is off by 2 at most. */
function quotientDigit(n: u64, next: u64, dHigh: u64, dLow: u64): u64 {
  let q = n / dHigh;
  let rest = n - q * dHigh;
  while (q > 0xffffffff || q * dLow > ((rest << 32) | next)) {
    q -= 1;
    rest += dHigh;
    if (rest > 0xffffffff) break;
  }
  return q;
}
