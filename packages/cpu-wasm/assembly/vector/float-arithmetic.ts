// SSE and AVX arithmetic (SDM Vol. 1 10.4.1, 11.4.1; Vol. 2 ADDPS ... SQRTSD, MINPS, MAXPS, ADDSUBPS, HADDPS, DPPS ...):
// every lane by the host's arithmetic where that is the same (float/host.ts), else through the integer core (float/lane.ts).

import {
  hostDouble,
  hostRootDouble,
  hostRootSingle,
  hostSingle,
  refuseDenormalDouble,
  refuseDenormalSingle,
} from '../float/host';
import { hostExtreme, hostExtremes, refuseHighLanes, refuseLowLanes } from '../float/host-compare';
import { hostLanes, hostRoots, refuseDenormals } from '../float/host-lanes';
import { ADD, DIVIDE, MULTIPLY, SUBTRACT, arithmetic, extreme, root } from '../float/lane';
import { flags, masks } from '../float/control';
import {
  RESULT,
  begin,
  beginFast,
  deliver,
  deliverFast,
  deliverFastDouble,
  deliverFastLow,
  deliverFastSingle,
  deliverFastWide,
  usualOnly,
  deliverScalar,
  laneBytes,
  loadLane,
  report,
  storeLane,
} from '../packed/float';
import { Vec, get, withFloat } from '../packed/lanes';
import { control, first, isWide, put, putHigh, sourceAt, vectorBytes } from '../packed/operands';
import { isKnownPlain, notePlain } from '../plain';
import { ALL_DOUBLES, ALL_SINGLES, FIRST, LOW_DOUBLE, LOW_SINGLE, SOURCE, TARGET } from '../plain-lanes';

/** Operations beside those of `arithmetic`. */
const MINIMUM: u32 = 4;
const MAXIMUM: u32 = 5;
/** Subtracts even lanes and adds odd ones. */
const ALTERNATE: u32 = 6;

function lane(operation: u32, isDouble: bool, a: u64, b: u64): u64 {
  if (operation >= MINIMUM) return extreme(operation == MAXIMUM, isDouble, a, b);
  return arithmetic(operation, isDouble, a, b);
}

@inline
function hostDoubleAt(operation: u32, a: usize, b: usize, at: usize): void {
  const x = load<f64>(a + at, 0, 1);
  const y = load<f64>(b + at, 0, 1);
  refuseDenormalDouble(x);
  refuseDenormalDouble(y);
  store<f64>(RESULT + at, hostDouble(operation, x, y));
}

@inline
function hostSingleAt(operation: u32, a: usize, b: usize, at: usize): void {
  const x = load<f32>(a + at, 0, 1);
  const y = load<f32>(b + at, 0, 1);
  refuseDenormalSingle(x);
  refuseDenormalSingle(y);
  store<f32>(RESULT + at, hostSingle(operation, x, y));
}

/** 128 bits of the result by the host's arithmetic, lane by lane. */
function hostHalf(operation: u32, isDouble: bool, a: usize, b: usize, at: usize): void {
  if (isDouble) {
    hostDoubleAt(operation, a, b, at);
    hostDoubleAt(operation, a, b, at + 8);
  } else {
    hostSingleAt(operation, a, b, at);
    hostSingleAt(operation, a, b, at + 4);
    hostSingleAt(operation, a, b, at + 8);
    hostSingleAt(operation, a, b, at + 12);
  }
}

@inline
function oneByOne(r: usize, operation: u32, isDouble: bool, a: usize, b: usize, bytes: u32): bool {
  hostHalf(operation, isDouble, a, b, 0);
  if (bytes > 16) hostHalf(operation, isDouble, a, b, 16);
  return deliverFast(r);
}

/** Bits 0-127 of the result, all lanes at once. */
@inline
function lowHalf<T>(operation: u32, a: usize, b: usize): Vec {
  const lanes = sizeof<T>() == 8 ? ALL_DOUBLES : ALL_SINGLES;
  const x = get(a);
  const y = get(b);
  if (!isKnownPlain(FIRST, lanes)) refuseDenormals<T>(x);
  if (!isKnownPlain(SOURCE, lanes)) refuseDenormals<T>(y);
  return hostLanes<T>(operation, x, y);
}

/** Bits 128-255. */
@inline
function highHalf<T>(operation: u32, a: usize, b: usize): Vec {
  const x = get(a + 16);
  const y = get(b + 16);
  refuseDenormals<T>(x);
  refuseDenormals<T>(y);
  return hostLanes<T>(operation, x, y);
}

@inline
function allAtOnce<T>(r: usize, operation: u32, a: usize, b: usize): bool {
  if (!isWide(r)) return deliverFastLow(r, lowHalf<T>(operation, a, b));
  const low = lowHalf<T>(operation, a, b);
  return deliverFastWide(r, low, highHalf<T>(operation, a, b));
}

/** A quotient tells nothing of a divisor, which may be infinite. */
@inline
function notePlainOperands(operation: u32, lanes: u32): void {
  notePlain(TARGET, lanes);
  notePlain(FIRST, lanes);
  if (operation != DIVIDE) notePlain(SOURCE, lanes);
}

/**
 * Tries all lanes with the host's arithmetic: one by one, so that the rounding error of each can be told, or in a template, which is for
 * the case that nobody looks for errors, all at once.
 */
@inline
function fastLanes(r: usize, operation: u32, isDouble: bool, a: usize, b: usize, bytes: u32): bool {
  if (operation > DIVIDE || !beginFast()) return false;
  let isDone: bool;
  if (!isDefined(TEMPLATES)) isDone = oneByOne(r, operation, isDouble, a, b, bytes);
  else {
    usualOnly();
    isDone = isDouble ? allAtOnce<f64>(r, operation, a, b) : allAtOnce<f32>(r, operation, a, b);
  }
  if (!isDone) return false;
  notePlainOperands(operation, isDouble ? ALL_DOUBLES : ALL_SINGLES);
  return true;
}

/** 128 bits of the result, lane by lane. */
@inline
function half(operation: u32, isDouble: bool, a: usize, b: usize, at: usize): void {
  const even = operation != ALTERNATE ? operation : SUBTRACT;
  const odd = operation != ALTERNATE ? operation : ADD;
  if (isDouble) {
    store<u64>(RESULT + at, lane(even, true, load<u64>(a + at, 0, 1), load<u64>(b + at, 0, 1)));
    store<u64>(RESULT + at, lane(odd, true, load<u64>(a + at, 8, 1), load<u64>(b + at, 8, 1)), 8);
  } else {
    store<u32>(RESULT + at, <u32>lane(even, false, load<u32>(a + at, 0, 1), load<u32>(b + at, 0, 1)));
    store<u32>(RESULT + at, <u32>lane(odd, false, load<u32>(a + at, 4, 1), load<u32>(b + at, 4, 1)), 4);
    store<u32>(RESULT + at, <u32>lane(even, false, load<u32>(a + at, 8, 1), load<u32>(b + at, 8, 1)), 8);
    store<u32>(RESULT + at, <u32>lane(odd, false, load<u32>(a + at, 12, 1), load<u32>(b + at, 12, 1)), 12);
  }
}

/** MIN and MAX by the host, in a template. */
@inline
function extremesAtOnce<T>(r: usize, isMaximum: bool, a: usize, b: usize): void {
  const x = get(a);
  const y = get(b);
  refuseLowLanes<T>(FIRST, x);
  refuseLowLanes<T>(SOURCE, y);
  const low = hostExtremes<T>(isMaximum, x, y);
  if (!isWide(r)) {
    put(r, low);
    return;
  }
  const xHigh = get(a + 16);
  const yHigh = get(b + 16);
  refuseHighLanes<T>(xHigh);
  refuseHighLanes<T>(yHigh);
  put(r, low);
  putHigh(r, hostExtremes<T>(isMaximum, xHigh, yHigh));
}

/** MIN and MAX of scalars by the host, in a template. */
@inline
function extremeByHost<T>(r: usize, isMaximum: bool, a: usize, b: usize): void {
  const value = hostExtreme<T>(isMaximum, FIRST, load<T>(a), SOURCE, load<T>(b, 0, 1));
  put(r, withFloat<T>(get(a), value));
}

function allLanes(r: usize, operation: u32, isDouble: bool): void {
  const bytes = vectorBytes(r);
  const b = sourceAt(r, bytes);
  const a = first(r);
  if (isDefined(TEMPLATES) && (operation == MINIMUM || operation == MAXIMUM)) {
    if (isDouble) extremesAtOnce<f64>(r, operation == MAXIMUM, a, b);
    else extremesAtOnce<f32>(r, operation == MAXIMUM, a, b);
    return;
  }
  if (fastLanes(r, operation, isDouble, a, b, bytes)) return;
  begin();
  half(operation, isDouble, a, b, 0);
  if (bytes > 16) half(operation, isDouble, a, b, 16);
  deliver(r);
}

function lowLane(r: usize, operation: u32, isDouble: bool): void {
  const b = sourceAt(r, laneBytes(isDouble));
  const a = first(r);
  if (isDefined(TEMPLATES) && operation > DIVIDE) {
    if (isDouble) extremeByHost<f64>(r, operation == MAXIMUM, a, b);
    else extremeByHost<f32>(r, operation == MAXIMUM, a, b);
    return;
  }
  if (operation <= DIVIDE && beginFast() && fastScalar(r, operation, isDouble, a, b)) return;
  begin();
  deliverScalar(r, isDouble, lane(operation, isDouble, loadLane(isDouble, a), loadLane(isDouble, b)), a);
}

/** Tries the lowest lane with the host's arithmetic. */
@inline
function fastScalar(r: usize, operation: u32, isDouble: bool, a: usize, b: usize): bool {
  if (isDouble) {
    const x = load<f64>(a);
    const y = load<f64>(b, 0, 1);
    if (!isKnownPlain(FIRST, LOW_DOUBLE)) refuseDenormalDouble(x);
    if (!isKnownPlain(SOURCE, LOW_DOUBLE)) refuseDenormalDouble(y);
    if (!deliverFastDouble(r, hostDouble(operation, x, y), a)) return false;
    notePlainOperands(operation, LOW_DOUBLE);
    return true;
  }
  const x = load<f32>(a);
  const y = load<f32>(b, 0, 1);
  if (!isKnownPlain(FIRST, LOW_SINGLE)) refuseDenormalSingle(x);
  if (!isKnownPlain(SOURCE, LOW_SINGLE)) refuseDenormalSingle(y);
  if (!deliverFastSingle(r, hostSingle(operation, x, y), a)) return false;
  notePlainOperands(operation, LOW_SINGLE);
  return true;
}

@inline
function hostRootAt(isDouble: bool, a: usize, at: usize): void {
  if (isDouble) {
    const x = load<f64>(a + at, 0, 1);
    refuseDenormalDouble(x);
    store<f64>(RESULT + at, hostRootDouble(x));
  } else {
    const x = load<f32>(a + at, 0, 1);
    refuseDenormalSingle(x);
    store<f32>(RESULT + at, hostRootSingle(x));
  }
}

/** Roots of 128 bits by the host's arithmetic, lane by lane. */
function hostRootsOfHalf(isDouble: bool, a: usize, at: usize): void {
  const step = laneBytes(isDouble);
  hostRootAt(isDouble, a, at);
  hostRootAt(isDouble, a, at + step);
  if (isDouble) return;
  hostRootAt(false, a, at + 8);
  hostRootAt(false, a, at + 12);
}

@inline
function rootsOneByOne(r: usize, isDouble: bool, a: usize, bytes: u32): bool {
  hostRootsOfHalf(isDouble, a, 0);
  if (bytes > 16) hostRootsOfHalf(isDouble, a, 16);
  return deliverFast(r);
}

/** Roots of 128 bits at once. */
@inline
function rootsAt<T>(a: usize): Vec {
  const x = get(a);
  refuseDenormals<T>(x);
  return hostRoots<T>(x);
}

@inline
function allRootsAtOnce<T>(r: usize, a: usize): bool {
  if (!isWide(r)) return deliverFastLow(r, rootsAt<T>(a));
  const low = rootsAt<T>(a);
  return deliverFastWide(r, low, rootsAt<T>(a + 16));
}

/** Tries all roots with the host's arithmetic, as `fastLanes` does. */
@inline
function fastRoots(r: usize, isDouble: bool, a: usize, bytes: u32): bool {
  if (!beginFast()) return false;
  let isDone: bool;
  if (!isDefined(TEMPLATES)) isDone = rootsOneByOne(r, isDouble, a, bytes);
  else {
    usualOnly();
    isDone = isDouble ? allRootsAtOnce<f64>(r, a) : allRootsAtOnce<f32>(r, a);
  }
  if (!isDone) return false;
  notePlain(TARGET, isDouble ? ALL_DOUBLES : ALL_SINGLES);
  return true;
}

/** Tries the lowest root with the host's arithmetic. */
@inline
function fastScalarRoot(r: usize, isDouble: bool, a: usize): bool {
  if (isDouble) {
    const x = load<f64>(a, 0, 1);
    if (!isKnownPlain(SOURCE, LOW_DOUBLE)) refuseDenormalDouble(x);
    if (!deliverFastDouble(r, hostRootDouble(x), first(r))) return false;
    notePlain(TARGET, LOW_DOUBLE);
    return true;
  }
  const x = load<f32>(a, 0, 1);
  if (!isKnownPlain(SOURCE, LOW_SINGLE)) refuseDenormalSingle(x);
  if (!deliverFastSingle(r, hostRootSingle(x), first(r))) return false;
  notePlain(TARGET, LOW_SINGLE);
  return true;
}

function allRoots(r: usize, isDouble: bool): void {
  const bytes = vectorBytes(r);
  const a = sourceAt(r, bytes);
  if (fastRoots(r, isDouble, a, bytes)) return;
  const step = laneBytes(isDouble);
  begin();
  for (let i: u32 = 0; i < bytes; i += step) storeLane(isDouble, RESULT + i, root(isDouble, loadLane(isDouble, a + i)));
  deliver(r);
}

function lowRoot(r: usize, isDouble: bool): void {
  const a = sourceAt(r, laneBytes(isDouble));
  if (beginFast() && fastScalarRoot(r, isDouble, a)) return;
  begin();
  deliverScalar(r, isDouble, root(isDouble, loadLane(isDouble, a)), first(r));
}

/** Neighbouring lanes of the first source, then of the second, in each 128 bits. */
function horizontal(r: usize, operation: u32, isDouble: bool): void {
  const bytes = vectorBytes(r);
  const b = sourceAt(r, bytes);
  const a = first(r);
  const step = laneBytes(isDouble);
  begin();
  for (let half: u32 = 0; half < bytes; half += 16) {
    for (let i: u32 = 0; i < 8; i += step) {
      const at = half + (i << 1);
      storeLane(
        isDouble,
        RESULT + half + i,
        arithmetic(operation, isDouble, loadLane(isDouble, a + at), loadLane(isDouble, a + at + step)),
      );
      storeLane(
        isDouble,
        RESULT + half + i + 8,
        arithmetic(operation, isDouble, loadLane(isDouble, b + at), loadLane(isDouble, b + at + step)),
      );
    }
  }
  deliver(r);
}

/** Products of a dot product, 16 bytes for each 128 bits. */
const PRODUCTS: usize = memory.data(32, 16);

/** Whether an unmasked exception has ended the steps of a dot product. */
@inline
function isInterrupted(): bool {
  return (flags & ~masks) != 0;
}

/**
 * DPPS, DPPD: products of the lanes that the upper half of the immediate names, their sum by pairs, and that in the lanes that
 * the lower half names. Each step is rounded and may fault on its own.
 */
function dotProduct(r: usize, isDouble: bool): void {
  const bytes = vectorBytes(r);
  const b = sourceAt(r, bytes);
  const a = first(r);
  const step = laneBytes(isDouble);
  const selected = control(r);
  begin();
  for (let i: u32 = 0; i < bytes; i += step) {
    const index = (i & 15) / step;
    const product =
      ((selected >> (4 + index)) & 1) != 0
        ? arithmetic(MULTIPLY, isDouble, loadLane(isDouble, a + i), loadLane(isDouble, b + i))
        : 0;
    storeLane(isDouble, PRODUCTS + i, product);
  }
  if (isInterrupted()) report(r);
  for (let width = step; width < 16; width <<= 1) {
    // Every lane adds its neighbour to itself: the sums are equal, but of two NaNs each lane keeps the one on its own side.
    for (let i: u32 = 0; i < bytes; i += step) {
      const sum = arithmetic(
        ADD,
        isDouble,
        loadLane(isDouble, PRODUCTS + i),
        loadLane(isDouble, PRODUCTS + (i ^ width)),
      );
      storeLane(isDouble, RESULT + i, sum);
    }
    if (isInterrupted()) report(r);
    memory.copy(PRODUCTS, RESULT, 32);
  }
  for (let i: u32 = 0; i < bytes; i += step) {
    const sum = loadLane(isDouble, PRODUCTS + i);
    storeLane(isDouble, RESULT + i, ((selected >> ((i & 15) / step)) & 1) != 0 ? sum : 0);
  }
  deliver(r);
}

export function addps(r: usize): void {
  allLanes(r, ADD, false);
}

export function addpd(r: usize): void {
  allLanes(r, ADD, true);
}

export function addss(r: usize): void {
  lowLane(r, ADD, false);
}

export function addsd(r: usize): void {
  lowLane(r, ADD, true);
}

export function subps(r: usize): void {
  allLanes(r, SUBTRACT, false);
}

export function subpd(r: usize): void {
  allLanes(r, SUBTRACT, true);
}

export function subss(r: usize): void {
  lowLane(r, SUBTRACT, false);
}

export function subsd(r: usize): void {
  lowLane(r, SUBTRACT, true);
}

export function mulps(r: usize): void {
  allLanes(r, MULTIPLY, false);
}

export function mulpd(r: usize): void {
  allLanes(r, MULTIPLY, true);
}

export function mulss(r: usize): void {
  lowLane(r, MULTIPLY, false);
}

export function mulsd(r: usize): void {
  lowLane(r, MULTIPLY, true);
}

export function divps(r: usize): void {
  allLanes(r, DIVIDE, false);
}

export function divpd(r: usize): void {
  allLanes(r, DIVIDE, true);
}

export function divss(r: usize): void {
  lowLane(r, DIVIDE, false);
}

export function divsd(r: usize): void {
  lowLane(r, DIVIDE, true);
}

export function minps(r: usize): void {
  allLanes(r, MINIMUM, false);
}

export function minpd(r: usize): void {
  allLanes(r, MINIMUM, true);
}

export function minss(r: usize): void {
  lowLane(r, MINIMUM, false);
}

export function minsd(r: usize): void {
  lowLane(r, MINIMUM, true);
}

export function maxps(r: usize): void {
  allLanes(r, MAXIMUM, false);
}

export function maxpd(r: usize): void {
  allLanes(r, MAXIMUM, true);
}

export function maxss(r: usize): void {
  lowLane(r, MAXIMUM, false);
}

export function maxsd(r: usize): void {
  lowLane(r, MAXIMUM, true);
}

export function sqrtps(r: usize): void {
  allRoots(r, false);
}

export function sqrtpd(r: usize): void {
  allRoots(r, true);
}

export function sqrtss(r: usize): void {
  lowRoot(r, false);
}

export function sqrtsd(r: usize): void {
  lowRoot(r, true);
}

export function addsubps(r: usize): void {
  allLanes(r, ALTERNATE, false);
}

export function haddps(r: usize): void {
  horizontal(r, ADD, false);
}

export function hsubps(r: usize): void {
  horizontal(r, SUBTRACT, false);
}

export function dpps(r: usize): void {
  dotProduct(r, false);
}

export function addsubpd(r: usize): void {
  allLanes(r, ALTERNATE, true);
}

export function haddpd(r: usize): void {
  horizontal(r, ADD, true);
}

export function hsubpd(r: usize): void {
  horizontal(r, SUBTRACT, true);
}

export function dppd(r: usize): void {
  dotProduct(r, true);
}
