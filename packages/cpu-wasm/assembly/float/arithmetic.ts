// Addition, multiplication, division, square root and fused multiply-add of unpacked numbers: exact, or with all bits that
// rounding can need. NaNs and unsupported patterns are settled before (nan.ts); what is left are zeros, finite numbers and
// infinities. Raises IE and ZE; results go to `r`.

import { divideWide, multiplyHigh, remainder } from '../wide';
import { DOWN, IE, ZE, raise, rounding } from './control';
import { shiftRightSticky, shiftedLow } from './round';
import {
  INFINITY,
  QUIET,
  Unpacked,
  ZERO,
  copy,
  r,
  setFinite,
  setIndefinite,
  setInfinity,
  setZero,
  x,
  y,
  z,
} from './unpacked';

/** Invalid operation. */
export function invalid(): void {
  raise(IE);
  setIndefinite(r);
}

/** r = a + b for finite numbers that are not 0. */
function sum(a: Unpacked, b: Unpacked, bSign: u32): void {
  let large = a;
  let small = b;
  let sign = a.sign;
  const isSwapped =
    a.exponent != b.exponent
      ? a.exponent < b.exponent
      : a.significand != b.significand
        ? a.significand < b.significand
        : a.low < b.low;
  if (isSwapped) {
    large = b;
    small = a;
    sign = bSign;
  }
  let exponent = large.exponent;
  const smallHigh = shiftRightSticky(small.significand, small.low, exponent - small.exponent);
  const smallLow = shiftedLow;
  let low: u64;
  let high: u64;
  if (a.sign == bSign) {
    low = large.low + smallLow;
    const carry = <u64>(low < smallLow);
    high = large.significand + smallHigh + carry;
    if (high < smallHigh || (high == smallHigh && carry != 0)) {
      low = (low >> 1) | (low & 1) | (high << 63);
      high = (high >> 1) | (1 << 63);
      exponent++;
    }
  } else {
    low = large.low - smallLow;
    high = large.significand - smallHigh - <u64>(large.low < smallLow);
    if (high == 0) {
      if (low == 0) {
        setZero(r, <u32>(rounding == DOWN));
        return;
      }
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
  setFinite(r, sign, exponent, high, low);
}

/** r = a + b, the sign of b replaced by `bSign`. */
function addSigned(a: Unpacked, b: Unpacked, bSign: u32): void {
  if (a.kind == INFINITY) {
    if (b.kind == INFINITY && a.sign != bSign) invalid();
    else setInfinity(r, a.sign);
  } else if (b.kind == INFINITY) setInfinity(r, bSign);
  else if (a.kind == ZERO) {
    if (b.kind == ZERO) setZero(r, a.sign == bSign ? bSign : <u32>(rounding == DOWN));
    else setFinite(r, bSign, b.exponent, b.significand, b.low);
  } else if (b.kind == ZERO) setFinite(r, a.sign, a.exponent, a.significand, a.low);
  else sum(a, b, bSign);
}

/** r = x + y. */
export function add(): void {
  addSigned(x, y, y.sign);
}

/** r = x - y. */
export function subtract(): void {
  addSigned(x, y, y.sign ^ 1);
}

/** r = x * y. */
export function multiply(): void {
  const sign = x.sign ^ y.sign;
  if (x.kind == INFINITY || y.kind == INFINITY) {
    if (x.kind == ZERO || y.kind == ZERO) invalid();
    else setInfinity(r, sign);
    return;
  }
  if (x.kind == ZERO || y.kind == ZERO) {
    setZero(r, sign);
    return;
  }
  let high = multiplyHigh(x.significand, y.significand);
  let low = x.significand * y.significand;
  let exponent = x.exponent + y.exponent + 1;
  if (high >> 63 == 0) {
    high = (high << 1) | (low >> 63);
    low <<= 1;
    exponent--;
  }
  setFinite(r, sign, exponent, high, low);
}

/** r = x / y. */
export function divide(): void {
  const sign = x.sign ^ y.sign;
  if (x.kind == INFINITY) {
    if (y.kind == INFINITY) invalid();
    else setInfinity(r, sign);
    return;
  }
  if (y.kind == ZERO) {
    if (x.kind == ZERO) invalid();
    else {
      raise(ZE);
      setInfinity(r, sign);
    }
    return;
  }
  if (x.kind == ZERO || y.kind == INFINITY) {
    setZero(r, sign);
    return;
  }
  const divisor = y.significand;
  const isLarge = x.significand >= divisor;
  const quotient = isLarge
    ? divideWide(x.significand >> 1, x.significand << 63, divisor)
    : divideWide(x.significand, 0, divisor);
  // The remainder tells the next bit of the quotient, and whether anything follows.
  const rest = remainder;
  let low: u64 = 0;
  if (rest != 0) {
    const left = divisor - rest;
    low = rest == left ? 1 << 63 : rest > left ? (1 << 63) | 1 : 1;
  }
  setFinite(r, sign, x.exponent - y.exponent - <i32>!isLarge, quotient, low);
}

/** What follows the last root of `rootOf`, the last bit sticky. */
export let rootRest: u64 = 0;

/**
 * The 64 leading bits of the root of a significand, of twice it for an odd exponent. The root of the upper half, then half of the
 * remaining bits by one division (Zimmermann, Karatsuba Square Root, 1999), corrected by the exact remainder.
 */
export function rootOf(significand: u64, isOdd: bool): u64 {
  // The radicand as 128 bits whose root has its leading bit in bit 63.
  const high = isOdd ? significand : significand >> 1;
  const low = isOdd ? 0 : significand << 63;
  // The conversion rounds, so the estimate may be off by one, or 2^32.
  let upper = min<u64>(<u64>(<i64>sqrt<f64>(<f64>high)), 0xffffffff);
  if (upper * upper > high) upper--;
  else if (high - upper * upper > upper << 1) upper++;
  const upperRest = high - upper * upper;
  const next = ((upperRest << 31) | (low >> 33)) / upper;
  let root = (upper << 32) + min<u64>(next, 0xffffffff);
  const squareLow = root * root;
  let restHigh = <i64>(high - multiplyHigh(root, root) - <u64>(low < squareLow));
  let rest = low - squareLow;
  while (restHigh < 0) {
    // (root - 1)^2 = root^2 - (2 root - 1)
    root--;
    const step = (root << 1) | 1;
    rest += step;
    restHigh += <i64>(root >> 63) + <i64>(rest < step);
  }
  while (restHigh > 1 || (restHigh == 1 && rest > root << 1)) {
    const step = (root << 1) | 1;
    restHigh -= <i64>(root >> 63) + <i64>(rest < step);
    rest -= step;
    root++;
  }
  rootRest = 0;
  if (restHigh != 0 || rest != 0) rootRest = restHigh != 0 || rest > root ? (1 << 63) | 1 : 1;
  return root;
}

/** r = square root of x. */
export function squareRoot(): void {
  if (x.kind == ZERO || (x.kind == INFINITY && x.sign == 0)) {
    copy(r, x);
    return;
  }
  if (x.sign != 0) {
    invalid();
    return;
  }
  const root = rootOf(x.significand, (x.exponent & 1) != 0);
  setFinite(r, 0, x.exponent >> 1, root, rootRest);
}

/** r = x * y + z with one rounding; for operands of at most 53 bits, whose product leaves the low bits free. Uses up x. */
export function fuse(): void {
  multiply();
  if (r.kind == QUIET) return;
  copy(x, r);
  addSigned(x, z, z.sign);
}
