// Base-2 logarithms (SDM Vol. 2 FYL2X, FYL2XP1). x = 2^k m with m from 0.75 to 1.5, and b = i/32 next to m:
// log2 x = k + log2 b + 2/ln 2 * atanh((m - b) / (m + b)), log2 b from a table. Near 1 only the last term is left, and it has its
// full precision.

import { LOGARITHM, ODD, ODD_TERMS, TWO_LOG2_E_HIGH, TWO_LOG2_E_LOW } from '../generated/float-constants';
import { add } from './arithmetic';
import { divide128, high, low, multiply128, normalize, series, set, shiftRight } from './fixed';
import { FINITE, Unpacked, ZERO, copy, r, setFinite, setZero, unpackInteger, x, y } from './unpacked';

/** Whether the last logarithm came out exact (of a power of two). */
let isExact: bool = false;

/** n = 2/ln 2 * atanh(s) for s = high:low * 2^(exponent - 127), normalized, at most 2^-5. */
function scaledAtanh(n: Unpacked, sign: u32, exponent: i32): void {
  let sHigh = high;
  let sLow = low;
  multiply128(sHigh, sLow, sHigh, sLow);
  shiftRight(-2 * exponent - 2);
  const zHigh = high;
  const zLow = low;
  series(ODD, ODD_TERMS, zHigh, zLow, false);
  multiply128(high, low, zHigh, zLow);
  multiply128(sHigh, sLow, high, low);
  // s + s v, with room for a carry.
  let result = exponent;
  const lower = sLow + low;
  const upper = sHigh + high + <u64>(lower < sLow);
  if (upper < sHigh) {
    sLow = (lower >> 1) | (upper << 63);
    sHigh = (upper >> 1) | (1 << 63);
    result++;
  } else {
    sHigh = upper;
    sLow = lower;
  }
  multiply128(sHigh, sLow, TWO_LOG2_E_HIGH, TWO_LOG2_E_LOW);
  // 2/ln 2 has exponent 1.
  setFinite(n, sign, result + 2 - normalize(), high, low | 1);
}

/** r = log2 of n, positive and finite. Uses up x and y. */
function logarithm(n: Unpacked): void {
  let k = n.exponent;
  set(n.significand, n.low);
  // m as a fraction of 4.
  if (n.significand >= 0xc000000000000000) {
    k++;
    shiftRight(2);
  } else shiftRight(1);
  const mHigh = high;
  const mLow = low;
  const index = ((mHigh >> 56) + 1) >> 1;
  const b = index << 57;
  isExact = mHigh == b && mLow == 0 && index == 32;
  unpackInteger(r, <i64>k);
  if (index != 32) {
    const at = LOGARITHM + ((<usize>(index - 24)) << 4);
    set(load<u64>(at), load<u64>(at, 8));
    copy(x, r);
    setFinite(y, <u32>(index < 32), -1 - normalize(), high, low);
    add();
  }
  if (mHigh == b && mLow == 0) return;
  const isBelow = mHigh < b;
  const nHigh = isBelow ? b - mHigh - <u64>(mLow != 0) : mHigh - b;
  const nLow = isBelow ? 0 - mLow : mLow;
  set(mHigh + b, mLow);
  const dShift = normalize();
  const dHigh = high;
  const dLow = low;
  set(nHigh, nLow);
  const nShift = normalize();
  let exponent = dShift - nShift - 1;
  if (high > dHigh || (high == dHigh && low >= dLow)) {
    shiftRight(1);
    exponent++;
  }
  divide128(high, low, dHigh, dLow);
  exponent -= normalize();
  copy(x, r);
  scaledAtanh(y, <u32>isBelow, exponent);
  if (x.kind == ZERO) copy(r, y);
  else add();
}

/** r = r * (sign, exponent, significand of 64 bits). */
function multiplyBy(sign: u32, exponent: i32, significand: u64): void {
  if (r.kind != FINITE) {
    setZero(r, r.sign ^ sign);
    return;
  }
  const sticky: u64 = isExact ? 0 : 1;
  multiply128(r.significand, r.low, significand, 0);
  setFinite(r, r.sign ^ sign, r.exponent + exponent + 1 - normalize(), high, low | sticky);
}

/** r = y log2(x) for finite y and positive finite x. Uses up x and y. */
export function timesLogarithm(): void {
  const sign = y.sign;
  const exponent = y.exponent;
  const significand = y.significand;
  copy(r, x);
  logarithm(r);
  multiplyBy(sign, exponent, significand);
}

/** r = y log2(1 + x) for finite x and y, not 0, x above -1. Uses up x and y. */
export function timesLogarithmOfSuccessor(): void {
  const sign = y.sign;
  const exponent = y.exponent;
  const significand = y.significand;
  if (x.exponent < -6) {
    // atanh(x / (2 + x)) needs no table.
    isExact = false;
    set(x.significand, 0);
    // |x| as a fraction of 4.
    shiftRight(1 - x.exponent);
    const two: u64 = 1 << 63;
    const dHigh = x.sign != 0 ? two - high - <u64>(low != 0) : two + high;
    const dLow = x.sign != 0 ? 0 - low : low;
    set(dHigh, dLow);
    const dShift = normalize();
    const nextHigh = high;
    const nextLow = low;
    let s = x.exponent - 2 + dShift;
    set(x.significand, 0);
    if (high > nextHigh || (high == nextHigh && low >= nextLow)) {
      shiftRight(1);
      s++;
    }
    divide128(high, low, nextHigh, nextLow);
    s -= normalize();
    scaledAtanh(r, x.sign, s);
  } else {
    setFinite(y, 0, 0, 1 << 63, 0);
    add();
    logarithm(r);
  }
  multiplyBy(sign, exponent, significand);
}
