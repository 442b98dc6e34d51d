// SSE and AVX comparisons (SDM Vol. 2 CMPPS ... CMPSD, COMISS, UCOMISD): masks of ones by predicate, or ZF, PF and CF.

import { flagsOf } from '../float/compare';
import { holds, relate } from '../float/lane';
import { writeArithmeticFlags } from '../flags';
import { begin, deliver, deliverScalar, laneBytes, loadLane, report, RESULT, storeLane } from '../packed/float';
import { control, first, isVex, sourceAt, target, vectorBytes } from '../packed/operands';

/** Legacy encodings have eight predicates, VEX 32. */
@inline
function predicate(r: usize): u32 {
  return control(r) & (isVex(r) ? 31 : 7);
}

function allLanes(r: usize, isDouble: bool): void {
  const bytes = vectorBytes(r);
  const b = sourceAt(r, bytes);
  const a = first(r);
  const step = laneBytes(isDouble);
  begin();
  for (let i: u32 = 0; i < bytes; i += step) {
    const isTrue = holds(predicate(r), isDouble, loadLane(isDouble, a + i), loadLane(isDouble, b + i));
    storeLane(isDouble, RESULT + i, isTrue ? ~(<u64>0) : 0);
  }
  deliver(r);
}

function lowLane(r: usize, isDouble: bool): void {
  const b = sourceAt(r, laneBytes(isDouble));
  const a = first(r);
  begin();
  const isTrue = holds(predicate(r), isDouble, loadLane(isDouble, a), loadLane(isDouble, b));
  deliverScalar(r, isDouble, isTrue ? ~(<u64>0) : 0, a);
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
