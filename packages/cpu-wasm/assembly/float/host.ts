// Shortcuts: the host's own arithmetic where it provably gives the bits and exceptions of the core. That is so under round to
// nearest with PE masked when no operand is denormal and the result is normal: a NaN, infinity or an underflow shows in the
// result, so neither IE, ZE, OE nor UE can have occurred, whatever DAZ, FTZ and the other masks say. What is left is PE, which
// the rounding error tells. A miss leaves the lane to the core; in a template it leaves the translated code. NaNs never come from
// the host, which may choose their bits.

import { leaveTranslation } from '../translated';
import { ADD, DIVIDE, MULTIPLY, SUBTRACT } from './lane';

/** In templates: RC, PM and PE of MXCSR; a constant where the region is made for one value of them (jit/float-mode.ts). */
@external("word", "mxcsrMode")
declare function mxcsrMode(): u32;

/** RC and PM of MXCSR. */
const MXCSR_MODE: u32 = 0x7000;
/** Nearest, PE masked. */
const MXCSR_PLAIN: u32 = 0x1000;

@inline
export function allowsHost(mxcsr: u32): bool {
  return (mxcsr & MXCSR_MODE) == MXCSR_PLAIN;
}

/** A lane since `beginHost` was no case for the host. */
let hasMissed: bool = false;
/** A result since `beginHost` was inexact. */
let isInexact: bool = false;
/** PE was not set at `beginHost`. */
let wasExact: bool = true;

/** PE of MXCSR. */
const MXCSR_PE: u32 = 0x20;

@inline
export function beginHost(mxcsr: u32): void {
  hasMissed = false;
  isInexact = false;
  wasExact = (mxcsr & MXCSR_PE) == 0;
}

/** PE is not set yet, so it matters whether a result is inexact. */
@inline
export function looksForInexact(): bool {
  return isDefined(TEMPLATES) ? (mxcsrMode() & MXCSR_PE) == 0 : wasExact;
}

/** The lane in hand is no case for the host. */
@inline
export function miss(): void {
  if (isDefined(TEMPLATES)) leaveTranslation();
  hasMissed = true;
}

/** Whether all results since `beginHost` count. */
@inline
export function hostSufficed(): bool {
  return !hasMissed;
}

/** The result in hand is inexact. */
@inline
export function noteInexact(): void {
  isInexact = true;
}

@inline
export function hostWasInexact(): bool {
  return isInexact;
}

@inline
function exponent(bits: u64): u64 {
  return (bits >> 52) & 0x7ff;
}

@inline
function exponent32(bits: u32): u32 {
  return (bits >> 23) & 0xff;
}

/** Normal, and not of the smallest exponent, with which it can be an underflow that was rounded up. */
@inline
function isSafe64(bits: u64): bool {
  return <u32>exponent(bits) - 2 < 0x7fd;
}

@inline
export function isSafe32(bits: u32): bool {
  return exponent32(bits) - 2 < 0xfd;
}

/** Misses if an operand is denormal. */
@inline
export function refuseDenormalDouble(x: f64): void {
  // Of a zero the first subtraction makes the largest number.
  if ((reinterpret<u64>(x) << 1) - 1 < 0x1fffffffffffff) miss();
}

@inline
export function refuseDenormalSingle(x: f32): void {
  if ((reinterpret<u32>(x) << 1) - 1 < 0xffffff) miss();
}

@inline
function significand(bits: u64): u64 {
  return (bits & 0xfffffffffffff) | 0x10000000000000;
}

/**
 * Whether a product, quotient or root was rounded: the error in units of the last place, modulo 2^64. The operands' products need
 * 106 bits, but the error of a correctly rounded result is small, so the difference of the low halves is the difference.
 */
@inline
function isProductRounded(a: u64, b: u64, r: u64): bool {
  const shift = 52 + exponent(r) - exponent(a) - exponent(b) + 1023;
  return significand(a) * significand(b) != significand(r) << shift;
}

@inline
function isQuotientRounded(a: u64, b: u64, r: u64): bool {
  const shift = 52 + exponent(a) - exponent(b) - exponent(r) + 1023;
  return significand(a) << shift != significand(r) * significand(b);
}

/** Knuth's two-sum: what x + y = s leaves over. */
@inline
function sumError(x: f64, y: f64, s: f64): f64 {
  const part = s - x;
  return x - (s - part) + (y - part);
}

@inline
function sumError32(x: f32, y: f32, s: f32): f32 {
  const part = s - x;
  return x - (s - part) + (y - part);
}

/** The result of a lane of double precision; no operand may be denormal. */
export function hostDouble(operation: u32, x: f64, y: f64): f64 {
  let value: f64;
  if (operation == ADD) value = x + y;
  else if (operation == SUBTRACT) value = x - y;
  else if (operation == MULTIPLY) value = x * y;
  else value = x / y;
  const bits = reinterpret<u64>(value);
  if (operation <= SUBTRACT) {
    // A sum in the denormal range is exact, but FTZ may want it flushed.
    if (<u32>exponent(bits) - 1 < 0x7fe) {
      if (looksForInexact() && sumError(x, operation == ADD ? y : -y, value) != 0) isInexact = true;
    } else if (bits << 1 != 0) miss();
  } else if (isSafe64(bits)) {
    if (looksForInexact()) {
      const a = reinterpret<u64>(x);
      const b = reinterpret<u64>(y);
      if (operation == MULTIPLY ? isProductRounded(a, b, bits) : isQuotientRounded(a, b, bits)) isInexact = true;
    }
  } else if (bits << 1 != 0 || (x != 0 && (operation == DIVIDE || y != 0))) miss();
  return value;
}

/** The result of a lane of single precision; no operand may be denormal. */
export function hostSingle(operation: u32, x: f32, y: f32): f32 {
  let value: f32;
  if (operation == ADD) value = x + y;
  else if (operation == SUBTRACT) value = x - y;
  else if (operation == MULTIPLY) value = x * y;
  else value = x / y;
  const bits = reinterpret<u32>(value);
  if (operation <= SUBTRACT) {
    if (exponent32(bits) - 1 < 0xfe) {
      if (looksForInexact() && sumError32(x, operation == ADD ? y : -y, value) != 0) isInexact = true;
    } else if (bits << 1 != 0) miss();
  } else if (isSafe32(bits)) {
    if (looksForInexact()) {
      // Products of 24 bits are exact in double precision.
      const error = operation == MULTIPLY ? <f64>x * <f64>y - <f64>value : <f64>x - <f64>value * <f64>y;
      if (error != 0) isInexact = true;
    }
  } else if (bits << 1 != 0 || (x != 0 && (operation == DIVIDE || y != 0))) miss();
  return value;
}

/** A square root that is not 0; the operand may not be denormal. */
export function hostRootDouble(x: f64): f64 {
  const value = sqrt<f64>(x);
  const bits = reinterpret<u64>(value);
  if (!isSafe64(bits)) miss();
  else if (looksForInexact()) {
    const a = reinterpret<u64>(x);
    const root = significand(bits);
    if (significand(a) << (53 - (exponent(a) & 1)) != root * root) isInexact = true;
  }
  return value;
}

export function hostRootSingle(x: f32): f32 {
  const value = sqrt<f32>(x);
  if (!isSafe32(reinterpret<u32>(value))) miss();
  else if (looksForInexact() && <f64>x - <f64>value * <f64>value != 0) isInexact = true;
  return value;
}

/** Biased exponents of double precision within which nothing of a fused multiply-add can overflow or underflow. */
@inline
function isModerate(bits: u64, distance: u64): bool {
  return exponent(bits) - (1023 - distance) <= distance << 1;
}

/** x * y exactly as a double and its error, by Dekker's splitting. */
@inline
function productError(x: f64, y: f64, p: f64): f64 {
  const xs = x * 134217729;
  const xh = xs - (xs - x);
  const xl = x - xh;
  const ys = y * 134217729;
  const yh = ys - (ys - y);
  const yl = y - yh;
  return xl * yl - (p - xh * yh - xl * yh - xh * yl);
}

/** The sum rounded to odd: an inexact one gets the last bit 1. */
@inline
function addToOdd(x: f64, y: f64): f64 {
  const s = x + y;
  const e = sumError(x, y, s);
  const bits = reinterpret<i64>(s);
  if (e == 0 || (bits & 1) != 0) return s;
  // One step toward the error.
  return reinterpret<f64>(bits + (e > 0 == s > 0 ? 1 : -1));
}

/** a * b + c with one rounding (Boldo and Melquiond, Emulation of FMA and correctly rounded sums, 2008). */
export function hostFusedDouble(a: u64, b: u64, c: u64): u64 {
  if (!isModerate(a, 400) || !isModerate(b, 400) || !isModerate(c, 900)) {
    miss();
    return 0;
  }
  const x = reinterpret<f64>(a);
  const y = reinterpret<f64>(b);
  const z = reinterpret<f64>(c);
  const ph = x * y;
  const pl = productError(x, y, ph);
  const uh = z + pl;
  const ul = sumError(z, pl, uh);
  const th = ph + uh;
  const tl = sumError(ph, uh, th);
  const v = addToOdd(tl, ul);
  const value = th + v;
  const bits = reinterpret<u64>(value);
  if (!isSafe64(bits) || th == 0) {
    miss();
    return 0;
  }
  if (sumError(tl, ul, tl + ul) != 0 || sumError(th, v, value) != 0) isInexact = true;
  return bits;
}

/** The product is exact in double precision; a sum rounded to odd there may be rounded once more. */
export function hostFusedSingle(a: u32, b: u32, c: u32): u32 {
  const x = reinterpret<f32>(a);
  const y = reinterpret<f32>(b);
  const w = reinterpret<f32>(c);
  refuseDenormalSingle(x);
  refuseDenormalSingle(y);
  refuseDenormalSingle(w);
  const p = <f64>x * <f64>y;
  const z = <f64>w;
  const s = addToOdd(p, z);
  const value = <f32>s;
  const bits = reinterpret<u32>(value);
  if (!isSafe32(bits)) {
    miss();
    return 0;
  }
  if (<f64>value != s || sumError(p, z, p + z) != 0) isInexact = true;
  return bits;
}
