// x87 comparisons and tests (SDM Vol. 1 8.3.6; Vol. 2: FCOM FUCOM FICOM FTST FXAM). The relation goes to C3, C2 and C0, even when
// an unmasked exception keeps the stack as it is; the unordered forms accept quiet NaNs.

import { DE, IE, raise, setRoundedUp } from '../float/control';
import { EQUAL, LESS, UNORDERED, compare } from '../float/compare';
import {
  FINITE,
  INFINITY,
  QUIET,
  UNSUPPORTED,
  ZERO,
  setZero,
  unpack32,
  unpack64,
  unpackInteger,
  x,
  y,
} from '../float/unpacked';
import { signed } from '../flags';
import { read } from '../operands';
import {
  STATUS_C0,
  STATUS_C2,
  STATUS_C3,
  begin,
  checkPending,
  end,
  isStopped,
  prepare,
  setConditions,
  underflowStack,
} from '../x87/exceptions';
import { registerNumber } from '../x87/operands';
import { isEmpty, pop, readRegister, signExponentOf, significandOf } from '../x87/registers';
import {
  doubleOf,
  endWith,
  isUsualDouble,
  isUsualSingle,
  relationOf,
  significandOfDouble,
  significandOfInteger,
  upperOfDouble,
  upperOfInteger,
} from '../x87/shortcuts';

/** Relation of x and y; raises what the comparison has to raise. */
export function relate(acceptsQuiet: bool): u32 {
  const relation = compare();
  if (relation == UNORDERED) {
    if (!acceptsQuiet || x.kind > QUIET || y.kind > QUIET) raise(IE);
  } else if ((x.denormal | y.denormal) != 0) raise(DE);
  return relation;
}

@inline
function conditionsOf(relation: u32): u32 {
  if (relation == UNORDERED) return STATUS_C0 | STATUS_C2 | STATUS_C3;
  return relation == LESS ? STATUS_C0 : relation == EQUAL ? STATUS_C3 : 0;
}

/** ST(0) against y, which is read already unless `other` names its register. */
function intoConditions(r: usize, other: i32, acceptsQuiet: bool, pops: u32): void {
  let relation = UNORDERED;
  if (isEmpty(0) || (other >= 0 && isEmpty(other))) underflowStack();
  else {
    readRegister(x, 0);
    if (other >= 0) readRegister(y, other);
    relation = relate(acceptsQuiet);
  }
  setConditions(conditionsOf(relation));
  if (!isStopped()) for (; pops != 0; pops--) pop();
  end(r, other < 0);
}

/** The same in the usual case, against a number that is given. */
function isDoneShortly(r: usize, bits: u64, upper: u32, pops: u32): bool {
  if (isEmpty(0)) return false;
  const relation = relationOf(significandOf(0), signExponentOf(0), bits, upper);
  if (relation == UNORDERED) return false;
  setConditions(conditionsOf(relation));
  endWith(r, 0, pops != 0);
  if (pops > 1) pop();
  return true;
}

function withRegister(r: usize, acceptsQuiet: bool, pops: u32): void {
  checkPending(r);
  const other = registerNumber(r);
  if (!isEmpty(other) && isDoneShortly(r, significandOf(other), signExponentOf(other), pops)) return;
  prepare();
  intoConditions(r, <i32>other, acceptsQuiet, pops);
}

function isDoubleDone(r: usize, bits: u64, pops: u32): bool {
  return isUsualDouble(bits) && isDoneShortly(r, significandOfDouble(bits), upperOfDouble(bits), pops);
}

function withSingle(r: usize, bits: u32, pops: u32): void {
  if (isUsualSingle(bits) && isDoubleDone(r, doubleOf(bits), pops)) return;
  prepare();
  unpack32(y, bits, false);
  intoConditions(r, -1, false, pops);
}

function withDouble(r: usize, bits: u64, pops: u32): void {
  if (isDoubleDone(r, bits, pops)) return;
  prepare();
  unpack64(y, bits, false);
  intoConditions(r, -1, false, pops);
}

function withValue(r: usize, value: i64, pops: u32): void {
  if (isDoneShortly(r, significandOfInteger(value), upperOfInteger(value), pops)) return;
  prepare();
  unpackInteger(y, value);
  intoConditions(r, -1, false, pops);
}

@inline
function withReal<T, D>(r: usize, pops: u32): void {
  checkPending(r);
  if (sizeof<T>() == 4) withSingle(r, <u32>read<T, D>(r), pops);
  else withDouble(r, <u64>read<T, D>(r), pops);
}

@inline
function withInteger<T, D>(r: usize, pops: u32): void {
  checkPending(r);
  withValue(r, signed<T>(read<T, D>(r)), pops);
}

export function fcom(r: usize): void {
  withRegister(r, false, 0);
}

export function fcomp(r: usize): void {
  withRegister(r, false, 1);
}

export function fcompp(r: usize): void {
  withRegister(r, false, 2);
}

export function fucom(r: usize): void {
  withRegister(r, true, 0);
}

export function fucomp(r: usize): void {
  withRegister(r, true, 1);
}

export function fucompp(r: usize): void {
  withRegister(r, true, 2);
}

export function fcomReal<T, D>(r: usize): void {
  withReal<T, D>(r, 0);
}

export function fcompReal<T, D>(r: usize): void {
  withReal<T, D>(r, 1);
}

export function fcomInteger<T, D>(r: usize): void {
  withInteger<T, D>(r, 0);
}

export function fcompInteger<T, D>(r: usize): void {
  withInteger<T, D>(r, 1);
}

export function ftst(r: usize): void {
  checkPending(r);
  if (isDoneShortly(r, 0, 0, 0)) return;
  prepare();
  setZero(y, 0);
  y.denormal = 0;
  let relation = UNORDERED;
  if (isEmpty(0)) underflowStack();
  else {
    readRegister(x, 0);
    relation = relate(false);
  }
  setConditions(conditionsOf(relation));
  end(r);
}

/** Class of ST(0) in C3, C2, C0, its sign in C1, whether it is empty or not (SDM Vol. 2 table 3-42). */
export function fxam(r: usize): void {
  begin(r);
  readRegister(x, 0);
  let bits = STATUS_C3 | STATUS_C2; // denormal
  if (isEmpty(0)) bits = STATUS_C3 | STATUS_C0;
  else if (x.kind == UNSUPPORTED) bits = 0;
  else if (x.kind == INFINITY) bits = STATUS_C2 | STATUS_C0;
  else if (x.kind == ZERO) bits = STATUS_C3;
  else if (x.kind != FINITE) bits = STATUS_C0;
  else if (x.denormal == 0) bits = STATUS_C2;
  setConditions(bits);
  setRoundedUp((signExponentOf(0) & 0x8000) != 0);
  end(r);
}
