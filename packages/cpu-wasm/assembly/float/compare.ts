// Comparison of unpacked numbers (SDM Vol. 1 4.8.1; COMISD, FCOM). Whether a quiet NaN raises IE is the instruction's affair.

import { CF, PF, ZF } from '../generated/rflags';
import { INFINITY, QUIET, ZERO, x, y } from './unpacked';

export const LESS: u32 = 0;
export const EQUAL: u32 = 1;
export const GREATER: u32 = 2;
export const UNORDERED: u32 = 3;

/** x against y; raises nothing. */
export function compare(): u32 {
  if (x.kind >= QUIET || y.kind >= QUIET) return UNORDERED;
  if (x.kind == ZERO && y.kind == ZERO) return EQUAL;
  if (x.kind == ZERO) return y.sign != 0 ? GREATER : LESS;
  if (y.kind == ZERO) return x.sign != 0 ? LESS : GREATER;
  if (x.sign != y.sign) return x.sign != 0 ? LESS : GREATER;
  const magnitudes = compareMagnitudes();
  return x.sign != 0 ? 2 - magnitudes : magnitudes;
}

/** |x| against |y|, neither 0 nor NaN. */
function compareMagnitudes(): u32 {
  if (x.kind != y.kind) return x.kind == INFINITY ? GREATER : LESS;
  if (x.kind == INFINITY) return EQUAL;
  if (x.exponent != y.exponent) return x.exponent < y.exponent ? LESS : GREATER;
  if (x.significand == y.significand) return EQUAL;
  return x.significand < y.significand ? LESS : GREATER;
}

/** RFLAGS of a relation (COMISD, FCOMI): CF = less, ZF = equal, all three = unordered. */
export function flagsOf(relation: u32): u64 {
  if (relation == UNORDERED) return CF | PF | ZF;
  return relation == LESS ? CF : relation == EQUAL ? ZF : 0;
}
