// ROUNDPS and its kin (SDM Vol. 2): integral values by a rounding mode of the immediate or of MXCSR; and the approximations
// RCPPS and RSQRTPS, which know neither exceptions nor MXCSR.

import { rounding } from '../float/control';
import { approximate, integral } from '../float/lane';
import { begin, deliver, deliverScalar, laneBytes, loadLane, RESULT, storeLane } from '../packed/float';
import { get } from '../packed/lanes';
import { control, first, isWide, put, putHigh, sourceAt, vectorBytes } from '../packed/operands';

/** Bits of the immediate: RC of MXCSR instead of bits 1-0; no PE. */
const USES_MXCSR: u32 = 4;
const IS_SILENT: u32 = 8;

function rounded(isDouble: bool, immediate: u32, a: u64): u64 {
  const mode = (immediate & USES_MXCSR) != 0 ? rounding : immediate & 3;
  return integral(isDouble, mode, (immediate & IS_SILENT) == 0, a);
}

function allLanes(r: usize, isDouble: bool): void {
  const bytes = vectorBytes(r);
  const a = sourceAt(r, bytes);
  const step = laneBytes(isDouble);
  begin();
  for (let i: u32 = 0; i < bytes; i += step) {
    storeLane(isDouble, RESULT + i, rounded(isDouble, control(r), loadLane(isDouble, a + i)));
  }
  deliver(r);
}

function lowLane(r: usize, isDouble: bool): void {
  const a = sourceAt(r, laneBytes(isDouble));
  begin();
  deliverScalar(r, isDouble, rounded(isDouble, control(r), loadLane(isDouble, a)), first(r));
}

export function roundps(r: usize): void {
  allLanes(r, false);
}

export function roundpd(r: usize): void {
  allLanes(r, true);
}

export function roundss(r: usize): void {
  lowLane(r, false);
}

export function roundsd(r: usize): void {
  lowLane(r, true);
}

function approximateAll(r: usize, isRoot: bool): void {
  const bytes = vectorBytes(r);
  const a = sourceAt(r, bytes);
  for (let i: u32 = 0; i < bytes; i += 4) store<u32>(RESULT + i, approximate(isRoot, load<u32>(a + i, 0, 1)));
  put(r, get(RESULT));
  if (isWide(r)) putHigh(r, get(RESULT + 16));
}

function approximateLow(r: usize, isRoot: bool): void {
  const value = approximate(isRoot, load<u32>(sourceAt(r, 4), 0, 1));
  const source = first(r);
  store<u64>(RESULT, load<u64>(source));
  store<u64>(RESULT, load<u64>(source, 8), 8);
  store<u32>(RESULT, value);
  put(r, get(RESULT));
}

export function rcpps(r: usize): void {
  approximateAll(r, false);
}

export function rcpss(r: usize): void {
  approximateLow(r, false);
}

export function rsqrtps(r: usize): void {
  approximateAll(r, true);
}

export function rsqrtss(r: usize): void {
  approximateLow(r, true);
}
