// 2^x - 1 for |x| below 1 (SDM Vol. 2 F2XM1): with u = |x| ln 2 it is u (1 + u/2! + u^2/3! ...), or for a negative x
// -u (1 - u/2! + u^2/3! ...); neither loses digits near 0.

import { EXPONENTIAL, EXPONENTIAL_TERMS, LN2_HIGH, LN2_LOW } from '../generated/float-constants';
import { high, low, multiply128, normalize, series, shiftRight } from './fixed';
import { r, setFinite, x } from './unpacked';

/** r = 2^x - 1, never exact; x is finite, not 0, its magnitude below 1. */
export function exponentialOf(): void {
  multiply128(x.significand, 0, LN2_HIGH, LN2_LOW);
  // ln 2 has exponent -1.
  const exponent = x.exponent - normalize();
  const uHigh = high;
  const uLow = low;
  shiftRight(-1 - exponent);
  // Half of the series, so that it is a fraction.
  series(EXPONENTIAL, EXPONENTIAL_TERMS, high, low, x.sign != 0);
  multiply128(uHigh, uLow, high, low);
  setFinite(r, x.sign, exponent + 1 - normalize(), high, low | 1);
}
