// x87 instructions that read or write RFLAGS or AX (SDM Vol. 1 8.3.3, 8.3.6, 8.3.11; Vol. 2: FCMOVcc FCOMI FCOMIP FUCOMI FUCOMIP,
// FSTSW AX).

import { UNORDERED, flagsOf } from '../float/compare';
import { x, y } from '../float/unpacked';
import { condition, writeArithmeticFlags } from '../flags';
import { cpu } from '../generated/state';
import { RAX } from '../registers';
import {
  STATUS_C1,
  begin,
  checkPending,
  end,
  isStopped,
  keepRoundedUp,
  prepare,
  underflowStack,
} from '../x87/exceptions';
import { registerNumber } from '../x87/operands';
import {
  isEmpty,
  pop,
  readRegister,
  signExponentOf,
  significandOf,
  writeIndefinite,
  writeParts,
} from '../x87/registers';
import { areFull, endWith, relationOf } from '../x87/shortcuts';
import { relate } from './x87-compare';

/** FCMOVcc: an empty register is a fault even when nothing is to be moved. */
@inline
function moveIf(r: usize, isTrue: bool): void {
  begin(r);
  const from = registerNumber(r);
  if (isEmpty(0) || isEmpty(from)) {
    if (underflowStack()) writeIndefinite(0);
  } else {
    keepRoundedUp();
    if (isTrue) writeParts(0, significandOf(from), <u64>signExponentOf(from));
  }
  end(r);
}

export function fcmovb(r: usize): void {
  moveIf(r, condition(2));
}

export function fcmovnb(r: usize): void {
  moveIf(r, condition(3));
}

export function fcmove(r: usize): void {
  moveIf(r, condition(4));
}

export function fcmovne(r: usize): void {
  moveIf(r, condition(5));
}

export function fcmovbe(r: usize): void {
  moveIf(r, condition(6));
}

export function fcmovnbe(r: usize): void {
  moveIf(r, condition(7));
}

export function fcmovu(r: usize): void {
  moveIf(r, condition(10));
}

export function fcmovnu(r: usize): void {
  moveIf(r, condition(11));
}

/** The relation of ST(0) to another register goes to ZF, PF and CF. */
function intoFlags(r: usize, acceptsQuiet: bool, pops: bool): void {
  checkPending(r);
  const other = registerNumber(r);
  let relation = UNORDERED;
  if (areFull(0, other)) {
    relation = relationOf(significandOf(0), signExponentOf(0), significandOf(other), signExponentOf(other));
    if (relation != UNORDERED) {
      writeArithmeticFlags(flagsOf(relation));
      endWith(r, cpu.x87Status & STATUS_C1, pops);
      return;
    }
  }
  prepare();
  if (isEmpty(0) || isEmpty(other)) underflowStack();
  else {
    keepRoundedUp();
    readRegister(x, 0);
    readRegister(y, other);
    relation = relate(acceptsQuiet);
  }
  writeArithmeticFlags(flagsOf(relation));
  if (pops && !isStopped()) pop();
  end(r);
}

export function fcomi(r: usize): void {
  intoFlags(r, false, false);
}

export function fcomip(r: usize): void {
  intoFlags(r, false, true);
}

export function fucomi(r: usize): void {
  intoFlags(r, true, false);
}

export function fucomip(r: usize): void {
  intoFlags(r, true, true);
}

/** FNSTSW AX. */
export function fnstswAx(r: usize): void {
  store<u16>(RAX, <u16>cpu.x87Status);
}
