// Conversions by the host, in templates: with those of WebAssembly, which round to nearest or cut. As in host.ts,
// only PE can be raised; what may raise anything else, or be no number of the target, leaves the translated code. Where PE is not set
// yet (`looksForInexact`) inexact results leave it, too. The interpreter converts lane by lane (float/lane.ts).

import { isSafe32, looksForInexact, miss, noteInexact, refuseDenormalDouble, refuseDenormalSingle } from './host';
import { refuseDenormals, unsafeLanes, zeroLanes } from './host-lanes';
import { isKnownPlain } from '../plain';
import { LOW_DOUBLE, LOW_SINGLE, SOURCE } from '../plain-lanes';

/** What no integer of 32 bits reaches. */
const LIMIT: f64 = 2147483648.0;
/** Integers up to this are single-precision numbers. */
const EXACT_SINGLES: i32 = 1 << 24;

@inline
function missUnless(areAll: v128): void {
  if (!v128.all_true<i32>(areAll)) miss();
}

/** Misses if a lane is infinite, denormal or NaN. */
@inline
function refuseUnusual<T>(a: v128): void {
  refuseDenormals<T>(a);
  const magnitudes = v128.abs<T>(a);
  missUnless(v128.lt<T>(magnitudes, v128.splat<T>(<T>Infinity)));
}

/** Four integers to singles. */
@inline
export function singlesOfIntegers(a: v128): v128 {
  if (looksForInexact()) {
    missUnless(v128.le<u32>(v128.abs<i32>(a), v128.splat<i32>(EXACT_SINGLES)));
  }
  return v128.convert<i32>(a);
}

/** The two low integers to doubles: always exact. */
@inline
export function doublesOfIntegers(a: v128): v128 {
  return v128.convert_low<i32>(a);
}

/** The two low singles to doubles: always exact. The two high ones are 0. */
@inline
export function doublesOfSingles(a: v128): v128 {
  refuseUnusual<f32>(a);
  return v128.promote_low<f32>(a);
}

/** Two doubles to singles; the two high ones are 0. */
@inline
export function singlesOfDoubles(a: v128): v128 {
  refuseDenormals<f64>(a);
  const value = v128.demote_zero<f64>(a);
  // Lanes that are 0 because the operand is are no underflow.
  const zeros = v128.shuffle<i32>(zeroLanes<f64>(a), v128.splat<i64>(-1), 0, 2, 4, 5);
  if (v128.bitmask<i32>(v128.andnot(unsafeLanes<f32>(value), zeros)) != 0) miss();
  if (looksForInexact()) missUnless(v128.eq<f64>(v128.promote_low<f32>(value), a));
  return value;
}

/** Four singles to integers, cut or rounded to nearest. MXCSR.DAZ matters for PE alone. */
@inline
export function integersOfSingles(cuts: bool, a: v128): v128 {
  missUnless(v128.lt<f32>(v128.abs<f32>(a), v128.splat<f32>(<f32>LIMIT)));
  const whole = cuts ? a : v128.nearest<f32>(a);
  const value = v128.trunc_sat<i32>(whole);
  if (looksForInexact()) missUnless(v128.eq<f32>(v128.convert<i32>(value), a));
  return value;
}

/** Two doubles to integers, cut or rounded to nearest; the two high ones are 0. */
@inline
export function integersOfDoubles(cuts: bool, a: v128): v128 {
  const whole = cuts ? v128.trunc<f64>(a) : v128.nearest<f64>(a);
  missUnless(v128.lt<f64>(v128.abs<f64>(whole), v128.splat<f64>(LIMIT)));
  if (looksForInexact()) missUnless(v128.eq<f64>(whole, a));
  return v128.trunc_sat_zero<i32>(whole);
}

/**
 * A number to an integer of 32 or 64 bits, cut or rounded to nearest. Where PE is looked for, a number that becomes 0 leaves: it may be
 * a denormal that MXCSR.DAZ makes 0.
 */
@inline
export function integerOf<T>(cuts: bool, value: f64): T {
  const whole = cuts ? trunc<f64>(value) : nearest<f64>(value);
  if (!(abs<f64>(whole) < (sizeof<T>() == 4 ? LIMIT : 9223372036854775808.0))) miss();
  if (looksForInexact() && whole != value) {
    if (whole == 0) miss();
    noteInexact();
  }
  return sizeof<T>() == 4 ? <T>(<i32>whole) : <T>(<i64>whole);
}

/** A signed integer of 32 or 64 bits to a double. */
@inline
export function doubleOf<T>(value: T): f64 {
  const result = <f64>value;
  // 2^53: what is beyond may have been rounded.
  if (sizeof<T>() == 8 && looksForInexact() && abs<f64>(result) >= 9007199254740992.0) miss();
  return result;
}

/** A signed integer of 32 or 64 bits to a single. */
@inline
export function singleOf<T>(value: T): f32 {
  const result = <f32>value;
  if (looksForInexact() && abs<f32>(result) >= 16777216.0) miss();
  return result;
}

/** Misses if a number is infinite, NaN or denormal. */
@inline
function refuseUnusualScalar<T>(value: T): void {
  if (sizeof<T>() == 8) refuseDenormalDouble(<f64>value);
  else refuseDenormalSingle(<f32>value);
  if (!(abs<T>(value) < <T>Infinity)) miss();
}

/** A single, which is the source operand, to a double: always exact. */
@inline
export function widened(value: f32): f64 {
  if (!isKnownPlain(SOURCE, LOW_SINGLE)) refuseUnusualScalar<f32>(value);
  return <f64>value;
}

/** A double, which is the source operand, to a single. */
@inline
export function narrowed(value: f64): f32 {
  if (!isKnownPlain(SOURCE, LOW_DOUBLE)) refuseUnusualScalar<f64>(value);
  const result = <f32>value;
  if (!isSafe32(reinterpret<u32>(result)) && value != 0) miss();
  if (looksForInexact() && <f64>result != value) noteInexact();
  return result;
}
