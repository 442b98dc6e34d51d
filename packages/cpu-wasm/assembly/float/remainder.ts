// Exact remainders (SDM Vol. 2 FPREM, FPREM1): x - q * y by shifting and subtracting. A difference of exponents above 63 leaves a
// partial remainder, reduced by 32 to 63 binary orders; Intel processors reduce by as many.

import { setFinite, setZero, r, x, y } from './unpacked';

/** Low bits of the quotient's magnitude of the last remainder. */
export let quotient: u64 = 0;

/**
 * r = remainder of finite x by finite y, neither 0: with the quotient cut (`isNearest` false) or rounded to nearest even. Returns
 * whether it is complete.
 */
export function takeRemainder(isNearest: bool): bool {
  const difference = x.exponent - y.exponent;
  quotient = 0;
  // The quotient is 0, and stays so unless |x| is more than half of |y|.
  if (difference < -(<i32>isNearest)) {
    setFinite(r, x.sign, x.exponent, x.significand, 0);
    return true;
  }
  const divisor = y.significand;
  let rest = x.significand;
  let sign = x.sign;
  if (difference < 0) {
    const exponent = x.exponent;
    if (rest > divisor) {
      rest = (divisor << 1) - rest;
      sign ^= 1;
      quotient = 1;
    }
    setRest(sign, exponent, rest);
    return true;
  }
  const isComplete = difference < 64;
  const steps = isComplete ? difference : 32 + (difference & 31);
  let q: u64 = 0;
  if (rest >= divisor) {
    rest -= divisor;
    q = 1;
  }
  for (let i = 0; i < steps; i++) {
    const carry = rest >> 63;
    rest <<= 1;
    q <<= 1;
    if (carry != 0 || rest >= divisor) {
      rest -= divisor;
      q |= 1;
    }
  }
  if (isComplete && isNearest) {
    const left = divisor - rest;
    if (rest > left || (rest == left && (q & 1) != 0)) {
      rest = left;
      sign ^= 1;
      q++;
    }
  }
  quotient = isComplete ? q : 0;
  setRest(sign, y.exponent + difference - steps, rest);
  return isComplete;
}

function setRest(sign: u32, exponent: i32, rest: u64): void {
  if (rest == 0) {
    setZero(r, x.sign);
    return;
  }
  const shift = <i32>clz<u64>(rest);
  setFinite(r, sign, exponent - shift, rest << shift, 0);
}
