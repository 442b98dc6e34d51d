// Sum, difference, product, quotient and root of double extended numbers in the usual case, on their parts as they lie in the x87
// registers: normal numbers or zeros, rounding to nearest to 64 or 53 bits, a result that is normal or 0. Then PE is all that can be
// raised (SDM Vol. 1 4.9, 8.5), and the caller makes sure that it is masked. Everything else is left to arithmetic.ts and
// round.ts, which compute the same with any operands. It is one long function, because calls and results in variables of the
// module would take as long as the arithmetic.

import { divideNormalized, multiplyHigh, remainder } from '../wide';
import { rootOf, rootRest } from './arithmetic';
import { PE } from './control';

/** What is calculated. */
export const ADD: u32 = 0;
export const MULTIPLY: u32 = 1;
export const SUBTRACT: u32 = 4;
export const DIVIDE: u32 = 6;
/** Of the first operand; the second one is that, too. */
export const SQUARE_ROOT: u32 = 7;
const OPERATION: u32 = 7;

/** Precision control (SDM Vol. 1 table 8-2) of 53 and 64 bits, at its place in the control word. */
const DOUBLE_PRECISION: u32 = 0x200;
export const EXTENDED_PRECISION: u32 = 0x300;

/** The result is there. With it come PE and, where the status word has C1, whether the magnitude was made larger. */
export const DONE: u32 = 1;
export const ROUNDED_UP: u32 = 0x200;

const BIAS: i32 = 16383;
const LARGEST: i32 = 0x7ffe;
const HALF: u64 = 1 << 63;

/** Whether a number with this biased exponent is normal. */
@inline
export function isNormal(bits: u64, exponent: u32): bool {
  return exponent - 1 < <u32>LARGEST && <i64>bits < 0;
}

/** Puts a number at `to`. */
@inline
export function put(to: usize, bits: u64, upper: u32): void {
  store<u64>(to, bits);
  store<u64>(to, <u64>upper, 8);
}

function putZero(to: usize, sign: u32): u32 {
  put(to, 0, sign);
  return DONE;
}

/**
 * Calculates a op b and puts the result at `to`; `how`: the operation and precision control. Returns 0, and nothing has changed,
 * unless the case is usual.
 */
export function calculateShortly(to: usize, how: u32, aBits: u64, aUpper: u32, bBits: u64, bUpper: u32): u32 {
  const operation = how & OPERATION;
  if (operation == SUBTRACT) bUpper ^= 0x8000;
  let exponent = <i32>(aUpper & 0x7fff);
  const bExponent = <i32>(bUpper & 0x7fff);
  let sign = (aUpper ^ bUpper) & 0x8000;
  let high: u64;
  let low: u64 = 0;
  if (!isNormal(aBits, exponent) || !isNormal(bBits, bExponent)) {
    if (operation == SQUARE_ROOT) return 0;
    const isA = isNormal(aBits, exponent);
    const isB = isNormal(bBits, bExponent);
    if ((!isA && (aBits | (<u64>exponent)) != 0) || (!isB && (bBits | (<u64>bExponent)) != 0)) return 0;
    if (operation == DIVIDE && !isB) return 0;
    if (operation == MULTIPLY || operation == DIVIDE) return putZero(to, sign);
    if (isA == isB) return putZero(to, aUpper & bUpper & 0x8000);
    // A sum is the other operand, which may be longer than the precision.
    high = aBits | bBits;
    exponent |= bExponent;
    sign = (isA ? aUpper : bUpper) & 0x8000;
  } else if (operation == MULTIPLY) {
    exponent += bExponent - BIAS;
    high = multiplyHigh(aBits, bBits);
    low = aBits * bBits;
    if (<i64>high < 0) exponent++;
    else {
      high = (high << 1) | (low >> 63);
      low <<= 1;
    }
  } else if (operation == DIVIDE) {
    exponent -= bExponent - BIAS;
    if (aBits >= bBits) high = divideNormalized(aBits >> 1, aBits << 63, bBits);
    else {
      high = divideNormalized(aBits, 0, bBits);
      exponent--;
    }
    // Twice the remainder against the divisor: the next bit of the quotient, and whether anything follows. It is never a tie.
    const rest = remainder;
    low = rest == 0 ? 0 : rest >= bBits - rest ? HALF | 1 : 1;
  } else if (operation == SQUARE_ROOT) {
    if ((aUpper & 0x8000) != 0) return 0;
    exponent -= BIAS;
    high = rootOf(aBits, (exponent & 1) != 0);
    low = rootRest;
    exponent = (exponent >> 1) + BIAS;
  } else {
    let distance = exponent - bExponent;
    if (distance < 0 || (distance == 0 && aBits < bBits)) {
      const bits = aBits;
      aBits = bBits;
      bBits = bits;
      aUpper = bUpper;
      exponent = bExponent;
      distance = -distance;
    }
    // The smaller number beside the larger one; of what falls off, bit 0 tells whether it was 0.
    if (distance != 0) {
      if (distance < 64) {
        low = bBits << (64 - distance);
        bBits >>= distance;
      } else {
        const beyond = min<i32>(distance - 64, 63);
        low = (bBits >> beyond) | (<u64>((bBits << 1) << (63 - beyond) != 0));
        bBits = 0;
      }
    }
    if (sign == 0) {
      high = aBits + bBits;
      if (high < aBits) {
        // With a carry the smaller number has reached into `high`, so the last bit of `low` is 0.
        low = (low >> 1) | (high << 63);
        high = (high >> 1) | HALF;
        exponent++;
      }
    } else {
      high = aBits - bBits - <u64>(low != 0);
      low = 0 - low;
      if (high == 0) {
        if (low == 0) return putZero(to, 0);
        high = low;
        low = 0;
        exponent -= 64;
      }
      const shift = <i32>clz<u64>(high);
      if (shift != 0) {
        high = (high << shift) | (low >> (64 - shift));
        low <<= shift;
        exponent -= shift;
      }
    }
    sign = aUpper & 0x8000;
  }
  // One rounding. What is tiny before it may be an underflow.
  if (exponent < 1) return 0;
  let result = DONE;
  const precision = how & EXTENDED_PRECISION;
  if (precision == EXTENDED_PRECISION) {
    if (low != 0) {
      result = DONE | PE;
      if (low > HALF || (low == HALF && (high & 1) != 0)) {
        result = DONE | PE | ROUNDED_UP;
        high++;
      }
    }
  } else {
    if (precision != DOUBLE_PRECISION) return 0;
    const rest = high & 0x7ff;
    if ((rest | low) != 0) {
      result = DONE | PE;
      high -= rest;
      if (rest > 0x400 || (rest == 0x400 && (low | (high & 0x800)) != 0)) {
        result = DONE | PE | ROUNDED_UP;
        high += 0x800;
      }
    }
  }
  if (high == 0) {
    high = HALF;
    exponent++;
  }
  if (exponent > LARGEST) return 0;
  put(to, high, sign | (<u32>exponent));
  return result;
}
