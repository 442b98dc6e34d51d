// Fused multiply-add (SDM Vol. 1 14.5; Vol. 2 VFMADD132PD ...): a * b + c with one rounding. The number in the name says which
// operands are a, b and c: 132 is destination, third, second; 213 second, destination, third; 231 second, third, destination.

import { hostFusedDouble, hostFusedSingle } from '../float/host';
import { fused } from '../float/lane';
import {
  RESULT,
  begin,
  beginFast,
  deliver,
  deliverFast,
  deliverFastDouble,
  deliverFastSingle,
  deliverScalar,
  laneBytes,
  loadLane,
  storeLane,
} from '../packed/float';
import { first, sourceAt, target, vectorBytes } from '../packed/operands';

const MADD: u32 = 0;
const MSUB: u32 = 1;
const NMADD: u32 = 2;
const NMSUB: u32 = 3;
/** Even lanes subtract, odd ones add. */
const MADDSUB: u32 = 4;
/** Even lanes add, odd ones subtract. */
const MSUBADD: u32 = 5;

/** One lane; `isOdd` counts for the alternating kinds. With `isFast` it is the host's, who may refuse it. */
function lane(kind: u32, order: u32, isDouble: bool, isFast: bool, isOdd: u32, d: usize, s: usize, t: usize): u64 {
  const destination = loadLane(isDouble, d);
  const second = loadLane(isDouble, s);
  const third = loadLane(isDouble, t);
  const a = order == 132 ? destination : second;
  const b = order == 213 ? destination : third;
  const c = order == 132 ? second : order == 213 ? third : destination;
  const subtracts: u32 = kind == MADDSUB ? isOdd ^ 1 : kind == MSUBADD ? isOdd : <u32>(kind == MSUB || kind == NMSUB);
  const negates = <u32>(kind == NMADD || kind == NMSUB);
  if (!isFast) return fused(isDouble, negates, subtracts, a, b, c);
  return isDouble
    ? hostFusedDouble(a ^ ((<u64>negates) << 63), b, c ^ ((<u64>subtracts) << 63))
    : <u64>hostFusedSingle((<u32>a) ^ (negates << 31), <u32>b, (<u32>c) ^ (subtracts << 31));
}

function everyLane(r: usize, kind: u32, order: u32, isDouble: bool, isFast: bool, t: usize, bytes: u32): void {
  const step = laneBytes(isDouble);
  for (let i: u32 = 0; i < bytes; i += step) {
    const isOdd = <u32>((i & step) != 0);
    storeLane(isDouble, RESULT + i, lane(kind, order, isDouble, isFast, isOdd, target(r) + i, first(r) + i, t + i));
  }
}

function allLanes(r: usize, kind: u32, order: u32, isDouble: bool): void {
  const bytes = vectorBytes(r);
  const t = sourceAt(r, bytes);
  if (beginFast()) {
    everyLane(r, kind, order, isDouble, true, t, bytes);
    if (deliverFast(r)) return;
  }
  begin();
  everyLane(r, kind, order, isDouble, false, t, bytes);
  deliver(r);
}

/** The lanes above the result are those of the destination. */
function lowLane(r: usize, kind: u32, order: u32, isDouble: bool): void {
  const t = sourceAt(r, laneBytes(isDouble));
  const d = target(r);
  if (beginFast()) {
    const bits = lane(kind, order, isDouble, true, 0, d, first(r), t);
    const isDone = isDouble
      ? deliverFastDouble(r, reinterpret<f64>(bits), d)
      : deliverFastSingle(r, reinterpret<f32>(<u32>bits), d);
    if (isDone) return;
  }
  begin();
  deliverScalar(r, isDouble, lane(kind, order, isDouble, false, 0, d, first(r), t), d);
}

export function vfmaddsub132ps(r: usize): void {
  allLanes(r, MADDSUB, 132, false);
}

export function vfmaddsub132pd(r: usize): void {
  allLanes(r, MADDSUB, 132, true);
}

export function vfmaddsub213ps(r: usize): void {
  allLanes(r, MADDSUB, 213, false);
}

export function vfmaddsub213pd(r: usize): void {
  allLanes(r, MADDSUB, 213, true);
}

export function vfmaddsub231ps(r: usize): void {
  allLanes(r, MADDSUB, 231, false);
}

export function vfmaddsub231pd(r: usize): void {
  allLanes(r, MADDSUB, 231, true);
}

export function vfmsubadd132ps(r: usize): void {
  allLanes(r, MSUBADD, 132, false);
}

export function vfmsubadd132pd(r: usize): void {
  allLanes(r, MSUBADD, 132, true);
}

export function vfmsubadd213ps(r: usize): void {
  allLanes(r, MSUBADD, 213, false);
}

export function vfmsubadd213pd(r: usize): void {
  allLanes(r, MSUBADD, 213, true);
}

export function vfmsubadd231ps(r: usize): void {
  allLanes(r, MSUBADD, 231, false);
}

export function vfmsubadd231pd(r: usize): void {
  allLanes(r, MSUBADD, 231, true);
}

export function vfmadd132ps(r: usize): void {
  allLanes(r, MADD, 132, false);
}

export function vfmadd132pd(r: usize): void {
  allLanes(r, MADD, 132, true);
}

export function vfmadd132ss(r: usize): void {
  lowLane(r, MADD, 132, false);
}

export function vfmadd132sd(r: usize): void {
  lowLane(r, MADD, 132, true);
}

export function vfmadd213ps(r: usize): void {
  allLanes(r, MADD, 213, false);
}

export function vfmadd213pd(r: usize): void {
  allLanes(r, MADD, 213, true);
}

export function vfmadd213ss(r: usize): void {
  lowLane(r, MADD, 213, false);
}

export function vfmadd213sd(r: usize): void {
  lowLane(r, MADD, 213, true);
}

export function vfmadd231ps(r: usize): void {
  allLanes(r, MADD, 231, false);
}

export function vfmadd231pd(r: usize): void {
  allLanes(r, MADD, 231, true);
}

export function vfmadd231ss(r: usize): void {
  lowLane(r, MADD, 231, false);
}

export function vfmadd231sd(r: usize): void {
  lowLane(r, MADD, 231, true);
}

export function vfmsub132ps(r: usize): void {
  allLanes(r, MSUB, 132, false);
}

export function vfmsub132pd(r: usize): void {
  allLanes(r, MSUB, 132, true);
}

export function vfmsub132ss(r: usize): void {
  lowLane(r, MSUB, 132, false);
}

export function vfmsub132sd(r: usize): void {
  lowLane(r, MSUB, 132, true);
}

export function vfmsub213ps(r: usize): void {
  allLanes(r, MSUB, 213, false);
}

export function vfmsub213pd(r: usize): void {
  allLanes(r, MSUB, 213, true);
}

export function vfmsub213ss(r: usize): void {
  lowLane(r, MSUB, 213, false);
}

export function vfmsub213sd(r: usize): void {
  lowLane(r, MSUB, 213, true);
}

export function vfmsub231ps(r: usize): void {
  allLanes(r, MSUB, 231, false);
}

export function vfmsub231pd(r: usize): void {
  allLanes(r, MSUB, 231, true);
}

export function vfmsub231ss(r: usize): void {
  lowLane(r, MSUB, 231, false);
}

export function vfmsub231sd(r: usize): void {
  lowLane(r, MSUB, 231, true);
}

export function vfnmadd132ps(r: usize): void {
  allLanes(r, NMADD, 132, false);
}

export function vfnmadd132pd(r: usize): void {
  allLanes(r, NMADD, 132, true);
}

export function vfnmadd132ss(r: usize): void {
  lowLane(r, NMADD, 132, false);
}

export function vfnmadd132sd(r: usize): void {
  lowLane(r, NMADD, 132, true);
}

export function vfnmadd213ps(r: usize): void {
  allLanes(r, NMADD, 213, false);
}

export function vfnmadd213pd(r: usize): void {
  allLanes(r, NMADD, 213, true);
}

export function vfnmadd213ss(r: usize): void {
  lowLane(r, NMADD, 213, false);
}

export function vfnmadd213sd(r: usize): void {
  lowLane(r, NMADD, 213, true);
}

export function vfnmadd231ps(r: usize): void {
  allLanes(r, NMADD, 231, false);
}

export function vfnmadd231pd(r: usize): void {
  allLanes(r, NMADD, 231, true);
}

export function vfnmadd231ss(r: usize): void {
  lowLane(r, NMADD, 231, false);
}

export function vfnmadd231sd(r: usize): void {
  lowLane(r, NMADD, 231, true);
}

export function vfnmsub132ps(r: usize): void {
  allLanes(r, NMSUB, 132, false);
}

export function vfnmsub132pd(r: usize): void {
  allLanes(r, NMSUB, 132, true);
}

export function vfnmsub132ss(r: usize): void {
  lowLane(r, NMSUB, 132, false);
}

export function vfnmsub132sd(r: usize): void {
  lowLane(r, NMSUB, 132, true);
}

export function vfnmsub213ps(r: usize): void {
  allLanes(r, NMSUB, 213, false);
}

export function vfnmsub213pd(r: usize): void {
  allLanes(r, NMSUB, 213, true);
}

export function vfnmsub213ss(r: usize): void {
  lowLane(r, NMSUB, 213, false);
}

export function vfnmsub213sd(r: usize): void {
  lowLane(r, NMSUB, 213, true);
}

export function vfnmsub231ps(r: usize): void {
  allLanes(r, NMSUB, 231, false);
}

export function vfnmsub231pd(r: usize): void {
  allLanes(r, NMSUB, 231, true);
}

export function vfnmsub231ss(r: usize): void {
  lowLane(r, NMSUB, 231, false);
}

export function vfnmsub231sd(r: usize): void {
  lowLane(r, NMSUB, 231, true);
}
