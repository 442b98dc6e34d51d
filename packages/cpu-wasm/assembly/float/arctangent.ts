// Arctangent of a quotient (SDM Vol. 2 FPATAN). The smaller magnitude over the larger is brought near 0 by
// atan(q) = atan(c) + atan((q - c) / (1 + q c)) with c a multiple of 1/32, whose arctangent is in a table.

import { ARCTANGENT, ODD, ODD_TERMS, PI_HIGH, PI_LOW } from '../generated/float-constants';
import { add, subtract } from './arithmetic';
import { divide128, high, low, multiply128, multiplySmall, normalize, series, set, shiftRight } from './fixed';
import { Unpacked, copy, r, setFinite, setZero, x, y } from './unpacked';

/** n = pi * 2^power, sticky. */
export function setPi(n: Unpacked, power: i32): void {
  setFinite(n, 0, 1 + power, PI_HIGH, PI_LOW | 1);
}

/** n = atan(t) for t = high:low * 2^(exponent - 127), at most 1/64. */
function small(n: Unpacked, exponent: i32): void {
  const tHigh = high;
  const tLow = low;
  multiply128(tHigh, tLow, tHigh, tLow);
  shiftRight(-2 * exponent - 2);
  const zHigh = high;
  const zLow = low;
  series(ODD, ODD_TERMS, zHigh, zLow, true);
  multiply128(high, low, zHigh, zLow);
  multiply128(tHigh, tLow, ~high, ~low);
  const shift = normalize();
  setFinite(n, 0, exponent - shift, high, low | 1);
}

/** high:low = a / b with both significands of 128 bits normalized; returns the exponent of the normalized quotient. */
function quotient(aHigh: u64, aLow: u64, bHigh: u64, bLow: u64, exponent: i32): i32 {
  let result = exponent - 1;
  set(aHigh, aLow);
  if (aHigh > bHigh || (aHigh == bHigh && aLow >= bLow)) {
    shiftRight(1);
    result++;
  }
  divide128(high, low, bHigh, bLow);
  return result - normalize();
}

/** r = atan(numerator / denominator) for finite magnitudes, the first not larger. Uses up x and y. */
function ofQuotient(numerator: u64, denominator: u64, difference: i32): void {
  const exponent = quotient(numerator, 0, denominator, 0, difference);
  const qHigh = high;
  // 32 q rounded.
  const index = exponent < -6 ? 0 : ((qHigh >> (57 - exponent)) + 1) >> 1;
  if (index == 0) {
    small(r, exponent);
    return;
  }
  // (32 Y - i X) / (32 X + i Y), exact: q is at least 1/64, so Y reaches 14 bits below X's last one.
  set(denominator, 0);
  shiftRight(8);
  const xHigh = high;
  const xLow = low;
  set(numerator, 0);
  shiftRight(8 - difference);
  const yHigh = high;
  const yLow = low;
  multiplySmall(xHigh, xLow, index);
  const ixHigh = high;
  const ixLow = low;
  multiplySmall(yHigh, yLow, index);
  const iyHigh = high;
  const iyLow = low;
  multiplySmall(xHigh, xLow, 32);
  const dLow = low + iyLow;
  const dHigh = high + iyHigh + <u64>(dLow < iyLow);
  multiplySmall(yHigh, yLow, 32);
  let nLow = low - ixLow;
  let nHigh = high - ixHigh - <u64>(low < ixLow);
  const isNegative = <i64>nHigh < 0;
  if (isNegative) {
    nLow = 0 - nLow;
    nHigh = ~nHigh + <u64>(nLow == 0);
  }
  const at = ARCTANGENT + ((<usize>index) << 4);
  set(load<u64>(at), load<u64>(at, 8));
  const tableShift = normalize();
  setFinite(x, 0, -1 - tableShift, high, low);
  if ((nHigh | nLow) == 0) {
    copy(r, x);
    r.low |= 1;
    return;
  }
  set(dHigh, dLow);
  const dShift = normalize();
  const nextHigh = high;
  const nextLow = low;
  set(nHigh, nLow);
  const nShift = normalize();
  small(y, quotient(high, low, nextHigh, nextLow, dShift - nShift));
  if (isNegative) subtract();
  else add();
  r.low |= 1;
}

/** r = angle of the point (x, y), both finite and not 0, in the quadrant of their signs. Uses up x and y. */
export function angleOf(): void {
  const isLeft = x.sign != 0;
  const sign = y.sign;
  const isSteep = y.exponent != x.exponent ? y.exponent > x.exponent : y.significand > x.significand;
  if (isSteep) ofQuotient(x.significand, y.significand, x.exponent - y.exponent);
  else ofQuotient(y.significand, x.significand, y.exponent - x.exponent);
  r.sign = 0;
  if (isSteep || isLeft) {
    copy(y, r);
    setPi(x, isSteep ? -1 : 0);
    // pi/2 - a, pi/2 + a or pi - a.
    if (isSteep && isLeft) add();
    else subtract();
    r.low |= 1;
  }
  r.sign = sign;
}

/** r = a multiple of pi / 4. */
export function setQuarters(count: u32, sign: u32): void {
  if (count == 0) {
    setZero(r, sign);
    return;
  }
  setPi(r, count == 4 ? 0 : count == 2 ? -1 : -2);
  if (count == 3) {
    copy(x, r);
    setPi(y, -1);
    add();
  }
  r.sign = sign;
}
