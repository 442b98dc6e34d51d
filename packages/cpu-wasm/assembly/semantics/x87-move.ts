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
import { toInteger } from '../float/integral';
import { settlesUnary } from '../float/nan';
import { pack32, pack64 } from '../float/pack';
import { round } from '../float/round';
import { r as result, copy, setFinite, setZero, unpackInteger, x } from '../float/unpacked';
import { condition, signed } from '../flags';
import { read } from '../operands';
import { begin, end, isStopped, keepRoundedUp, overflowStack, underflowStack } from '../x87/exceptions';
import { load80, readReal, registerNumber, store80, upperWord, writeMemory } from '../x87/operands';
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
function pushExact(r: usize): void {
  if (hasRoom()) {
    push();
    writeRegister(0, result);
  }
  end(r, true);
}

export function fldReal<T, D>(r: usize): void {
  begin(r);
  readReal<T, D>(x, r);
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

/** FLD m80fp: the bits as they are, without exceptions but the stack's. */
export function fldExtended<T, D>(r: usize): void {
  begin(r);
  const significand = load80<D>(r);
  if (hasRoom()) {
    push();
    writeParts(0, significand, <u64>upperWord);
  }
  end(r, true);
}

export function fldRegister(r: usize): void {
  begin(r);
  const from = registerNumber(r);
  if (isEmpty(from)) {
    if (underflowStack()) {
      push();
      writeIndefinite(0);
    }
  } else {
    const significand = significandOf(from);
    const signExponent = <u64>signExponentOf(from);
    if (hasRoom()) {
      push();
      writeParts(0, significand, signExponent);
    }
  }
  end(r);
}

export function fild<T, D>(r: usize): void {
  begin(r);
  unpackInteger(result, signed<T>(read<T, D>(r)));
  pushExact(r);
}

/** Packed decimal: 18 digits in nine bytes, the sign in the highest bit (SDM Vol. 1 4.7). */
export function fbld<T, D>(r: usize): void {
  begin(r);
  const low = load80<D>(r);
  let value: u64 = 0;
  for (let shift: i32 = 4; shift >= 0; shift -= 4) value = value * 10 + ((upperWord >> shift) & 15);
  for (let shift: i32 = 60; shift >= 0; shift -= 4) value = value * 10 + ((low >> shift) & 15);
  unpackInteger(result, <i64>value);
  result.sign = upperWord >> 15;
  pushExact(r);
}

/** ST(0) in the narrower format of T; `isStored` tells whether it may be stored. */
function narrowed<T>(): u64 {
  if (isEmpty(0)) {
    underflowStack();
    return sizeof<T>() == 4 ? 0xffc00000 : 0xfff8000000000000;
  }
  readRegister(x, 0);
  if (!settlesUnary()) {
    copy(result, x);
    setWrapsExponent(false);
    if (sizeof<T>() == 4) round(result, 24, 127);
    else round(result, 53, 1023);
  }
  return sizeof<T>() == 4 ? <u64>pack32(result) : pack64(result);
}

@inline
function isStored(): bool {
  return (flags & (IE | OE | UE) & ~masks) == 0;
}

@inline
function storeReal<T, D>(r: usize, pops: bool): void {
  begin(r);
  const value = narrowed<T>();
  if (isStored()) {
    writeMemory<T, D>(r, value);
    if (pops) pop();
  } else {
    // Nothing was rounded then.
    setFlags(flags & ~PE);
    setRoundedUp(false);
  }
  end(r, true);
}

export function fstReal<T, D>(r: usize): void {
  storeReal<T, D>(r, false);
}

export function fstpReal<T, D>(r: usize): void {
  storeReal<T, D>(r, true);
}

export function fstpExtended<T, D>(r: usize): void {
  begin(r);
  if (!isEmpty(0)) {
    store80<D>(r, significandOf(0), signExponentOf(0));
    pop();
  } else if (underflowStack()) {
    store80<D>(r, 0xc000000000000000, 0xffff);
    pop();
  }
  end(r, true);
}

function storeRegister(r: usize, pops: bool): void {
  begin(r);
  const to = registerNumber(r);
  let isDone = true;
  if (isEmpty(0)) {
    isDone = underflowStack();
    if (isDone) writeIndefinite(to);
  } else writeParts(to, significandOf(0), <u64>signExponentOf(0));
  if (pops && isDone) pop();
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

/** ST(0) as an integer of T. */
@inline
function storeInteger<T, D>(r: usize, mode: u32, pops: bool): void {
  let value: i64 = 0;
  const bits = (<u32>sizeof<T>()) << 3;
  if (isEmpty(0)) {
    underflowStack();
    value = (<i64>1) << (bits - 1);
  } else {
    readRegister(x, 0);
    value = toInteger(x, bits, mode);
  }
  if (!isStopped()) {
    writeMemory<T, D>(r, value);
    if (pops) pop();
  }
  end(r, true);
}

export function fist<T, D>(r: usize): void {
  begin(r);
  storeInteger<T, D>(r, rounding, false);
}

export function fistp<T, D>(r: usize): void {
  begin(r);
  storeInteger<T, D>(r, rounding, true);
}

export function fisttp<T, D>(r: usize): void {
  begin(r);
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
  begin(r);
  const other = registerNumber(r);
  if (!(isEmpty(0) || isEmpty(other)) || underflowStack()) {
    if (isEmpty(0)) writeIndefinite(0);
    if (isEmpty(other)) writeIndefinite(other);
    const significand = significandOf(0);
    const signExponent = <u64>signExponentOf(0);
    writeParts(0, significandOf(other), <u64>signExponentOf(other));
    writeParts(other, significand, signExponent);
  }
  end(r);
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
  pushConstant(r, 0, 0x8000000000000000, 0);
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
  begin(r);
  if (hasRoom()) {
    setZero(result, 0);
    push();
    writeRegister(0, result);
  }
  end(r);
}
