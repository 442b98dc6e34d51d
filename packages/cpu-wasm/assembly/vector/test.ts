// PTEST, VTESTPS, VTESTPD (SDM Vol. 2): ZF = no common bit, CF = no bit of the second operand that the first lacks; the other
// flags are 0. PTEST looks at all bits, the others at the sign bits of their lanes.

import { writeArithmeticFlags } from '../flags';
import { CF, ZF } from '../generated/rflags';
import { Vec, and, andNot, get, isZero, splat } from '../packed/lanes';
import { isWide, sourceAt, target, vectorBytes } from '../packed/operands';

@inline
function flagsOf(isDisjoint: bool, isSubset: bool): void {
  writeArithmeticFlags((isDisjoint ? ZF : 0) | (isSubset ? CF : 0));
}

@inline
function testBits(r: usize, mask: Vec): void {
  const s = sourceAt(r, vectorBytes(r));
  const a = target(r);
  const b = and(get(s), mask);
  let isDisjoint = isZero(and(get(a), b));
  let isSubset = isZero(andNot(get(a), b));
  if (isWide(r)) {
    const upper = and(get(s + 16), mask);
    isDisjoint = isDisjoint && isZero(and(get(a + 16), upper));
    isSubset = isSubset && isZero(andNot(get(a + 16), upper));
  }
  flagsOf(isDisjoint, isSubset);
}

export function ptest(r: usize): void {
  testBits(r, splat<u64>(0xffffffffffffffff));
}

export function vtestps(r: usize): void {
  testBits(r, splat<u32>(0x80000000));
}

export function vtestpd(r: usize): void {
  testBits(r, splat<u64>(0x8000000000000000));
}
