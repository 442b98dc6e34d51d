// Sine, cosine and tangent (SDM Vol. 1 8.3.8, 8.3.10). The argument is reduced exactly with pi of 66 bits, as processors do; the
// Taylor series of the reduced argument has 128 bits, and the result is rounded once. Against recorded processors the results are
// the same in all but a few cases in a hundred, where the processor itself is 1 ulp off.

import { COSINE, COSINE_TERMS, SINE, SINE_TERMS } from '../generated/float-constants';
import { divide128, high, low, multiply128, normalize, series, set, shiftRight } from './fixed';
import { Unpacked, r, setFinite, x, y } from './unpacked';

/** pi / 2 in units of 2^-67: the 68 bits that processors have. */
const HALF_PI_HIGH: u64 = 0xc;
const HALF_PI_LOW: u64 = 0x90fdaa22168c234c;

// The reduced argument, a significand of 128 bits, and how many times pi / 2 were taken off.
let aHigh: u64 = 0;
let aLow: u64 = 0;
let aExponent: i32 = 0;
let aSign: u32 = 0;
let quadrant: u32 = 0;

/** Whether the magnitude is below 2^63, the limit of the instructions. */
export function isInRange(): bool {
  return x.exponent < 63;
}

/** Reduces |x| to at most pi / 4. */
function reduce(): void {
  quadrant = 0;
  aSign = 0;
  if (x.exponent < -1) {
    aHigh = x.significand;
    aLow = 0;
    aExponent = x.exponent;
    return;
  }
  let upper: u64 = 0;
  let lower = x.significand;
  for (let i = x.exponent + 4; i > 0; i--) {
    upper = (upper << 1) | (lower >> 63);
    lower <<= 1;
    quadrant <<= 1;
    if (upper > HALF_PI_HIGH || (upper == HALF_PI_HIGH && lower >= HALF_PI_LOW)) {
      upper -= HALF_PI_HIGH + <u64>(lower < HALF_PI_LOW);
      lower -= HALF_PI_LOW;
      quadrant |= 1;
    }
  }
  const isLarge = upper > HALF_PI_HIGH >> 1 || (upper == HALF_PI_HIGH >> 1 && lower > HALF_PI_LOW >> 1);
  if (isLarge) {
    upper = HALF_PI_HIGH - upper - <u64>(HALF_PI_LOW < lower);
    lower = HALF_PI_LOW - lower;
    aSign = 1;
    quadrant++;
  }
  set(upper, lower);
  const shift = normalize();
  aHigh = high;
  aLow = low;
  aExponent = 60 - shift;
}

/** The square of the reduced argument, as a fraction in high:low. */
function square(): void {
  multiply128(aHigh, aLow, aHigh, aLow);
  shiftRight(-2 * aExponent - 2);
}

/** n = sine of the reduced argument: a (1 - y), where y > 0, so that the result is never exact. */
function sine(n: Unpacked): void {
  square();
  const zHigh = high;
  const zLow = low;
  series(SINE, SINE_TERMS, zHigh, zLow, true);
  multiply128(high, low, zHigh, zLow);
  multiply128(aHigh, aLow, ~high, ~low);
  const shift = normalize();
  setFinite(n, aSign, aExponent - shift, high, low | 1);
}

function cosine(n: Unpacked): void {
  square();
  const zHigh = high;
  const zLow = low;
  series(COSINE, COSINE_TERMS, zHigh, zLow, true);
  multiply128(high, low, zHigh, zLow);
  setFinite(n, 0, -1, ~high, ~low | 1);
}

/** r = sine of x, finite and not 0. */
export function sineOf(): void {
  reduce();
  if ((quadrant & 1) != 0) cosine(r);
  else sine(r);
  r.sign ^= x.sign ^ ((quadrant >> 1) & 1);
}

/** r = cosine of x. */
export function cosineOf(): void {
  reduce();
  if ((quadrant & 1) != 0) sine(r);
  else cosine(r);
  r.sign ^= ((quadrant + 1) >> 1) & 1;
}

/** r = tangent of x; uses up y. */
export function tangentOf(): void {
  reduce();
  sine(r);
  cosine(y);
  const isOdd = (quadrant & 1) != 0;
  const n = isOdd ? y : r;
  const d = isOdd ? r : y;
  let exponent = n.exponent - d.exponent - 1;
  set(n.significand, n.low);
  if (high > d.significand || (high == d.significand && low >= d.low)) {
    shiftRight(1);
    exponent++;
  }
  divide128(high, low, d.significand, d.low);
  const shift = normalize();
  const sign = r.sign ^ x.sign ^ (<u32>isOdd);
  setFinite(r, sign, exponent - shift, high, low | 1);
}
