// Transcendental x87 instructions (SDM Vol. 1 8.3.7 to 8.3.10; Vol. 2: FSIN FCOS FSINCOS FPTAN FPATAN F2XM1 FYL2X FYL2XP1): the
// special cases of the tables in the manual; the functions are in float/. Results have 64 bits whatever precision control says.

import { setQuarters, angleOf } from '../float/arctangent';
import { invalid } from '../float/arithmetic';
import { PE, ZE, raise } from '../float/control';
import { exponentialOf } from '../float/exponential';
import { timesLogarithm, timesLogarithmOfSuccessor } from '../float/logarithm';
import { settlesLarger, settlesUnary } from '../float/nan';
import { round } from '../float/round';
import { cosineOf, isInRange, sineOf, tangentOf } from '../float/trigonometric';
import { FINITE, INFINITY, ZERO, copy, r as result, setFinite, setInfinity, setZero, x, y } from '../float/unpacked';
import { cpu } from '../generated/state';
import { STATUS_C2, begin, end, isStopped, overflowStack, underflowStack } from '../x87/exceptions';
import { isEmpty, pop, push, readRegister, writeIndefinite, writeRegister } from '../x87/registers';
import { beginUnary, checkDenormals } from '../x87/unary';

const ONE: u64 = 1 << 63;

function rounded(): void {
  round(result, 64, 16383);
}

/** Whether x can be computed with; ends the instruction if not: C2 = 1 says that the argument is too large and stays. */
function isInDomain(r: usize): bool {
  if (x.kind == FINITE && !isInRange()) cpu.x87Status |= STATUS_C2;
  else {
    checkDenormals(x.denormal);
    if (!isStopped()) return true;
  }
  end(r);
  return false;
}

/** Below this exponent processors take the cosine for 1 in every rounding mode. */
const COSINE_IS_ONE: i32 = -33;

/** result = cosine of x, rounded. */
function cosine(): void {
  if (x.kind == ZERO || x.exponent < COSINE_IS_ONE) {
    if (x.kind != ZERO) raise(PE);
    setFinite(result, 0, 0, ONE, 0);
    return;
  }
  cosineOf();
  rounded();
}

/** result = sine of x, rounded. */
function sine(): void {
  if (x.kind == ZERO) copy(result, x);
  else sineOf();
  rounded();
}

/** FSIN and FCOS until the argument is known to be finite and in range. */
function beginTrigonometric(r: usize): bool {
  if (!beginUnary(r, STATUS_C2)) return false;
  if (x.kind == INFINITY) {
    invalid();
    if (!isStopped()) writeRegister(0, result);
    end(r);
    return false;
  }
  return isInDomain(r);
}

export function fsin(r: usize): void {
  if (!beginTrigonometric(r)) return;
  sine();
  writeRegister(0, result);
  end(r);
}

export function fcos(r: usize): void {
  if (!beginTrigonometric(r)) return;
  cosine();
  writeRegister(0, result);
  end(r);
}

/** FPTAN and FSINCOS, which push a second result; a NaN is pushed as well. */
function beginPushing(r: usize): bool {
  begin(r);
  cpu.x87Status &= ~STATUS_C2;
  if (isEmpty(0) || !isEmpty(7)) {
    if (isEmpty(0) ? underflowStack() : overflowStack()) {
      writeIndefinite(0);
      push();
      writeIndefinite(0);
    }
    end(r);
    return false;
  }
  readRegister(x, 0);
  const isSettled = settlesUnary();
  if (!isSettled && x.kind == INFINITY) invalid();
  if (isSettled || x.kind == INFINITY) {
    if (!isStopped()) {
      writeRegister(0, result);
      push();
      writeRegister(0, result);
    }
    end(r);
    return false;
  }
  return isInDomain(r);
}

export function fptan(r: usize): void {
  if (!beginPushing(r)) return;
  if (x.kind == ZERO) copy(result, x);
  else tangentOf();
  rounded();
  writeRegister(0, result);
  push();
  setFinite(result, 0, 0, ONE, 0);
  writeRegister(0, result);
  end(r);
}

/** C1 is that of the cosine, which is rounded last. */
export function fsincos(r: usize): void {
  if (!beginPushing(r)) return;
  sine();
  writeRegister(0, result);
  push();
  cosine();
  writeRegister(0, result);
  end(r);
}

export function f2xm1(r: usize): void {
  if (!beginUnary(r)) return;
  checkDenormals(x.denormal);
  if (!isStopped()) {
    copy(result, x);
    if (x.kind == INFINITY) {
      if (x.sign != 0) setFinite(result, 1, 0, ONE, 0);
    } else if (x.kind == FINITE) {
      if (x.exponent < 0) {
        exponentialOf();
        rounded();
      } else if (x.sign != 0 && x.exponent == 0 && x.significand == ONE) {
        result.exponent = -1;
      }
      // 1 gives 1. Larger magnitudes are undefined and stay.
    }
    writeRegister(0, result);
  }
  end(r);
}

/** The frame of the functions of two registers: ST(1) = f(ST(0), ST(1)), pop. Returns false when it has ended. */
function beginBinary(r: usize): bool {
  begin(r);
  if (isEmpty(0) || isEmpty(1)) {
    if (underflowStack()) {
      writeIndefinite(1);
      pop();
    }
    end(r);
    return false;
  }
  readRegister(x, 0);
  readRegister(y, 1);
  if (settlesLarger()) {
    endBinary(r);
    return false;
  }
  return true;
}

function endBinary(r: usize): void {
  if (!isStopped()) {
    rounded();
    writeRegister(1, result);
    pop();
  }
  end(r);
}

export function fpatan(r: usize): void {
  if (!beginBinary(r)) return;
  checkDenormals(x.denormal | y.denormal);
  if (!isStopped()) {
    const isLeft = x.sign != 0;
    const sign = y.sign;
    if (y.kind == FINITE && x.kind == FINITE) angleOf();
    else if (y.kind == INFINITY) setQuarters(x.kind != INFINITY ? 2 : isLeft ? 3 : 1, sign);
    else if (y.kind == ZERO || x.kind == INFINITY) setQuarters(isLeft ? 4 : 0, sign);
    else setQuarters(2, sign);
  }
  endBinary(r);
}

export function fyl2x(r: usize): void {
  if (!beginBinary(r)) return;
  const hasDenormal = x.denormal | y.denormal;
  const isOne = x.kind == FINITE && x.exponent == 0 && x.significand == ONE;
  // The sign of the logarithm.
  const isBelow = x.kind == ZERO || (x.kind == FINITE && x.exponent < 0);
  const sign = y.sign ^ (<u32>isBelow);
  if (x.sign != 0 && x.kind != ZERO) invalid();
  else if (x.kind == ZERO) {
    if (y.kind == ZERO) invalid();
    else {
      if (y.kind == FINITE) raise(ZE);
      setInfinity(result, sign);
    }
  } else if (x.kind == INFINITY) {
    if (y.kind == ZERO) invalid();
    else setInfinity(result, sign);
  } else if (y.kind == INFINITY) {
    if (isOne) invalid();
    else setInfinity(result, sign);
  } else if (y.kind == ZERO || isOne) setZero(result, sign);
  else {
    checkDenormals(hasDenormal);
    if (!isStopped()) timesLogarithm();
  }
  checkDenormals(hasDenormal);
  endBinary(r);
}

export function fyl2xp1(r: usize): void {
  if (!beginBinary(r)) return;
  const hasDenormal = x.denormal | y.denormal;
  const sign = y.sign ^ x.sign;
  const isBelowRange = x.sign != 0 && (x.kind == INFINITY || (x.kind == FINITE && x.exponent >= 0));
  if (isBelowRange) invalid();
  else if (x.kind == INFINITY) {
    if (y.kind == ZERO) invalid();
    else setInfinity(result, sign);
  } else if (y.kind == INFINITY) {
    if (x.kind == ZERO) invalid();
    else setInfinity(result, sign);
  } else if (y.kind == ZERO || x.kind == ZERO) setZero(result, sign);
  else {
    checkDenormals(hasDenormal);
    if (!isStopped()) timesLogarithmOfSuccessor();
  }
  checkDenormals(hasDenormal);
  endBinary(r);
}
