// Fractions of 128 bits for the series of the transcendental functions: products, quotients, shifts. Results of two halves are
// left in `high` and `low`. Errors are at most a few units of 2^-128; all callers round to 64 bits afterwards.

import { divideWide, multiplyHigh, remainder } from '../wide';

export let high: u64 = 0;
export let low: u64 = 0;

@inline
export function set(upper: u64, lower: u64): void {
  high = upper;
  low = lower;
}

/** Upper 128 bits of the product. */
export function multiply128(aHigh: u64, aLow: u64, bHigh: u64, bLow: u64): void {
  const upper = aHigh * bLow;
  const lower = aLow * bHigh;
  let below = multiplyHigh(aLow, bLow) + upper;
  let carry = <u64>(below < upper);
  below += lower;
  carry += <u64>(below < lower);
  const middle = aHigh * bHigh;
  let result = middle + multiplyHigh(aHigh, bLow);
  let top = multiplyHigh(aHigh, bHigh) + <u64>(result < middle);
  const second = multiplyHigh(aLow, bHigh) + carry;
  result += second;
  top += <u64>(result < second);
  high = top;
  low = result;
}

let restHigh: u64 = 0;
let restLow: u64 = 0;

/** One digit of 64 bits of (n2:n1:n0) / (bHigh:bLow), where n2:n1 < bHigh:bLow and bHigh has its leading bit set. */
function quotientDigit(n2: u64, n1: u64, n0: u64, bHigh: u64, bLow: u64): u64 {
  let digit: u64;
  let rest: u64;
  let isRestLarge = false;
  if (n2 >= bHigh) {
    digit = ~(<u64>0);
    rest = n1 + bHigh;
    isRestLarge = rest < bHigh;
  } else {
    digit = divideWide(n2, n1, bHigh);
    rest = remainder;
  }
  let productHigh = multiplyHigh(digit, bLow);
  let productLow = digit * bLow;
  while (!isRestLarge && (productHigh > rest || (productHigh == rest && productLow > n0))) {
    digit--;
    productHigh -= <u64>(productLow < bLow);
    productLow -= bLow;
    rest += bHigh;
    isRestLarge = rest < bHigh;
  }
  restHigh = rest - productHigh - <u64>(n0 < productLow);
  restLow = n0 - productLow;
  return digit;
}

/** The fraction a / b for a < b, where b has its leading bit set. */
export function divide128(aHigh: u64, aLow: u64, bHigh: u64, bLow: u64): void {
  const upper = quotientDigit(aHigh, aLow, 0, bHigh, bLow);
  low = quotientDigit(restHigh, restLow, 0, bHigh, bLow);
  high = upper;
}

/** high:low = upper:lower * factor, which must not overflow. */
export function multiplySmall(upper: u64, lower: u64, factor: u64): void {
  high = upper * factor + multiplyHigh(lower, factor);
  low = lower * factor;
}

/** high:low shifted right; 0 from 128 on. */
export function shiftRight(count: i32): void {
  if (count == 0) return;
  if (count < 64) {
    low = (low >> count) | (high << (64 - count));
    high >>= count;
  } else {
    low = count < 128 ? high >> (count - 64) : 0;
    high = 0;
  }
}

/** Shifts high:low, not 0, left until its leading bit is set; returns by how much. */
export function normalize(): i32 {
  let shift: i32 = 0;
  if (high == 0) {
    high = low;
    low = 0;
    shift = 64;
  }
  const more = <i32>clz<u64>(high);
  if (more != 0) {
    high = (high << more) | (low >> (64 - more));
    low <<= more;
  }
  return shift + more;
}

/**
 * high:low = c1 - v (c2 - v (c3 - ...)), or with all signs plus; the coefficients are `terms` pairs at `table`. v is
 * `upper`:`lower`, a fraction.
 */
export function series(table: usize, terms: i32, upper: u64, lower: u64, isAlternating: bool): void {
  let at = table + ((<usize>terms) << 4);
  high = 0;
  low = 0;
  while (at != table) {
    at -= 16;
    multiply128(high, low, upper, lower);
    const cHigh = load<u64>(at);
    const cLow = load<u64>(at, 8);
    if (isAlternating) {
      high = cHigh - high - <u64>(cLow < low);
      low = cLow - low;
    } else {
      low += cLow;
      high += cHigh + <u64>(low < cLow);
    }
  }
}
