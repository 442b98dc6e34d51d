// SSE, AVX and F16C conversions (SDM Vol. 2 CVTDQ2PD ... CVTTSS2SI, CVTPI2PS ..., VCVTPH2PS, VCVTPS2PH). Integers that do not fit
// become the integer indefinite with IE. Forms with MMX registers enter MMX state, even when they fault; CVTPI2PS and CVTPI2PD
// from memory do not. A template converts by the host's arithmetic (float/host-convert.ts), the interpreter lane by lane.

import { TOWARD_ZERO, rounding, setRounding } from '../float/control';
import { changeFormat, fromHalf, fromInteger, toHalf, toSigned } from '../float/lane';
import {
  doubleOf,
  doublesOfIntegers,
  doublesOfSingles,
  integerOf,
  integersOfDoubles,
  integersOfSingles,
  narrowed,
  singleOf,
  singlesOfDoubles,
  singlesOfIntegers,
  widened,
} from '../float/host-convert';
import {
  begin,
  beginFast,
  deliver,
  deliverFastDouble,
  deliverFastSingle,
  deliverLow,
  deliverScalar,
  loadLane,
  report,
  reportFast,
  RESULT,
} from '../packed/float';
import { Vec, get, getQuad, zero } from '../packed/lanes';
import { enterMmx, mmxSourceAt, writeMmx } from '../packed/mmx';
import { checkPending } from '../x87/exceptions';
import { writeRegister } from '../operands';
import {
  control,
  finishPlace,
  first,
  isMemory,
  isWide,
  placeFor,
  put,
  putHigh,
  rmRegister,
  sourceAt,
  target,
  vectorBytes,
} from '../packed/operands';
import { notePlain } from '../plain';
import { ALL_DOUBLES, ALL_SINGLES, LOW_DOUBLE, LOW_SINGLE, TARGET } from '../plain-lanes';

/** Number of doubles (or of what becomes doubles) in a vector. */
@inline
function doubles(r: usize): u32 {
  return vectorBytes(r) >> 3;
}

export function cvtps2pd(r: usize): void {
  const a = sourceAt(r, vectorBytes(r) >> 1);
  if (isDefined(TEMPLATES)) {
    const high = isWide(r) ? doublesOfSingles(getQuad(a + 8)) : zero();
    putHalves(r, doublesOfSingles(getQuad(a)), high);
    notePlain(TARGET, ALL_DOUBLES);
  } else {
    begin();
    for (let i: u32 = 0; i < doubles(r); i++) {
      store<u64>(RESULT + (i << 3), changeFormat(true, <u64>load<u32>(a + (i << 2), 0, 1)));
    }
    deliver(r);
  }
}

/** Writes 128 bits, or 256. */
@inline
function putHalves(r: usize, low: Vec, high: Vec): void {
  put(r, low);
  if (isWide(r)) putHigh(r, high);
}

/** The lower half of the result; the rest of the destination becomes 0. */
@inline
function clearUpperHalf(r: usize): void {
  if (!isWide(r)) store<u64>(RESULT, 0, 8);
}

export function cvtpd2ps(r: usize): void {
  const a = sourceAt(r, vectorBytes(r));
  if (isDefined(TEMPLATES)) {
    beginFast();
    const high = isWide(r) ? singlesOfDoubles(get(a + 16)) : zero();
    put(r, v128.shuffle<u64>(singlesOfDoubles(get(a)), high, 0, 2));
    notePlain(TARGET, ALL_SINGLES);
  } else {
    begin();
    clearUpperHalf(r);
    for (let i: u32 = 0; i < doubles(r); i++) {
      store<u32>(RESULT + (i << 2), <u32>changeFormat(false, load<u64>(a + (i << 3), 0, 1)));
    }
    deliverLow(r);
  }
}

export function cvtss2sd(r: usize): void {
  const a = sourceAt(r, 4);
  if (isDefined(TEMPLATES)) {
    beginFast();
    deliverFastDouble(r, widened(load<f32>(a, 0, 1)), first(r));
    notePlain(TARGET, LOW_DOUBLE);
  } else {
    begin();
    deliverScalar(r, true, changeFormat(true, loadLane(false, a)), first(r));
  }
}

export function cvtsd2ss(r: usize): void {
  const a = sourceAt(r, 8);
  if (isDefined(TEMPLATES)) {
    beginFast();
    deliverFastSingle(r, narrowed(load<f64>(a, 0, 1)), first(r));
    notePlain(TARGET, LOW_SINGLE);
  } else {
    begin();
    deliverScalar(r, false, changeFormat(false, loadLane(true, a)), first(r));
  }
}

export function cvtdq2ps(r: usize): void {
  const a = sourceAt(r, vectorBytes(r));
  if (isDefined(TEMPLATES)) {
    beginFast();
    const high = isWide(r) ? singlesOfIntegers(get(a + 16)) : zero();
    putHalves(r, singlesOfIntegers(get(a)), high);
    notePlain(TARGET, ALL_SINGLES);
  } else {
    begin();
    for (let i: u32 = 0; i < vectorBytes(r); i += 4) {
      store<u32>(RESULT + i, <u32>fromInteger(false, <i64>load<i32>(a + i, 0, 1)));
    }
    deliver(r);
  }
}

export function cvtdq2pd(r: usize): void {
  const a = sourceAt(r, vectorBytes(r) >> 1);
  if (isDefined(TEMPLATES)) {
    const high = isWide(r) ? doublesOfIntegers(getQuad(a + 8)) : zero();
    putHalves(r, doublesOfIntegers(getQuad(a)), high);
    notePlain(TARGET, ALL_DOUBLES);
  } else {
    begin();
    for (let i: u32 = 0; i < doubles(r); i++) {
      store<u64>(RESULT + (i << 3), fromInteger(true, <i64>load<i32>(a + (i << 2), 0, 1)));
    }
    deliver(r);
  }
}

function singlesToIntegers(r: usize, cuts: bool): void {
  const a = sourceAt(r, vectorBytes(r));
  if (isDefined(TEMPLATES)) {
    beginFast();
    const high = isWide(r) ? integersOfSingles(cuts, get(a + 16)) : zero();
    putHalves(r, integersOfSingles(cuts, get(a)), high);
  } else {
    begin();
    const mode = cuts ? TOWARD_ZERO : rounding;
    for (let i: u32 = 0; i < vectorBytes(r); i += 4) {
      store<u32>(RESULT + i, <u32>toSigned(false, 32, mode, loadLane(false, a + i)));
    }
    deliver(r);
  }
}

export function cvtps2dq(r: usize): void {
  singlesToIntegers(r, false);
}

export function cvttps2dq(r: usize): void {
  singlesToIntegers(r, true);
}

function doublesToIntegers(r: usize, cuts: bool): void {
  const a = sourceAt(r, vectorBytes(r));
  if (isDefined(TEMPLATES)) {
    beginFast();
    const high = isWide(r) ? integersOfDoubles(cuts, get(a + 16)) : zero();
    put(r, v128.shuffle<u64>(integersOfDoubles(cuts, get(a)), high, 0, 2));
  } else {
    begin();
    const mode = cuts ? TOWARD_ZERO : rounding;
    clearUpperHalf(r);
    for (let i: u32 = 0; i < doubles(r); i++) {
      store<u32>(RESULT + (i << 2), <u32>toSigned(true, 32, mode, loadLane(true, a + (i << 3))));
    }
    deliverLow(r);
  }
}

export function cvtpd2dq(r: usize): void {
  doublesToIntegers(r, false);
}

export function cvttpd2dq(r: usize): void {
  doublesToIntegers(r, true);
}

@inline
function integerToScalar<T>(r: usize, isDouble: bool): void {
  const a = sourceAt(r, sizeof<T>());
  if (isDefined(TEMPLATES)) {
    if (sizeof<T>() == 4) hostScalar<i32>(r, isDouble, load<i32>(a, 0, 1));
    else hostScalar<i64>(r, isDouble, load<i64>(a, 0, 1));
  } else {
    begin();
    const value = sizeof<T>() == 4 ? <i64>load<i32>(a, 0, 1) : load<i64>(a, 0, 1);
    deliverScalar(r, isDouble, fromInteger(isDouble, value), first(r));
  }
}

/** By the host, in a template. */
@inline
function hostScalar<T>(r: usize, isDouble: bool, value: T): void {
  beginFast();
  if (isDouble) deliverFastDouble(r, doubleOf<T>(value), first(r));
  else deliverFastSingle(r, singleOf<T>(value), first(r));
  notePlain(TARGET, isDouble ? LOW_DOUBLE : LOW_SINGLE);
}

export function cvtsi2ss<T>(r: usize): void {
  integerToScalar<T>(r, false);
}

export function cvtsi2sd<T>(r: usize): void {
  integerToScalar<T>(r, true);
}

@inline
function scalarToInteger<T>(r: usize, isDouble: bool, cuts: bool): void {
  const a = sourceAt(r, isDouble ? 8 : 4);
  if (isDefined(TEMPLATES)) {
    beginFast();
    const value = integerOf<T>(cuts, isDouble ? load<f64>(a, 0, 1) : <f64>load<f32>(a, 0, 1));
    reportFast();
    writeRegister<T>(target(r), value);
  } else {
    begin();
    const value = toSigned(isDouble, sizeof<T>() << 3, cuts ? TOWARD_ZERO : rounding, loadLane(isDouble, a));
    report(r);
    writeRegister<T>(target(r), <T>value);
  }
}

export function cvtss2si<T>(r: usize): void {
  scalarToInteger<T>(r, false, false);
}

export function cvtsd2si<T>(r: usize): void {
  scalarToInteger<T>(r, true, false);
}

export function cvttss2si<T>(r: usize): void {
  scalarToInteger<T>(r, false, true);
}

export function cvttsd2si<T>(r: usize): void {
  scalarToInteger<T>(r, true, true);
}

/** Two integers of an MMX register or of memory to the low singles. */
export function cvtpi2ps(r: usize): void {
  const a = isMemory(r) ? sourceAt(r, 8) : mmxSourceAt(r, 8);
  if (!isMemory(r)) enterMmx();
  begin();
  const low = <u64>fromInteger(false, <i64>load<i32>(a, 0, 1));
  const high = <u64>fromInteger(false, <i64>load<i32>(a, 4, 1));
  store<u64>(RESULT, low | (high << 32));
  store<u64>(RESULT, load<u64>(first(r), 8), 8);
  deliverLow(r);
}

export function cvtpi2pd(r: usize): void {
  const a = isMemory(r) ? sourceAt(r, 8) : mmxSourceAt(r, 8);
  if (!isMemory(r)) enterMmx();
  begin();
  store<u64>(RESULT, fromInteger(true, <i64>load<i32>(a, 0, 1)));
  store<u64>(RESULT, fromInteger(true, <i64>load<i32>(a, 4, 1)), 8);
  deliverLow(r);
}

function pairToIntegers(r: usize, isDouble: bool, cuts: bool): void {
  checkPending(r);
  const a = sourceAt(r, isDouble ? 16 : 8);
  enterMmx();
  begin();
  const mode = cuts ? TOWARD_ZERO : rounding;
  const low = <u64>(<u32>toSigned(isDouble, 32, mode, loadLane(isDouble, a)));
  const high = <u64>(<u32>toSigned(isDouble, 32, mode, loadLane(isDouble, a + (isDouble ? 8 : 4))));
  report(r);
  writeMmx(target(r), low | (high << 32));
}

export function cvtps2pi(r: usize): void {
  pairToIntegers(r, false, false);
}

export function cvttps2pi(r: usize): void {
  pairToIntegers(r, false, true);
}

export function cvtpd2pi(r: usize): void {
  pairToIntegers(r, true, false);
}

export function cvttpd2pi(r: usize): void {
  pairToIntegers(r, true, true);
}

export function vcvtph2ps(r: usize): void {
  const a = sourceAt(r, vectorBytes(r) >> 1);
  begin();
  for (let i: u32 = 0; i < vectorBytes(r); i += 4) store<u32>(RESULT + i, fromHalf(load<u16>(a + (i >> 1), 0, 1)));
  deliver(r);
}

/** To a register, above whose result everything becomes 0, or to memory. */
export function vcvtps2ph(r: usize): void {
  const bytes = vectorBytes(r) >> 1;
  const from = target(r);
  begin();
  if ((control(r) & 4) == 0) setRounding(control(r) & 3);
  clearUpperHalf(r);
  for (let i: u32 = 0; i < bytes; i += 2) store<u16>(RESULT + i, <u16>toHalf(load<u32>(from + (i << 1))));
  report(r);
  if (isMemory(r)) {
    // The exceptions stay reported when the store faults.
    const to = placeFor(r, bytes);
    memory.copy(to, RESULT, bytes);
    finishPlace();
  } else {
    const register = rmRegister(r);
    memory.copy(register, RESULT, 16);
    memory.fill(register + 16, 0, 16);
  }
}
