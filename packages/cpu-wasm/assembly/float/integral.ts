// Conversion to integers and rounding to an integral value (SDM Vol. 1 4.8.4.2; FIST, CVTSD2SI, FRNDINT, ROUNDSD).

import { DOWN, IE, NEAREST, PE, UP, raise, setRoundedUp } from './control';
import { FINITE, INFINITY, Unpacked, ZERO, setZero } from './unpacked';

/** Fraction bits of the last `wholePart`, aligned left, the last one sticky. */
let fraction: u64 = 0;

/** Integer part of a finite magnitude below 2^64. */
function wholePart(n: Unpacked): u64 {
  const exponent = n.exponent;
  if (exponent < 0) {
    fraction = exponent == -1 ? n.significand : 1;
    return 0;
  }
  fraction = exponent == 63 ? 0 : n.significand << (exponent + 1);
  return n.significand >> (63 - exponent);
}

/** Whether the magnitude whose parts are `whole` and `fraction` becomes the next larger integer. */
function grows(sign: u32, whole: u64, mode: u32): bool {
  const half: u64 = 1 << 63;
  if (mode == NEAREST) return fraction > half || (fraction == half && (whole & 1) != 0);
  return fraction != 0 && (mode == UP ? sign == 0 : mode == DOWN ? sign != 0 : false);
}

/**
 * The integer nearest to `n` in the sense of `mode`, as `bits` (16, 32 or 64) sign-extended bits. What does not fit raises IE and
 * gives the integer indefinite, the most negative number. Raises PE; sets `roundedUp`.
 */
export function toInteger(n: Unpacked, bits: u32, mode: u32): i64 {
  setRoundedUp(false);
  const largest: u64 = ((<u64>1) << (bits - 1)) - 1;
  if (n.kind == ZERO) return 0;
  if (n.kind == FINITE && n.exponent < 64) {
    let magnitude = wholePart(n);
    const isRoundedUp = grows(n.sign, magnitude, mode);
    if (isRoundedUp) magnitude++;
    // 2^64 wraps to 0, but then the number is not inexact alone.
    const fits = magnitude <= largest + <u64>n.sign && !(isRoundedUp && magnitude == 0);
    if (fits) {
      if (fraction != 0) {
        raise(PE);
        setRoundedUp(isRoundedUp);
      }
      return n.sign != 0 ? -(<i64>magnitude) : <i64>magnitude;
    }
  }
  raise(IE);
  return -(<i64>largest) - 1;
}

/** Makes `n` integral; returns whether that changed it. Sets `roundedUp`, raises nothing. */
export function roundToIntegral(n: Unpacked, mode: u32): bool {
  setRoundedUp(false);
  if (n.kind != FINITE || n.exponent >= 63) return false;
  const whole = wholePart(n);
  const isInexact = fraction != 0;
  const isRoundedUp = grows(n.sign, whole, mode);
  setRoundedUp(isRoundedUp);
  const magnitude = whole + <u64>isRoundedUp;
  if (magnitude == 0) setZero(n, n.sign);
  else {
    const shift = <i32>clz<u64>(magnitude);
    n.significand = magnitude << shift;
    n.exponent = 63 - shift;
    n.low = 0;
  }
  return isInexact;
}

/** Whether `n` is infinite or finite; the others are NaNs and unsupported patterns. */
@inline
export function isNumber(n: Unpacked): bool {
  return n.kind <= INFINITY;
}
