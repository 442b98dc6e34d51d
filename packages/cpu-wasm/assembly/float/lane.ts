// One lane of an SSE or AVX floating-point instruction in the integer core: bits in, bits out, exceptions in `flags` (SDM Vol. 1
// 11.5). Singles are in the low half of a u64. DE is reported when the lane has nothing worse, a NaN included.

import { add, divide, fuse, multiply, squareRoot, subtract } from './arithmetic';
import { leaveTranslation } from '../translated';
import { EQUAL, GREATER, LESS, UNORDERED, compare } from './compare';
import {
  DE,
  DOWN,
  IE,
  NEAREST,
  PE,
  UP,
  ZE,
  denormalsAreZero,
  flags,
  flushToZero,
  masks,
  raise,
  rounding,
  setFlags,
  setFlushToZero,
  setRounding,
} from './control';
import { roundToIntegral, toInteger } from './integral';
import { settlesFirst, settlesFused, settlesUnary } from './nan';
import { pack16, pack32, pack64 } from './pack';
import { round } from './round';
import {
  FINITE,
  QUIET,
  SIGNALING,
  Unpacked,
  ZERO,
  copy,
  r,
  setFinite,
  unpack16,
  unpack32,
  unpack64,
  unpackInteger,
  x,
  y,
  z,
} from './unpacked';

export const ADD: u32 = 0;
export const SUBTRACT: u32 = 1;
export const MULTIPLY: u32 = 2;
export const DIVIDE: u32 = 3;

function unpack(n: Unpacked, isDouble: bool, bits: u64): void {
  if (isDouble) unpack64(n, bits, denormalsAreZero);
  else unpack32(n, <u32>bits, denormalsAreZero);
}

/** Rounds r to the format and packs it. */
function pack(isDouble: bool): u64 {
  if (isDouble) {
    round(r, 53, 1023);
    return pack64(r);
  }
  round(r, 24, 127);
  return <u64>pack32(r);
}

// Exceptions of the lanes before this one, while those of this lane are collected.
let earlier: u32 = 0;

@inline
function beginLane(): void {
  earlier = flags;
  setFlags(0);
}

@inline
function checkDenormals(hasDenormal: u32): void {
  if (hasDenormal != 0 && (flags & (IE | ZE)) == 0) raise(DE);
}

export function arithmetic(operation: u32, isDouble: bool, a: u64, b: u64): u64 {
  if (isDefined(TEMPLATES)) leaveTranslation();
  beginLane();
  unpack(x, isDouble, a);
  unpack(y, isDouble, b);
  if (!settlesFirst()) {
    const hasDenormal = x.denormal | y.denormal;
    if (operation == ADD) add();
    else if (operation == SUBTRACT) subtract();
    else if (operation == MULTIPLY) multiply();
    else divide();
    checkDenormals(hasDenormal);
  }
  const result = pack(isDouble);
  raise(earlier);
  return result;
}

export function root(isDouble: bool, a: u64): u64 {
  if (isDefined(TEMPLATES)) leaveTranslation();
  beginLane();
  unpack(x, isDouble, a);
  if (!settlesUnary()) {
    const hasDenormal = x.denormal;
    squareRoot();
    checkDenormals(hasDenormal);
  }
  const result = pack(isDouble);
  raise(earlier);
  return result;
}

/** a * b + c with the product and c negated as told. */
export function fused(isDouble: bool, negatesProduct: u32, negatesAddend: u32, a: u64, b: u64, c: u64): u64 {
  beginLane();
  unpack(x, isDouble, a);
  unpack(y, isDouble, b);
  unpack(z, isDouble, c);
  if (!settlesFused()) {
    const hasDenormal = x.denormal | y.denormal | z.denormal;
    x.sign ^= negatesProduct;
    z.sign ^= negatesAddend;
    fuse();
    checkDenormals(hasDenormal);
  }
  const result = pack(isDouble);
  raise(earlier);
  return result;
}

// Shortcuts by the host's arithmetic, where no operand is a NaN or denormal and nothing can be raised but PE. They need no mode:
// comparisons and exact conversions don't round.

const UNKNOWN: u32 = 4;
/** Far above the denormals of both formats. */
const TINY: f64 = 1e-30;

@inline
function valueOf(isDouble: bool, bits: u64): f64 {
  return isDouble ? reinterpret<f64>(bits) : <f64>reinterpret<f32>(<u32>bits);
}

/** 0, or finite and surely not denormal. */
@inline
function isPlain(value: f64): bool {
  const magnitude = abs<f64>(value);
  return value == 0 || (magnitude > TINY && magnitude < Infinity);
}

/** Relation of two plain numbers, else UNKNOWN. */
function plainRelation(isDouble: bool, a: u64, b: u64): u32 {
  const x = valueOf(isDouble, a);
  const y = valueOf(isDouble, b);
  if (!isPlain(x) || !isPlain(y)) return UNKNOWN;
  return x < y ? LESS : x > y ? GREATER : EQUAL;
}

/** What an operand is after MXCSR.DAZ. */
@inline
function flushed(n: Unpacked, isDouble: bool, bits: u64): u64 {
  if (n.kind != ZERO) return bits;
  return isDouble ? bits & (1 << 63) : bits & 0x80000000;
}

/** MIN and MAX: the second operand unless the first is truly smaller (larger); a NaN of any kind is invalid. */
export function extreme(isMaximum: bool, isDouble: bool, a: u64, b: u64): u64 {
  const quick = plainRelation(isDouble, a, b);
  if (quick != UNKNOWN) return quick == (isMaximum ? GREATER : LESS) ? a : b;
  if (isDefined(TEMPLATES)) leaveTranslation();
  unpack(x, isDouble, a);
  unpack(y, isDouble, b);
  const relation = compare();
  if (relation == UNORDERED) raise(IE);
  else if ((x.denormal | y.denormal) != 0) raise(DE);
  return relation == (isMaximum ? GREATER : LESS) ? flushed(x, isDouble, a) : flushed(y, isDouble, b);
}

/** Relation of a and b; `isSignaling`: quiet NaNs are invalid too. */
export function relate(isDouble: bool, isSignaling: bool, a: u64, b: u64): u32 {
  const quick = plainRelation(isDouble, a, b);
  if (quick != UNKNOWN) return quick;
  if (isDefined(TEMPLATES)) leaveTranslation();
  unpack(x, isDouble, a);
  unpack(y, isDouble, b);
  const relation = compare();
  if (relation == UNORDERED) {
    if (isSignaling || x.kind == SIGNALING || y.kind == SIGNALING) raise(IE);
  } else if ((x.denormal | y.denormal) != 0) raise(DE);
  return relation;
}

/** For predicates 0 to 15 of CMPPS (SDM Vol. 2 table 3-1) the relations that make them true, four bits each. */
const PREDICATES: u64 = 0xf4650b9a7ced8312;
/** Predicates for which quiet NaNs are invalid; from 16 on it is the other way round. */
const SIGNALING_PREDICATES: u32 = 0x6666;

export function holds(predicate: u32, isDouble: bool, a: u64, b: u64): bool {
  const isSignaling = ((SIGNALING_PREDICATES >> (predicate & 15)) & 1) != predicate >> 4;
  const relation = relate(isDouble, isSignaling, a, b);
  return (((PREDICATES >> (((<u64>predicate) & 15) << 2)) >> (<u64>relation)) & 1) != 0;
}

/** Between single and double precision. */
export function changeFormat(toDouble: bool, a: u64): u64 {
  const value = valueOf(!toDouble, a);
  if (isPlain(value)) {
    if (toDouble) return reinterpret<u64>(value);
    const narrow = <f32>value;
    const isSafe = isPlain(<f64>narrow) && (narrow != 0 || value == 0);
    if (isSafe && (<f64>narrow == value || (rounding == NEAREST && (masks & PE) != 0))) {
      if (<f64>narrow != value) raise(PE);
      return <u64>reinterpret<u32>(narrow);
    }
  }
  if (isDefined(TEMPLATES)) leaveTranslation();
  beginLane();
  unpack(x, !toDouble, a);
  if (!settlesUnary()) {
    copy(r, x);
    checkDenormals(x.denormal);
  }
  const result = pack(toDouble);
  raise(earlier);
  return result;
}

export function fromInteger(isDouble: bool, value: i64): u64 {
  const limit: i64 = isDouble ? 1 << 53 : 1 << 24;
  if (value <= limit && value >= -limit) {
    return isDouble ? reinterpret<u64>(<f64>value) : <u64>reinterpret<u32>(<f32>value);
  }
  if (isDefined(TEMPLATES)) leaveTranslation();
  unpackInteger(r, value);
  return pack(isDouble);
}

/** To an integer of 32 or 64 bits; a denormal operand is not reported. */
export function toSigned(isDouble: bool, bits: u32, mode: u32, a: u64): i64 {
  const value = valueOf(isDouble, a);
  if (isPlain(value)) {
    const whole =
      mode == NEAREST
        ? nearest<f64>(value)
        : mode == DOWN
          ? floor<f64>(value)
          : mode == UP
            ? ceil<f64>(value)
            : trunc<f64>(value);
    if (abs<f64>(whole) < (bits == 32 ? 2147483648.0 : 9223372036854775808.0)) {
      if (whole != value) raise(PE);
      return <i64>whole;
    }
  }
  if (isDefined(TEMPLATES)) leaveTranslation();
  beginLane();
  unpack(x, isDouble, a);
  const result = toInteger(x, bits, mode);
  raise(earlier);
  return result;
}

/** ROUNDPS and its kin: to an integral value by `mode`. */
export function integral(isDouble: bool, mode: u32, reportsInexact: bool, a: u64): u64 {
  if (isDefined(TEMPLATES)) leaveTranslation();
  unpack(x, isDouble, a);
  if (!settlesUnary()) {
    copy(r, x);
    if (roundToIntegral(r, mode) && reportsInexact) raise(PE);
  }
  return isDouble ? pack64(r) : <u64>pack32(r);
}

/** Half to single precision: exact; MXCSR.DAZ and DE do not concern it. */
export function fromHalf(a: u32): u32 {
  if (isDefined(TEMPLATES)) leaveTranslation();
  unpack16(x, a);
  if (!settlesUnary()) copy(r, x);
  return pack32(r);
}

/** Single to half precision; MXCSR.FTZ does not concern it. */
export function toHalf(a: u32): u32 {
  if (isDefined(TEMPLATES)) leaveTranslation();
  beginLane();
  const flushes = flushToZero;
  setFlushToZero(false);
  unpack32(x, a, denormalsAreZero);
  if (!settlesUnary()) {
    copy(r, x);
    checkDenormals(x.denormal);
  }
  round(r, 11, 15);
  setFlushToZero(flushes);
  raise(earlier);
  return pack16(r);
}

/**
 * RCPPS and RSQRTPS, which know no exceptions and no MXCSR: denormal operands count as 0, denormal results become 0.
 * Processors of Intel look the result up by the first 11 bits of the fraction (10 and the parity of the exponent for the root);
 * their tables hold the value for the middle of each interval rounded to 12 bits. Recorded results agree in all bits.
 */
export function approximate(isRoot: bool, a: u32): u32 {
  if (isDefined(TEMPLATES)) leaveTranslation();
  unpack32(y, a, true);
  if (y.kind == QUIET || y.kind == SIGNALING) return a | 0x400000;
  const sign = y.sign << 31;
  if (y.kind == ZERO) return sign | 0x7f800000;
  if (isRoot && y.sign != 0) return 0xffc00000;
  if (y.kind != FINITE) return sign;
  const middle: u64 = isRoot ? 1 << 52 : 1 << 51;
  y.significand = (y.significand & ~(middle - 1)) | middle;
  setFinite(x, y.sign, 0, 1 << 63, 0);
  divide();
  r.sign = 0;
  if (isRoot) {
    copy(x, r);
    squareRoot();
  }
  if (r.exponent < -126) return sign;
  setRounding(NEAREST);
  round(r, 13, 127);
  return sign | pack32(r);
}
