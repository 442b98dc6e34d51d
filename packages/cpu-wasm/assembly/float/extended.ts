// Sum, difference, product, quotient and root of two double extended numbers in the usual case, on their parts as they lie in the
// x87 registers: normal numbers or zeros, rounding to nearest to 64 or 53 bits, a result that is normal or 0. Then PE is all that
// can be raised (SDM Vol. 1 4.9, 8.5), and the caller makes sure that it is masked. Everything else is left to arithmetic.ts and
// round.ts, which compute the same with any operands.

import { divideNormalized, multiplyHigh, remainder } from '../wide';
import { rootOf, rootRest } from './arithmetic';
import { PE } from './control';

/** What an instruction does with its operands. */
export const ADD: u32 = 0;
export const MULTIPLY: u32 = 1;
export const SUBTRACT: u32 = 4;
export const DIVIDE: u32 = 6;

/** Precision control (SDM Vol. 1 table 8-2) of 53 and 64 bits, at its place in the control word. */
export const DOUBLE_PRECISION: u32 = 0x200;
export const EXTENDED_PRECISION: u32 = 0x300;
/** In `effect`: the magnitude was made larger. At the place of C1 in the status word. */
export const ROUNDED_UP: u32 = 0x200;

const BIAS: i32 = 16383;
const LARGEST: i32 = 0x7ffe;
const HALF: u64 = 1 << 63;

/** The last result: significand, sign with exponent, and what rounding did, PE and ROUNDED_UP. */
export let significand: u64 = 0;
export let signExponent: u32 = 0;
export let effect: u32 = 0;

/** Whether a number with this biased exponent is normal. */
@inline
export function isNormal(bits: u64, exponent: u32): bool {
  return exponent - 1 < <u32>LARGEST && <i64>bits < 0;
}

/** Keeps high:low * 2^exponent, rounded; its leading bit is bit 63 of `high`. False when it is not normal. */
function settle(precision: u32, sign: u32, exponent: i32, high: u64, low: u64): bool {
  if (exponent < 1) return false;
  let inexact: u32 = 0;
  if (precision == EXTENDED_PRECISION) {
    if (low != 0) {
      inexact = PE;
      if (low > HALF || (low == HALF && (high & 1) != 0)) {
        inexact = PE | ROUNDED_UP;
        high++;
      }
    }
  } else {
    if (precision != DOUBLE_PRECISION) return false;
    const rest = high & 0x7ff;
    if ((rest | low) != 0) {
      inexact = PE;
      high -= rest;
      if (rest > 0x400 || (rest == 0x400 && (low | (high & 0x800)) != 0)) {
        inexact = PE | ROUNDED_UP;
        high += 0x800;
      }
    }
  }
  if (high == 0) {
    high = HALF;
    exponent++;
  }
  if (exponent > LARGEST) return false;
  significand = high;
  signExponent = sign | (<u32>exponent);
  effect = inexact;
  return true;
}

/** Makes an exact number the last result. */
@inline
export function setResult(bits: u64, upper: u32): void {
  significand = bits;
  signExponent = upper;
  effect = 0;
}

function settleZero(sign: u32): bool {
  setResult(0, sign);
  return true;
}

/** The sum of two normal numbers. */
function sum(precision: u32, aBits: u64, aUpper: u32, bBits: u64, bUpper: u32): bool {
  let exponent = <i32>(aUpper & 0x7fff);
  let distance = exponent - <i32>(bUpper & 0x7fff);
  if (distance < 0 || (distance == 0 && aBits < bBits)) {
    const bits = aBits;
    aBits = bBits;
    bBits = bits;
    const upper = aUpper;
    aUpper = bUpper;
    bUpper = upper;
    exponent -= distance;
    distance = -distance;
  }
  // The smaller number beside the larger one; of what falls off, bit 0 tells whether it was 0.
  let low: u64 = 0;
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
  const sign = aUpper & 0x8000;
  if (((aUpper ^ bUpper) & 0x8000) == 0) {
    const high = aBits + bBits;
    if (high >= aBits) return settle(precision, sign, exponent, high, low);
    // With a carry the smaller number has reached into `high`, so the last bit of `low` is 0.
    return settle(precision, sign, exponent + 1, (high >> 1) | HALF, (low >> 1) | (high << 63));
  }
  let high = aBits - bBits - <u64>(low != 0);
  low = 0 - low;
  if (high == 0) {
    if (low == 0) return settleZero(0);
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
  return settle(precision, sign, exponent, high, low);
}

function product(precision: u32, sign: u32, exponent: i32, aBits: u64, bBits: u64): bool {
  const high = multiplyHigh(aBits, bBits);
  const low = aBits * bBits;
  if (<i64>high < 0) return settle(precision, sign, exponent + 1, high, low);
  return settle(precision, sign, exponent, (high << 1) | (low >> 63), low << 1);
}

function quotient(precision: u32, sign: u32, exponent: i32, aBits: u64, bBits: u64): bool {
  let high: u64;
  if (aBits >= bBits) {
    high = divideNormalized(aBits >> 1, aBits << 63, bBits);
    exponent++;
  } else high = divideNormalized(aBits, 0, bBits);
  // Twice the remainder against the divisor: the next bit of the quotient, and whether anything follows. It is never a tie.
  const rest = remainder;
  return settle(precision, sign, exponent, high, rest == 0 ? 0 : rest >= bBits - rest ? HALF | 1 : 1);
}

/** With a zero among the operands, and normal numbers or zeros beside it. */
function withZero(precision: u32, operation: u32, aBits: u64, aUpper: u32, bBits: u64, bUpper: u32): bool {
  if ((aBits | (aUpper & 0x7fff)) != 0 && !isNormal(aBits, aUpper & 0x7fff)) return false;
  if ((bBits | (bUpper & 0x7fff)) != 0 && !isNormal(bBits, bUpper & 0x7fff)) return false;
  if (operation == MULTIPLY) return settleZero((aUpper ^ bUpper) & 0x8000);
  if (operation == DIVIDE) return bBits != 0 && settleZero((aUpper ^ bUpper) & 0x8000);
  // A sum is the other operand, which must not be longer than the precision.
  if (aBits == 0 && bBits == 0) return settleZero(aUpper & bUpper & 0x8000);
  return aBits == 0
    ? settle(precision, bUpper & 0x8000, bUpper & 0x7fff, bBits, 0)
    : settle(precision, aUpper & 0x8000, aUpper & 0x7fff, aBits, 0);
}

/** Calculates a op b. False, and nothing has changed, unless the case is usual. */
export function calculateShortly(
  precision: u32,
  operation: u32,
  aBits: u64,
  aUpper: u32,
  bBits: u64,
  bUpper: u32,
): bool {
  if (operation == SUBTRACT) bUpper ^= 0x8000;
  const aExponent = aUpper & 0x7fff;
  const bExponent = bUpper & 0x7fff;
  if (!isNormal(aBits, aExponent) || !isNormal(bBits, bExponent)) {
    const hasZero = (aBits | aExponent) == 0 || (bBits | bExponent) == 0;
    return hasZero && withZero(precision, operation, aBits, aUpper, bBits, bUpper);
  }
  const sign = (aUpper ^ bUpper) & 0x8000;
  if (operation == MULTIPLY) return product(precision, sign, <i32>(aExponent + bExponent) - BIAS, aBits, bBits);
  if (operation == DIVIDE) return quotient(precision, sign, <i32>(aExponent - bExponent) + BIAS - 1, aBits, bBits);
  return sum(precision, aBits, aUpper, bBits, bUpper);
}

/** The square root, in the same sense. */
export function rootShortly(precision: u32, bits: u64, upper: u32): bool {
  // A negative number has no normal exponent here.
  if (!isNormal(bits, upper & 0xffff)) return false;
  const exponent = <i32>upper - BIAS;
  const high = rootOf(bits, (exponent & 1) != 0);
  return settle(precision, 0, (exponent >> 1) + BIAS, high, rootRest);
}
