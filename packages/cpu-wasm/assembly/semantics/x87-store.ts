// x87 stores and exchanges (SDM Vol. 1 8.3.3; Vol. 2: FST FSTP FIST FISTP FISTTP FBSTP FXCH FSTCW FSTSW). A store to memory that an
// unmasked exception forbids changes nothing.

import {
  IE,
  OE,
  PE,
  TOWARD_ZERO,
  UE,
  flags,
  masks,
  rounding,
  setFlags,
  setRoundedUp,
  setWrapsExponent,
} from '../float/control';
import { toInteger } from '../float/integral';
import { settlesUnary } from '../float/nan';
import { pack32, pack64 } from '../float/pack';
import { round } from '../float/round';
import { r as result, copy, setIndefinite, x } from '../float/unpacked';
import { cpu } from '../generated/state';
import { write } from '../operands';
import { begin, checkPending, end, isStopped, prepare, underflowStack } from '../x87/exceptions';
import { registerNumber, store80, writeMemory } from '../x87/operands';
import {
  isEmpty,
  pop,
  readRegister,
  signExponentOf,
  significandOf,
  writeIndefinite,
  writeParts,
} from '../x87/registers';
import {
  areFull,
  endWith,
  integrates,
  narrowed,
  narrowedEffect,
  narrowsToDouble,
  narrowsToSingle,
} from '../x87/shortcuts';

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

export function fnstcw<T, D>(r: usize): void {
  write<T, D>(r, <T>cpu.x87Control);
}

export function fnstsw<T, D>(r: usize): void {
  write<T, D>(r, <T>cpu.x87Status);
}
