// LOOP, LOOPE, LOOPNE and JCXZ at the end of a block of a region: branches on rCX by address size (SDM Vol. 2 LOOP/LOOPcc, JCXZ; compare
// `countDown` of semantics/flow.ts). A branch that leaves the region is left to the interpreter, so rCX is counted down on the way
// to a block of the region only.

import { byte, get, i64const, set } from './bytes';
import { FIRST_REGISTER } from './locals';
import { condition } from './stitch';
import { ADDRESS_SHIFT } from '../record';

// What is low in their FLOW_KINDS.
const LOOPE: u32 = 1;
const LOOPNE: u32 = 2;
const JCXZ: u32 = 3;

const I32_AND: u32 = 0x71;
const I64_EQZ: u32 = 0x50;
const I64_NE: u32 = 0x52;
const I64_SUB: u32 = 0x7d;
const I64_AND: u32 = 0x83;
const I64_OR: u32 = 0x84;
const RCX: u32 = FIRST_REGISTER + 1;
const CONDITION_E: u32 = 4;
const CONDITION_NE: u32 = 5;

/** Whether a branch of this variety looks at ZF. */
export function looksAtZero(variety: u32): bool {
  return variety == LOOPE || variety == LOOPNE;
}

/** Cuts the i64 on the stack to the address size of a branch. */
function cut(terminator: usize): void {
  const shift = <u64>load<u8>(terminator, ADDRESS_SHIFT);
  if (shift == 0) return;
  i64const(<i64>(~(<u64>0) >> shift));
  byte(I64_AND);
}

/** Pushes rCX - 1 by address size. */
function pushCount(terminator: usize): void {
  get(RCX);
  i64const(1);
  byte(I64_SUB);
  cut(terminator);
}

/** Pushes an i32: whether the branch is taken. */
export function pushCounted(terminator: usize, variety: u32): void {
  if (variety == JCXZ) {
    get(RCX);
    cut(terminator);
    byte(I64_EQZ);
    return;
  }
  if (looksAtZero(variety)) condition(variety == LOOPE ? CONDITION_E : CONDITION_NE);
  pushCount(terminator);
  i64const(0);
  byte(I64_NE);
  if (looksAtZero(variety)) byte(I32_AND);
}

/** Counts rCX down: 16 bits keep the rest of the register, 32 bits clear it. */
export function countDown(terminator: usize, variety: u32): void {
  if (variety == JCXZ) return;
  pushCount(terminator);
  if (load<u8>(terminator, ADDRESS_SHIFT) == 48) {
    get(RCX);
    i64const(~0xffff);
    byte(I64_AND);
    byte(I64_OR);
  }
  set(RCX);
}
