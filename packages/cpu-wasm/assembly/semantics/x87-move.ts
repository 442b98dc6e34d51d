// x87 loads, stores, exchanges, conditional moves and constants (SDM Vol. 1 8.3.3, 8.3.4; Vol. 2: FLD FST FSTP FILD FIST FISTP
// FISTTP FBLD FBSTP FXCH FCMOVcc FLD1 ... FLDZ). A store to memory that an unmasked exception forbids changes nothing.

import {
  DE,
  IE,
  OE,
  PE,
  TOWARD_ZERO,
  UE,
  flags,
  masks,
  raise,
  rounding,
  setFlags,
  setRoundedUp,
  setWrapsExponent,
} from '../float/control';
import { setResult, signExponent, significand } from '../float/extended';
import { toInteger } from '../float/integral';
import { settlesUnary } from '../float/nan';
import { pack32, pack64 } from '../float/pack';
import { round } from '../float/round';
import { r as result, copy, setFinite, setIndefinite, unpack32, unpack64, x } from '../float/unpacked';
import { condition, signed } from '../flags';
import { cpu } from '../generated/state';
import { read } from '../operands';
import {
  begin,
  checkPending,
  end,
  isStopped,
  keepRoundedUp,
  overflowStack,
  prepare,
  underflowStack,
} from '../x87/exceptions';
import { load80, registerNumber, store80, upperWord, writeMemory } from '../x87/operands';
import {
  isEmpty,
  pop,
  push,
  readRegister,
  signExponentOf,
  significandOf,
  writeIndefinite,
  writeParts,
  writeRegister,
} from '../x87/registers';
import {
  areFull,
  endWith,
  endWithPush,
  extendDouble,
  extendInteger,
  extendSingle,
  integrates,
  narrowed,
  narrowedEffect,
  narrowsToDouble,
  narrowsToSingle,
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

/** Pushes a number that needs no rounding, the last result of float/extended.ts. */
function pushExact(r: usize, hasMemoryOperand: bool = false): void {
  if (isEmpty(7)) {
    endWithPush(r, significand, signExponent);
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
  if (extendSingle(bits)) {
    pushExact(r, true);
    return;
  }
  prepare();
  unpack32(x, bits, false);
  pushReal(r);
}

function pushDouble(r: usize, bits: u64): void {
  if (extendDouble(bits)) {
    pushExact(r, true);
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
  setResult(bits, upperWord);
  pushExact(r, true);
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
  extendInteger(value);
  pushExact(r, true);
}

/** Packed decimal: 18 digits in nine bytes, the sign in the highest bit (SDM Vol. 1 4.7). */
export function fbld<T, D>(r: usize): void {
  checkPending(r);
  const low = load80<D>(r);
  let value: u64 = 0;
  for (let shift: i32 = 4; shift >= 0; shift -= 4) value = value * 10 + ((upperWord >> shift) & 15);
  for (let shift: i32 = 60; shift >= 0; shift -= 4) value = value * 10 + ((low >> shift) & 15);
  extendInteger(<i64>value);
  setResult(significand, signExponent | (upperWord & 0x8000));
  pushExact(r, true);
}

/** What is stored, and whether that was settled in the usual case. */
let stored: u64 = 0;
let isUsual: bool = false;

/** Whether an exception forbids the store: the conversion has raised it already. */
@inline
function isStored(): bool {
  return (flags & (IE | OE | UE) & ~masks) == 0;
}

/** Takes ST(0) apart for a conversion; false when a NaN or an empty register has settled the result, in `result`. */
function beginNarrowing(): bool {
  prepare();
  if (isEmpty(0)) {
    underflowStack();
    setIndefinite(result);
    return false;
  }
  readRegister(x, 0);
  if (settlesUnary()) return false;
  copy(result, x);
  setWrapsExponent(false);
  return true;
}

/** `stored` = ST(0) as a double. Returns whether it may be stored. */
function toDouble(): bool {
  isUsual = areFull(0, 0) && narrowsToDouble(significandOf(0), signExponentOf(0));
  if (isUsual) {
    stored = narrowed;
    return true;
  }
  if (beginNarrowing()) round(result, 53, 1023);
  stored = pack64(result);
  return isStored();
}

function toSingle(): bool {
  isUsual = areFull(0, 0) && narrowsToSingle(significandOf(0), signExponentOf(0));
  if (isUsual) {
    stored = narrowed;
    return true;
  }
  if (beginNarrowing()) round(result, 24, 127);
  stored = pack32(result);
  return isStored();
}

/** Ends a store to memory. */
function endStore(r: usize, isDone: bool, pops: bool): void {
  if (isUsual) {
    endWith(r, narrowedEffect, pops);
    return;
  }
  if (isDone) {
    if (pops) pop();
  } else {
    // Nothing was rounded then.
    setFlags(flags & ~PE);
    setRoundedUp(false);
  }
  end(r, true);
}

@inline
function storeReal<T, D>(r: usize, pops: bool): void {
  checkPending(r);
  const isDone = sizeof<T>() == 4 ? toSingle() : toDouble();
  if (isDone) writeMemory<T, D>(r, stored);
  endStore(r, isDone, pops);
}

export function fstReal<T, D>(r: usize): void {
  storeReal<T, D>(r, false);
}

export function fstpReal<T, D>(r: usize): void {
  storeReal<T, D>(r, true);
}

export function fstpExtended<T, D>(r: usize): void {
  checkPending(r);
  if (!isEmpty(0)) {
    store80<D>(r, significandOf(0), signExponentOf(0));
    endWith(r, 0, true);
    return;
  }
  prepare();
  if (underflowStack()) {
    store80<D>(r, 0xc000000000000000, 0xffff);
    pop();
  }
  end(r, true);
}

function storeRegister(r: usize, pops: bool): void {
  checkPending(r);
  const to = registerNumber(r);
  if (!isEmpty(0)) {
    writeParts(to, significandOf(0), <u64>signExponentOf(0));
    endWith(r, 0, pops);
    return;
  }
  prepare();
  if (underflowStack()) {
    writeIndefinite(to);
    if (pops) pop();
  }
  end(r);
}

export function fst(r: usize): void {
  storeRegister(r, false);
}

export function fstp(r: usize): void {
  storeRegister(r, true);
}

/** Undocumented: FSTP that does not mind an empty register, and then only pops. */
export function fstpnce(r: usize): void {
  begin(r);
  if (isEmpty(0)) {
    pop();
    setRoundedUp(false);
    end(r);
  } else storeRegister(r, true);
}

/** `stored` = ST(0) as an integer of `bits` bits. Returns whether it may be stored. */
function toWhole(bits: u32, mode: u32): bool {
  isUsual = areFull(0, 0) && integrates(significandOf(0), signExponentOf(0), bits, mode);
  if (isUsual) {
    stored = narrowed;
    return true;
  }
  prepare();
  if (isEmpty(0)) {
    underflowStack();
    stored = (<u64>1) << (bits - 1);
  } else {
    readRegister(x, 0);
    stored = toInteger(x, bits, mode);
  }
  return !isStopped();
}

@inline
function storeInteger<T, D>(r: usize, mode: u32, pops: bool): void {
  checkPending(r);
  const isDone = toWhole((<u32>sizeof<T>()) << 3, mode);
  if (isDone) writeMemory<T, D>(r, stored);
  endStore(r, isDone, pops);
}

export function fist<T, D>(r: usize): void {
  storeInteger<T, D>(r, (cpu.x87Control >> 10) & 3, false);
}

export function fistp<T, D>(r: usize): void {
  storeInteger<T, D>(r, (cpu.x87Control >> 10) & 3, true);
}

export function fisttp<T, D>(r: usize): void {
  storeInteger<T, D>(r, TOWARD_ZERO, true);
}

const LARGEST_DECIMAL: i64 = 999999999999999999;
/** The packed decimal indefinite. */
const DECIMAL_INDEFINITE_LOW: u64 = 0xc000000000000000;
const DECIMAL_INDEFINITE_UPPER: u32 = 0xffff;

export function fbstp<T, D>(r: usize): void {
  begin(r);
  let low = DECIMAL_INDEFINITE_LOW;
  let upper = DECIMAL_INDEFINITE_UPPER;
  if (isEmpty(0)) underflowStack();
  else {
    readRegister(x, 0);
    let value = toInteger(x, 64, rounding);
    if (value < 0) value = -value;
    if (<u64>value > <u64>LARGEST_DECIMAL) {
      setFlags(IE);
      setRoundedUp(false);
    } else {
      low = 0;
      for (let shift: u64 = 0; shift < 64; shift += 4) {
        low |= (<u64>(value % 10)) << shift;
        value /= 10;
      }
      upper = (x.sign << 15) | (<u32>(value % 10)) | ((<u32>(value / 10)) << 4);
    }
  }
  if (!isStopped()) {
    store80<D>(r, low, upper);
    pop();
  }
  end(r, true);
}

export function fxch(r: usize): void {
  checkPending(r);
  const other = registerNumber(r);
  if (!areFull(0, other)) {
    prepare();
    if (!underflowStack()) {
      end(r);
      return;
    }
    if (isEmpty(0)) writeIndefinite(0);
    if (isEmpty(other)) writeIndefinite(other);
    exchange(other);
    end(r);
    return;
  }
  exchange(other);
  endWith(r, 0, false);
}

function exchange(other: u32): void {
  const bits = significandOf(0);
  const upper = <u64>signExponentOf(0);
  writeParts(0, significandOf(other), <u64>signExponentOf(other));
  writeParts(other, bits, upper);
}

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
  extendInteger(1);
  pushExact(r);
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
  extendInteger(0);
  pushExact(r);
}
