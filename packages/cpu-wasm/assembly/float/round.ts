// The one rounding of the processor (SDM Vol. 1 4.8.4, 4.9.1.4 to 4.9.1.6): an exact or sticky result of 128 bits becomes one of
// `precision` bits within the exponent range of a format. Underflow is detected after rounding, as if the exponent had no bound.

import {
  DOWN,
  NEAREST,
  OE,
  PE,
  TOWARD_ZERO,
  UE,
  UP,
  flushToZero,
  masks,
  raise,
  rounding,
  setRoundedUp,
  wrapsExponent,
} from './control';
import { FINITE, Unpacked, setInfinity, setZero } from './unpacked';

/** Change of the exponent of an unmasked x87 overflow or underflow (SDM Vol. 1 8.5.4). */
const WRAP: i32 = 24576;

/** Whether the magnitude high:low, cut to multiples of `unit` in `high`, has to grow by one unit. */
export function growsMagnitude(sign: u32, high: u64, low: u64, unit: u64): bool {
  const rest = high & (unit - 1);
  if (rounding == NEAREST) {
    if (unit == 1) return low > 1 << 63 || (low == 1 << 63 && (high & 1) != 0);
    const half = unit >> 1;
    return rest > half || (rest == half && (low != 0 || (high & unit) != 0));
  }
  if ((rest | low) == 0) return false;
  return rounding == UP ? sign == 0 : rounding == DOWN ? sign != 0 : false;
}

/** `high`:`low` shifted right; what falls off stays visible in bit 0 of the low half. Leaves that half in `shiftedLow`. */
export let shiftedLow: u64 = 0;

export function shiftRightSticky(high: u64, low: u64, count: i32): u64 {
  if (count == 0) {
    shiftedLow = low;
    return high;
  }
  if (count < 64) {
    shiftedLow = (high << (64 - count)) | (low >> count) | (<u64>(low << (64 - count) != 0));
    return high >> count;
  }
  if (count == 64) shiftedLow = high | (<u64>(low != 0));
  else if (count < 128) shiftedLow = (high >> (count - 64)) | (<u64>(((high << (128 - count)) | low) != 0));
  else shiftedLow = <u64>((high | low) != 0);
  return 0;
}

/**
 * Rounds `n` to `precision` bits (11, 24, 53 or 64) and the exponent range of a format with `bias`. A denormal result keeps the
 * smallest exponent and has its leading bit below bit 63. Raises OE, UE and PE; sets `roundedUp`.
 */
export function round(n: Unpacked, precision: i32, bias: i32): void {
  setRoundedUp(false);
  if (n.kind != FINITE) return;
  const unit = (<u64>1) << (64 - precision);
  const smallest = 1 - bias;
  let exponent = n.exponent;
  let high = n.significand;
  let low = n.low;
  let isTiny = exponent < smallest;
  if (isTiny) {
    const isBorder = exponent == smallest - 1 && (high | (unit - 1)) == ~(<u64>0);
    if (isBorder && growsMagnitude(n.sign, high, low, unit)) isTiny = false;
    if (isTiny && (masks & UE) == 0) {
      raise(UE);
      if (wrapsExponent) {
        exponent += WRAP;
        // Only FSCALE gets that far, down or up; then the result does not depend on the rounding mode.
        if (exponent < smallest) {
          raise(PE);
          setZero(n, n.sign);
          return;
        }
      }
    } else if (isTiny && flushToZero) {
      raise(UE | PE);
      setZero(n, n.sign);
      return;
    }
    // An unmasked underflow raises PE only for what is inexact with an unbounded exponent; there is no denormal result then.
    if (exponent < smallest && (wrapsExponent || (masks & UE) != 0)) {
      high = shiftRightSticky(high, low, smallest - exponent);
      low = shiftedLow;
      exponent = smallest;
    }
  }
  const isInexact = ((high & (unit - 1)) | low) != 0;
  const grows = growsMagnitude(n.sign, high, low, unit);
  high &= ~(unit - 1);
  if (grows) {
    high += unit;
    // A carry out of the leading bit leaves a power of two.
    if (high == 0) {
      high = 1 << 63;
      exponent++;
    }
  }
  if (exponent > bias) {
    raise(OE);
    if ((masks & OE) != 0) {
      overflow(n, unit, bias);
      return;
    }
    if (wrapsExponent) {
      exponent -= WRAP;
      if (exponent > bias) {
        raise(PE);
        setRoundedUp(true);
        setInfinity(n, n.sign);
        return;
      }
    }
  }
  if (isInexact) {
    raise(PE);
    setRoundedUp(grows);
    if (isTiny) raise(UE);
  }
  n.exponent = exponent;
  n.significand = high;
  n.low = 0;
  if (high == 0) setZero(n, n.sign);
}

/** The masked response to overflow: infinity or the largest finite number (SDM Vol. 1 table 4-10). */
function overflow(n: Unpacked, unit: u64, bias: i32): void {
  raise(PE);
  const isCut = rounding == TOWARD_ZERO || (rounding == DOWN && n.sign == 0) || (rounding == UP && n.sign != 0);
  setRoundedUp(!isCut);
  if (!isCut) {
    setInfinity(n, n.sign);
    return;
  }
  n.exponent = bias;
  n.significand = ~(unit - 1);
  n.low = 0;
}
