// x87 loads (SDM Vol. 1 8.3.3, 8.3.4; Vol. 2: FLD FILD FBLD FLD1 ... FLDZ).

import { DE, IE, flags, masks, raise, rounding, setFlags, setRoundedUp } from '../float/control';
import { settlesUnary } from '../float/nan';
import { round } from '../float/round';
import { r as result, copy, setFinite, unpack32, unpack64, x } from '../float/unpacked';
import { signed } from '../flags';
import { read } from '../operands';
import { begin, checkPending, end, overflowStack, prepare, underflowStack } from '../x87/exceptions';
import { load80, registerNumber, upperWord } from '../x87/operands';
import { isEmpty, push, signExponentOf, significandOf, writeIndefinite, writeRegister } from '../x87/registers';
import {
  areFull,
  doubleOf,
  endWithPush,
  isUsualDouble,
  isUsualSingle,
  significandOfDouble,
  significandOfInteger,
  upperOfDouble,
  upperOfInteger,
} from '../x87/shortcuts';

/** Whether there is room to push; the masked response to a full stack is done here. */
function hasRoom(): bool {
  if (isEmpty(7)) return true;
  if (overflowStack()) {
    push();
    writeIndefinite(0);
  }
  return false;
}

/** Pushes a number that needs no rounding. */
function pushExact(r: usize, bits: u64, upper: u32, hasMemoryOperand: bool = false): void {
  if (isEmpty(7)) {
    endWithPush(r, bits, upper);
    return;
  }
  prepare();
  hasRoom();
  end(r, hasMemoryOperand);
}

/** Pushes a real that has been unpacked into x. */
function pushReal(r: usize): void {
  if (hasRoom()) {
    if (!settlesUnary()) {
      copy(result, x);
      if (x.denormal != 0) raise(DE);
    }
    // A denormal is loaded even when that exception is unmasked: processors have the number by then.
    if ((flags & IE & ~masks) == 0) {
      push();
      writeRegister(0, result);
    }
  }
  end(r, true);
}

function pushSingle(r: usize, bits: u32): void {
  const double = doubleOf(bits);
  if (isUsualSingle(bits) && isUsualDouble(double)) {
    pushExact(r, significandOfDouble(double), upperOfDouble(double), true);
    return;
  }
  prepare();
  unpack32(x, bits, false);
  pushReal(r);
}

function pushDouble(r: usize, bits: u64): void {
  if (isUsualDouble(bits)) {
    pushExact(r, significandOfDouble(bits), upperOfDouble(bits), true);
    return;
  }
  prepare();
  unpack64(x, bits, false);
  pushReal(r);
}

export function fldReal<T, D>(r: usize): void {
  checkPending(r);
  if (sizeof<T>() == 4) pushSingle(r, <u32>read<T, D>(r));
  else pushDouble(r, <u64>read<T, D>(r));
}

/** FLD m80fp: the bits as they are, without exceptions but the stack's. */
export function fldExtended<T, D>(r: usize): void {
  checkPending(r);
  const bits = load80<D>(r);
  pushExact(r, bits, upperWord, true);
}

export function fldRegister(r: usize): void {
  checkPending(r);
  const from = registerNumber(r);
  if (areFull(from, from) && isEmpty(7)) {
    endWithPush(r, significandOf(from), signExponentOf(from));
    return;
  }
  prepare();
  if (isEmpty(from)) {
    if (underflowStack()) {
      push();
      writeIndefinite(0);
    }
  } else hasRoom();
  end(r);
}

export function fild<T, D>(r: usize): void {
  checkPending(r);
  pushInteger(r, signed<T>(read<T, D>(r)));
}

function pushInteger(r: usize, value: i64): void {
  pushExact(r, significandOfInteger(value), upperOfInteger(value), true);
}

/** Packed decimal: 18 digits in nine bytes, the sign in the highest bit (SDM Vol. 1 4.7). */
export function fbld<T, D>(r: usize): void {
  checkPending(r);
  const low = load80<D>(r);
  let value: u64 = 0;
  for (let shift: i32 = 4; shift >= 0; shift -= 4) value = value * 10 + ((upperWord >> shift) & 15);
  for (let shift: i32 = 60; shift >= 0; shift -= 4) value = value * 10 + ((low >> shift) & 15);
  pushExact(r, significandOfInteger(value), upperOfInteger(value) | (upperWord & 0x8000), true);
}

/** Pushes a constant rounded by RC but not by PC (SDM Vol. 2 FLD1...). Its inexactness is not reported. */
function pushConstant(r: usize, exponent: i32, significand: u64, low: u64): void {
  begin(r);
  if (hasRoom()) {
    setFinite(result, 0, exponent, significand, low);
    round(result, 64, 16383);
    setFlags(0);
    setRoundedUp(false);
    push();
    writeRegister(0, result);
  }
  end(r);
}

export function fld1(r: usize): void {
  checkPending(r);
  pushExact(r, 0x8000000000000000, 0x3fff);
}

export function fldl2t(r: usize): void {
  pushConstant(r, 1, 0xd49a784bcd1b8afe, 0x492bf6ff4dafdb4d);
}

export function fldl2e(r: usize): void {
  pushConstant(r, 0, 0xb8aa3b295c17f0bb, 0xbe87fed0691d3e89);
}

export function fldpi(r: usize): void {
  pushConstant(r, 1, 0xc90fdaa22168c234, 0xc4c6628b80dc1cd1);
}

export function fldlg2(r: usize): void {
  pushConstant(r, -2, 0x9a209a84fbcff798, 0x8f8959ac0b7c9178);
}

export function fldln2(r: usize): void {
  pushConstant(r, -1, 0xb17217f7d1cf79ab, 0xc9e3b39803f2f6af);
}

export function fldz(r: usize): void {
  checkPending(r);
  pushExact(r, 0, 0);
}
