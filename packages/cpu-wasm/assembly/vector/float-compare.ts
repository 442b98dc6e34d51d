// SSE and AVX comparisons (SDM Vol. 2 CMPPS ... CMPSD, COMISS, UCOMISD): masks of ones by predicate, or ZF, PF and CF. A template
// compares by the host (float/host-compare.ts), the interpreter lane by lane.

import { flagsOf } from '../float/compare';
import { hostMasks, refuseHighLanes, refuseLowLanes, refuseScalar } from '../float/host-compare';
import { holds, relate } from '../float/lane';
import { writeArithmeticFlags } from '../flags';
import { begin, deliver, deliverScalar, laneBytes, loadLane, report, RESULT, storeLane } from '../packed/float';
import { Vec, get } from '../packed/lanes';
import { control, first, isVex, isWide, put, putHigh, sourceAt, target, vectorBytes } from '../packed/operands';
import { FIRST, SOURCE } from '../plain-lanes';

/** Legacy encodings have eight predicates, VEX 32. */
@inline
function predicate(r: usize): u32 {
  return control(r) & (isVex(r) ? 31 : 7);
}

function allLanes(r: usize, isDouble: bool): void {
  const bytes = vectorBytes(r);
  const b = sourceAt(r, bytes);
  const a = first(r);
  if (isDefined(TEMPLATES)) {
    if (isDouble) allAtOnce<f64>(r, a, b);
    else allAtOnce<f32>(r, a, b);
  } else {
    const step = laneBytes(isDouble);
    begin();
    for (let i: u32 = 0; i < bytes; i += step) {
      const isTrue = holds(predicate(r), isDouble, loadLane(isDouble, a + i), loadLane(isDouble, b + i));
      storeLane(isDouble, RESULT + i, isTrue ? ~(<u64>0) : 0);
    }
    deliver(r);
  }
}

/** By the host, in a template. */
@inline
function allAtOnce<T>(r: usize, a: usize, b: usize): void {
  const x = get(a);
  const y = get(b);
  refuseLowLanes<T>(FIRST, x);
  refuseLowLanes<T>(SOURCE, y);
  const low = hostMasks<T>(predicate(r), x, y);
  if (!isWide(r)) {
    put(r, low);
    return;
  }
  const xHigh = get(a + 16);
  const yHigh = get(b + 16);
  refuseHighLanes<T>(xHigh);
  refuseHighLanes<T>(yHigh);
  const high = hostMasks<T>(predicate(r), xHigh, yHigh);
  put(r, low);
  putHigh(r, high);
}

function lowLane(r: usize, isDouble: bool): void {
  const b = sourceAt(r, laneBytes(isDouble));
  const a = first(r);
  if (isDefined(TEMPLATES)) {
    const mask = isDouble ? lowMask<f64>(r, a, b) : lowMask<f32>(r, a, b);
    put(r, isDouble ? v128.shuffle<u64>(mask, get(a), 0, 3) : v128.shuffle<u32>(mask, get(a), 0, 5, 6, 7));
  } else {
    begin();
    const isTrue = holds(predicate(r), isDouble, loadLane(isDouble, a), loadLane(isDouble, b));
    deliverScalar(r, isDouble, isTrue ? ~(<u64>0) : 0, a);
  }
}

/** The mask of the lowest lane by the host, in a template; what is above is to be thrown away. */
@inline
function lowMask<T>(r: usize, a: usize, b: usize): Vec {
  const x = load<T>(a, 0, 1);
  const y = load<T>(b, 0, 1);
  refuseScalar<T>(FIRST, x);
  refuseScalar<T>(SOURCE, y);
  return hostMasks<T>(predicate(r), v128.splat<T>(x), v128.splat<T>(y));
}

export function cmpps(r: usize): void {
  allLanes(r, false);
}

export function cmppd(r: usize): void {
  allLanes(r, true);
}

export function cmpss(r: usize): void {
  lowLane(r, false);
}

/** CMPSD of vectors; the string instruction has the same mnemonic. */
export function cmpsdScalar(r: usize): void {
  lowLane(r, true);
}

function intoFlags(r: usize, isDouble: bool, isSignaling: bool): void {
  const b = sourceAt(r, laneBytes(isDouble));
  begin();
  const relation = relate(isDouble, isSignaling, loadLane(isDouble, target(r)), loadLane(isDouble, b));
  report(r);
  writeArithmeticFlags(flagsOf(relation));
}

export function comiss(r: usize): void {
  intoFlags(r, false, true);
}

export function comisd(r: usize): void {
  intoFlags(r, true, true);
}

export function ucomiss(r: usize): void {
  intoFlags(r, false, false);
}

export function ucomisd(r: usize): void {
  intoFlags(r, true, false);
}
