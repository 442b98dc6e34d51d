// x87 arithmetic (SDM Vol. 1 8.3.5, 8.3.9; Vol. 2: FADD FSUB FMUL FDIV with their reversed, popping and integer forms, FSQRT,
// FABS, FCHS, FRNDINT, FSCALE, FXTRACT). Precision control narrows the significand of sum, difference, product, quotient and
// root; the exponent keeps its range (Vol. 1 8.1.5.2).

import { add, divide, multiply, squareRoot, subtract } from '../float/arithmetic';
import { IE, PE, TOWARD_ZERO, ZE, raise, rounding } from '../float/control';
import { ADD, DIVIDE, DONE, MULTIPLY, SQUARE_ROOT, SUBTRACT, put } from '../float/extended';
import { roundToIntegral, toInteger } from '../float/integral';
import { settlesLarger, settlesUnary } from '../float/nan';
import { round } from '../float/round';
import {
  FINITE,
  INFINITY,
  ZERO,
  copy,
  r as result,
  setIndefinite,
  setInfinity,
  setZero,
  unpack32,
  unpack64,
  unpackInteger,
  x,
  y,
} from '../float/unpacked';
import { signed } from '../flags';
import { cpu } from '../generated/state';
import { read } from '../operands';
import { begin, checkPending, end, isStopped, overflowStack, prepare, underflowStack } from '../x87/exceptions';
import { registerNumber } from '../x87/operands';
import {
  areFull,
  calculate,
  doubleOf,
  endWith,
  isUsualDouble,
  isUsualSingle,
  significandOfDouble,
  significandOfInteger,
  upperOfDouble,
  upperOfInteger,
} from '../x87/shortcuts';
import { beginUnary, checkDenormals } from '../x87/unary';
import {
  isEmpty,
  pop,
  push,
  readRegister,
  registerAt,
  signExponentOf,
  significandOf,
  writeIndefinite,
  writeRegister,
} from '../x87/registers';

const BIAS: i32 = 16383;

/** Bits of a result's significand under precision control; the reserved setting counts as 64. */
function precision(): i32 {
  const control = (cpu.x87Control >> 8) & 3;
  return control == 0 ? 24 : control == 2 ? 53 : 64;
}

/** result = x op y, rounded. Returns whether there is a result. */
function calculateFully(operation: u32): bool {
  if (settlesLarger()) return !isStopped();
  const hasDenormal = x.denormal | y.denormal;
  if (operation == ADD) add();
  else if (operation == MULTIPLY) multiply();
  else if (operation == SUBTRACT) subtract();
  else divide();
  checkDenormals(hasDenormal);
  if (isStopped()) return false;
  round(result, precision(), BIAS);
  return true;
}

/** ST(target) = ST(a) op ST(b). */
function withRegisters(r: usize, operation: u32, target: u32, a: u32, b: u32, pops: bool): void {
  checkPending(r);
  if (areFull(a, b)) {
    const to = registerAt(target);
    const done = calculate(to, operation, significandOf(a), signExponentOf(a), significandOf(b), signExponentOf(b));
    if (done != 0) {
      endWith(r, done & ~DONE, pops);
      return;
    }
  }
  prepare();
  let isDone = true;
  if (isEmpty(a) || isEmpty(b)) {
    isDone = underflowStack();
    if (isDone) writeIndefinite(target);
  } else {
    readRegister(x, a);
    readRegister(y, b);
    isDone = calculateFully(operation);
    if (isDone) writeRegister(target, result);
  }
  if (pops && isDone) pop();
  end(r);
}

/** ST(0) = ST(0) op memory, or reversed; the operand is in y. */
function withMemory(r: usize, operation: u32, isReversed: bool): void {
  if (isEmpty(0)) {
    if (underflowStack()) writeIndefinite(0);
  } else {
    if (isReversed) {
      copy(x, y);
      readRegister(y, 0);
    } else readRegister(x, 0);
    if (calculateFully(operation)) writeRegister(0, result);
  }
  end(r, true);
}

/** The same in the usual case, with a number that is given; false if the case is not usual. */
function isDoneShortly(r: usize, operation: u32, isReversed: bool, bits: u64, upper: u32): bool {
  if (isEmpty(0)) return false;
  const to = registerAt(0);
  const ownBits = significandOf(0);
  const ownUpper = signExponentOf(0);
  const done = isReversed
    ? calculate(to, operation, bits, upper, ownBits, ownUpper)
    : calculate(to, operation, ownBits, ownUpper, bits, upper);
  if (done == 0) return false;
  endWith(r, done & ~DONE, false);
  return true;
}

function isDoubleDone(r: usize, bits: u64, operation: u32, isReversed: bool): bool {
  return isUsualDouble(bits) && isDoneShortly(r, operation, isReversed, significandOfDouble(bits), upperOfDouble(bits));
}

function withSingle(r: usize, bits: u32, operation: u32, isReversed: bool): void {
  if (isUsualSingle(bits) && isDoubleDone(r, doubleOf(bits), operation, isReversed)) return;
  prepare();
  unpack32(y, bits, false);
  withMemory(r, operation, isReversed);
}

function withDouble(r: usize, bits: u64, operation: u32, isReversed: bool): void {
  if (isDoubleDone(r, bits, operation, isReversed)) return;
  prepare();
  unpack64(y, bits, false);
  withMemory(r, operation, isReversed);
}

function withValue(r: usize, value: i64, operation: u32, isReversed: bool): void {
  if (isDoneShortly(r, operation, isReversed, significandOfInteger(value), upperOfInteger(value))) return;
  prepare();
  unpackInteger(y, value);
  withMemory(r, operation, isReversed);
}

@inline
function withReal<T, D>(r: usize, operation: u32, isReversed: bool): void {
  checkPending(r);
  if (sizeof<T>() == 4) withSingle(r, <u32>read<T, D>(r), operation, isReversed);
  else withDouble(r, <u64>read<T, D>(r), operation, isReversed);
}

@inline
function withInteger<T, D>(r: usize, operation: u32, isReversed: bool): void {
  checkPending(r);
  withValue(r, signed<T>(read<T, D>(r)), operation, isReversed);
}

// Names: `fadd` ST(0) with ST(i), `faddTo` ST(i) with ST(0), `faddp` the same and pop, `faddReal`, `faddInteger` with memory.

export function fadd(r: usize): void {
  withRegisters(r, ADD, 0, 0, registerNumber(r), false);
}

export function faddTo(r: usize): void {
  withRegisters(r, ADD, registerNumber(r), registerNumber(r), 0, false);
}

export function faddp(r: usize): void {
  withRegisters(r, ADD, registerNumber(r), registerNumber(r), 0, true);
}

export function faddReal<T, D>(r: usize): void {
  withReal<T, D>(r, ADD, false);
}

export function faddInteger<T, D>(r: usize): void {
  withInteger<T, D>(r, ADD, false);
}

export function fmul(r: usize): void {
  withRegisters(r, MULTIPLY, 0, 0, registerNumber(r), false);
}

export function fmulTo(r: usize): void {
  withRegisters(r, MULTIPLY, registerNumber(r), registerNumber(r), 0, false);
}

export function fmulp(r: usize): void {
  withRegisters(r, MULTIPLY, registerNumber(r), registerNumber(r), 0, true);
}

export function fmulReal<T, D>(r: usize): void {
  withReal<T, D>(r, MULTIPLY, false);
}

export function fmulInteger<T, D>(r: usize): void {
  withInteger<T, D>(r, MULTIPLY, false);
}

export function fsub(r: usize): void {
  withRegisters(r, SUBTRACT, 0, 0, registerNumber(r), false);
}

export function fsubTo(r: usize): void {
  withRegisters(r, SUBTRACT, registerNumber(r), registerNumber(r), 0, false);
}

export function fsubp(r: usize): void {
  withRegisters(r, SUBTRACT, registerNumber(r), registerNumber(r), 0, true);
}

export function fsubReal<T, D>(r: usize): void {
  withReal<T, D>(r, SUBTRACT, false);
}

export function fsubInteger<T, D>(r: usize): void {
  withInteger<T, D>(r, SUBTRACT, false);
}

export function fsubr(r: usize): void {
  withRegisters(r, SUBTRACT, 0, registerNumber(r), 0, false);
}

export function fsubrTo(r: usize): void {
  withRegisters(r, SUBTRACT, registerNumber(r), 0, registerNumber(r), false);
}

export function fsubrp(r: usize): void {
  withRegisters(r, SUBTRACT, registerNumber(r), 0, registerNumber(r), true);
}

export function fsubrReal<T, D>(r: usize): void {
  withReal<T, D>(r, SUBTRACT, true);
}

export function fsubrInteger<T, D>(r: usize): void {
  withInteger<T, D>(r, SUBTRACT, true);
}

export function fdiv(r: usize): void {
  withRegisters(r, DIVIDE, 0, 0, registerNumber(r), false);
}

export function fdivTo(r: usize): void {
  withRegisters(r, DIVIDE, registerNumber(r), registerNumber(r), 0, false);
}

export function fdivp(r: usize): void {
  withRegisters(r, DIVIDE, registerNumber(r), registerNumber(r), 0, true);
}

export function fdivReal<T, D>(r: usize): void {
  withReal<T, D>(r, DIVIDE, false);
}

export function fdivInteger<T, D>(r: usize): void {
  withInteger<T, D>(r, DIVIDE, false);
}

export function fdivr(r: usize): void {
  withRegisters(r, DIVIDE, 0, registerNumber(r), 0, false);
}

export function fdivrTo(r: usize): void {
  withRegisters(r, DIVIDE, registerNumber(r), 0, registerNumber(r), false);
}

export function fdivrp(r: usize): void {
  withRegisters(r, DIVIDE, registerNumber(r), 0, registerNumber(r), true);
}

export function fdivrReal<T, D>(r: usize): void {
  withReal<T, D>(r, DIVIDE, true);
}

export function fdivrInteger<T, D>(r: usize): void {
  withInteger<T, D>(r, DIVIDE, true);
}

export function fsqrt(r: usize): void {
  checkPending(r);
  if (!isEmpty(0)) {
    const bits = significandOf(0);
    const upper = signExponentOf(0);
    const done = calculate(registerAt(0), SQUARE_ROOT, bits, upper, bits, upper);
    if (done != 0) {
      endWith(r, done & ~DONE, false);
      return;
    }
  }
  if (!beginUnary(r)) return;
  const hasDenormal = x.denormal;
  squareRoot();
  checkDenormals(hasDenormal);
  if (!isStopped()) {
    round(result, precision(), BIAS);
    writeRegister(0, result);
  }
  end(r);
}

/** FABS and FCHS touch only the sign, of NaNs and unsupported patterns too. */
function changeSign(r: usize, clears: u32, flips: u32): void {
  checkPending(r);
  if (!isEmpty(0)) {
    put(registerAt(0), significandOf(0), (signExponentOf(0) & ~clears) ^ flips);
    endWith(r, 0, false);
    return;
  }
  prepare();
  if (underflowStack()) writeIndefinite(0);
  end(r);
}

export function fabs(r: usize): void {
  changeSign(r, 0x8000, 0);
}

export function fchs(r: usize): void {
  changeSign(r, 0, 0x8000);
}

export function frndint(r: usize): void {
  if (!beginUnary(r)) return;
  checkDenormals(x.denormal);
  if (!isStopped()) {
    if (roundToIntegral(x, rounding)) raise(PE);
    writeRegister(0, x);
  }
  end(r);
}

/** Exponents beyond this change any number to 0 or infinity. */
const HUGE: i32 = 0x10000;

/** ST(0) times 2 to the power of ST(1) cut to an integer. */
export function fscale(r: usize): void {
  begin(r);
  if (isEmpty(0) || isEmpty(1)) {
    if (underflowStack()) writeIndefinite(0);
  } else {
    readRegister(x, 0);
    readRegister(y, 1);
    if (scale()) writeRegister(0, result);
  }
  end(r);
}

function scale(): bool {
  if (settlesLarger()) return !isStopped();
  copy(result, x);
  if (y.kind == INFINITY) {
    // 0 times infinity and infinity times 0.
    if (x.kind == (y.sign != 0 ? INFINITY : ZERO)) {
      raise(IE);
      setIndefinite(result);
    } else if (y.sign != 0) setZero(result, x.sign);
    else setInfinity(result, x.sign);
  } else if (x.kind == FINITE && y.kind == FINITE) {
    let by: i32 = y.sign != 0 ? -HUGE : HUGE;
    if (y.exponent < 16) {
      // The fraction is of no account.
      roundToIntegral(y, TOWARD_ZERO);
      by = <i32>toInteger(y, 32, TOWARD_ZERO);
    }
    result.exponent += by;
  }
  checkDenormals(x.denormal | y.denormal);
  if (isStopped()) return false;
  round(result, 64, BIAS);
  return true;
}

/** ST(0) becomes its exponent, and its significand is pushed. */
export function fxtract(r: usize): void {
  begin(r);
  if (isEmpty(0)) {
    if (underflowStack()) {
      writeIndefinite(0);
      push();
      writeIndefinite(0);
    }
    end(r);
    return;
  }
  if (!isEmpty(7)) {
    if (overflowStack()) {
      writeIndefinite(0);
      push();
      writeIndefinite(0);
    }
    end(r);
    return;
  }
  readRegister(x, 0);
  if (settlesUnary()) copy(x, result);
  else if (x.kind == ZERO) {
    raise(ZE);
    setInfinity(result, 1);
  } else if (x.kind == INFINITY) setInfinity(result, 0);
  else {
    checkDenormals(x.denormal);
    unpackInteger(result, <i64>x.exponent);
    x.exponent = 0;
  }
  if (!isStopped()) {
    writeRegister(0, result);
    push();
    writeRegister(0, x);
  }
  end(r);
}
