// Comparisons, MIN and MAX by the host, in templates: they round nothing, so MXCSR's mode does not matter, and nothing can be raised but
// IE, for NaNs, and DE. Operands with which that may happen leave the translated code; lanes that are known to be plain (plain.ts)
// need not be looked at. The interpreter compares in float/lane.ts.

import { miss, refuseDenormalDouble, refuseDenormalSingle } from './host';
import { refuseDenormals } from './host-lanes';
import { isKnownPlain } from '../plain';
import { ALL_DOUBLES, ALL_SINGLES, LOW_DOUBLE, LOW_SINGLE } from '../plain-lanes';

/** Misses if a scalar operand, of the number that plain-lanes.ts gives it, is denormal or NaN. */
@inline
export function refuseScalar<T>(operand: u32, value: T): void {
  if (isKnownPlain(operand, sizeof<T>() == 8 ? LOW_DOUBLE : LOW_SINGLE)) return;
  if (sizeof<T>() == 8) refuseDenormalDouble(<f64>value);
  else refuseDenormalSingle(<f32>value);
  if (value != value) miss();
}

/** Misses if a lane of an operand is denormal or NaN. */
@inline
function refuseLanes<T>(a: v128): void {
  refuseDenormals<T>(a);
  if (v128.any_true(v128.ne<T>(a, a))) miss();
}

/** The same for bits 0-127 of the operand of a number, which may be known to be plain. */
@inline
export function refuseLowLanes<T>(operand: u32, a: v128): void {
  if (!isKnownPlain(operand, sizeof<T>() == 8 ? ALL_DOUBLES : ALL_SINGLES)) refuseLanes<T>(a);
}

/** The same for bits 128-255, of which nothing is known. */
@inline
export function refuseHighLanes<T>(a: v128): void {
  refuseLanes<T>(a);
}

/** MIN or MAX of two scalars: the second unless the first is truly smaller (larger). */
@inline
export function hostExtreme<T>(isMaximum: bool, operandA: u32, a: T, operandB: u32, b: T): T {
  refuseScalar<T>(operandA, a);
  refuseScalar<T>(operandB, b);
  return (isMaximum ? a > b : a < b) ? a : b;
}

/** MIN or MAX of all lanes, none of which is denormal or NaN. WebAssembly's pmin gives its first operand unless the second is smaller. */
@inline
export function hostExtremes<T>(isMaximum: bool, a: v128, b: v128): v128 {
  return isMaximum ? v128.pmax<T>(b, a) : v128.pmin<T>(b, a);
}

/**
 * Masks of the lanes for which a predicate of CMPPS holds (SDM Vol. 2 table 3-1), none of which is denormal or NaN: so predicates that
 * differ in what they say of NaNs are the same, and so are signaling and quiet ones.
 */
@inline
export function hostMasks<T>(predicate: u32, a: v128, b: v128): v128 {
  const kind = predicate & 15;
  if (kind == 0 || kind == 8) return v128.eq<T>(a, b);
  if (kind == 1 || kind == 9) return v128.lt<T>(a, b);
  if (kind == 2 || kind == 10) return v128.le<T>(a, b);
  if (kind == 3 || kind == 11) return v128.splat<i64>(0);
  if (kind == 4 || kind == 12) return v128.ne<T>(a, b);
  if (kind == 5 || kind == 13) return v128.ge<T>(a, b);
  if (kind == 6 || kind == 14) return v128.gt<T>(a, b);
  return v128.splat<i64>(-1);
}
