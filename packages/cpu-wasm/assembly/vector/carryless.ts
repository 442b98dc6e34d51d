// PCLMULQDQ: carry-less product of two quadwords that the immediate selects (SDM Vol. 2).

import { Vec, high, low, pair } from '../packed/lanes';

export function pclmulqdq(a: Vec, b: Vec, control: u32): Vec {
  const factor = (control & 1) != 0 ? high(a) : low(a);
  let rest = (control & 16) != 0 ? high(b) : low(b);
  let productLow: u64 = 0;
  let productHigh: u64 = 0;
  let shiftedLow = factor;
  let shiftedHigh: u64 = 0;
  while (rest != 0) {
    if ((rest & 1) != 0) {
      productLow ^= shiftedLow;
      productHigh ^= shiftedHigh;
    }
    shiftedHigh = (shiftedHigh << 1) | (shiftedLow >> 63);
    shiftedLow <<= 1;
    rest >>= 1;
  }
  return pair(productLow, productHigh);
}
