// The integer core alone, as a module of its own: test/float compares it with arithmetic on big integers. The processor does not
// import this file.

import { add, divide, multiply, squareRoot, subtract } from './arithmetic';
import { DE, IE, PE, ZE, flags, raise, roundedUp, rounding, useControlWord, useMxcsr } from './control';
import {
  beginHost,
  hostDouble,
  hostFusedDouble,
  hostFusedSingle,
  hostRootDouble,
  hostRootSingle,
  hostSingle,
  hostSufficed,
  hostWasInexact,
  refuseDenormalDouble,
  refuseDenormalSingle,
} from './host';
import { hostLanes, hostRoots, refuseDenormals } from './host-lanes';
import { roundToIntegral } from './integral';
import { arithmetic, changeFormat, fromHalf, fromInteger, fused, root, toHalf, toSigned } from './lane';
import { settlesLarger, settlesUnary } from './nan';
import { pack80SignExponent, pack80Significand } from './pack';
import { takeRemainder } from './remainder';
import { round } from './round';
import { copy, r, unpack80, x, y } from './unpacked';
import { angleOf } from './arctangent';
import { exponentialOf } from './exponential';
import { timesLogarithm, timesLogarithmOfSuccessor } from './logarithm';
import { cosineOf, sineOf, tangentOf } from './trigonometric';

export { arithmetic, changeFormat, fromHalf, fromInteger, fused, root, toHalf, useMxcsr };

export function exceptions(): u32 {
  return flags;
}

export function wasRoundedUp(): u32 {
  return roundedUp;
}

/** To an integer by the rounding mode in force. */
export function toIntegerOf(isDouble: bool, bits: u32, a: u64): i64 {
  return toSigned(isDouble, bits, rounding, a);
}

/** Operands of the next `extended`. */
export function setOperands(aLow: u64, aHigh: u32, bLow: u64, bHigh: u32): void {
  unpack80(x, aLow, aHigh);
  unpack80(y, bLow, bHigh);
}

const BIAS: i32 = 16383;

/** A double extended operation under an x87 control word; its result is in `significand` and `signExponent`. */
export function extended(operation: u32, control: u32): void {
  useControlWord(control);
  const pc = (control >> 8) & 3;
  const precision = pc == 0 ? 24 : pc == 2 ? 53 : 64;
  if (operation == 4 ? settlesUnary() : settlesLarger()) return;
  const hasDenormal = x.denormal | (operation == 4 ? 0 : y.denormal);
  if (operation == 0) add();
  else if (operation == 1) subtract();
  else if (operation == 2) multiply();
  else if (operation == 3) divide();
  else if (operation == 4) squareRoot();
  else if (operation <= 6) takeRemainder(operation == 6);
  else {
    copy(r, x);
    if (roundToIntegral(r, rounding)) raise(PE);
  }
  if (hasDenormal != 0 && (flags & (IE | ZE)) == 0) raise(DE);
  if (operation <= 6) round(r, operation <= 4 ? precision : 64, BIAS);
}

/** A transcendental function of finite operands that are not 0. */
export function transcendental(operation: u32, control: u32): void {
  useControlWord(control);
  if (operation == 0) sineOf();
  else if (operation == 1) cosineOf();
  else if (operation == 2) tangentOf();
  else if (operation == 3) angleOf();
  else if (operation == 4) exponentialOf();
  else if (operation == 5) timesLogarithm();
  else timesLogarithmOfSuccessor();
  round(r, 64, BIAS);
}

export function significand(): u64 {
  return pack80Significand(r);
}

export function signExponent(): u32 {
  return pack80SignExponent(r);
}

// The host's arithmetic beside the core's: 0 when the host may not be used, else 1, or 3 when its result is inexact.

let hostBits: u64 = 0;

export function hostResult(): u64 {
  return hostBits;
}

function verdict(): u32 {
  return hostSufficed() ? (hostWasInexact() ? 3 : 1) : 0;
}

export function hostArithmetic(operation: u32, isDouble: bool, a: u64, b: u64): u32 {
  beginHost(0);
  if (isDouble) {
    const x = reinterpret<f64>(a);
    const y = reinterpret<f64>(b);
    refuseDenormalDouble(x);
    refuseDenormalDouble(y);
    hostBits = reinterpret<u64>(hostDouble(operation, x, y));
  } else {
    const x = reinterpret<f32>(<u32>a);
    const y = reinterpret<f32>(<u32>b);
    refuseDenormalSingle(x);
    refuseDenormalSingle(y);
    hostBits = <u64>reinterpret<u32>(hostSingle(operation, x, y));
  }
  return verdict();
}

export function hostRoot(isDouble: bool, a: u64): u32 {
  beginHost(0);
  if (isDouble) {
    const x = reinterpret<f64>(a);
    refuseDenormalDouble(x);
    hostBits = reinterpret<u64>(hostRootDouble(x));
  } else {
    const x = reinterpret<f32>(<u32>a);
    refuseDenormalSingle(x);
    hostBits = <u64>reinterpret<u32>(hostRootSingle(x));
  }
  return verdict();
}

export function hostFused(isDouble: bool, a: u64, b: u64, c: u64): u32 {
  beginHost(0);
  hostBits = isDouble ? hostFusedDouble(a, b, c) : <u64>hostFusedSingle(<u32>a, <u32>b, <u32>c);
  return verdict();
}

/** Operands of all lanes, 16 bytes each. */
const LANES: usize = memory.data(32, 16);

@inline
function lanesOf<T>(operation: u32): v128 {
  const x = v128.load(LANES);
  const y = v128.load(LANES, 16);
  refuseDenormals<T>(x);
  if (operation == ROOT) return hostRoots<T>(x);
  refuseDenormals<T>(y);
  return hostLanes<T>(operation, x, y);
}

/** Behind those of `arithmetic`. */
const ROOT: u32 = 4;

/** All lanes at once: `a` and `b` in the one at `offset`, harmless numbers in the others. 1 or 0: inexact results are not told. */
export function hostAtOnce(operation: u32, isDouble: bool, offset: usize, a: u64, b: u64): u32 {
  beginHost(PE);
  if (isDouble) {
    v128.store(LANES, v128.splat<f64>(1.5));
    v128.store(LANES, v128.splat<f64>(1), 16);
    store<u64>(LANES + offset, a);
    store<u64>(LANES + offset, b, 16);
    v128.store(LANES, lanesOf<f64>(operation));
    hostBits = load<u64>(LANES + offset);
  } else {
    v128.store(LANES, v128.splat<f32>(1.5));
    v128.store(LANES, v128.splat<f32>(1), 16);
    store<u32>(LANES + offset, <u32>a);
    store<u32>(LANES + offset, <u32>b, 16);
    v128.store(LANES, lanesOf<f32>(operation));
    hostBits = <u64>load<u32>(LANES + offset);
  }
  return <u32>hostSufficed();
}
