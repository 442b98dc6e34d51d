// Masked moves (SDM Vol. 2 MASKMOVDQU, VMASKMOV, VPMASKMOV). Memory under a cleared mask bit is not touched: it cannot fault, and
// nothing is written there. All accesses are checked before the first is done.

import { cpu } from '../generated/state';
import { isFlatSegment } from '../implicit';
import { effectiveAddress } from '../operands';
import { get, set, zero } from '../packed/lanes';
import {
  finishPlace,
  first,
  hostOf,
  isWide,
  placeAt,
  put,
  putHigh,
  rmRegister,
  target,
  vectorBytes,
} from '../packed/operands';
import { ADDRESS_SHIFT, SEGMENT } from '../record';
import { checkSegment } from '../segment';
import { VECTOR_SCRATCH } from '../layout';
import { probeWrite } from '../slow-memory';

/** Linear address of `bytes` at `offset`, cut to the address size, in the segment of the memory operand. */
export function elementAddress(r: usize, offset: u64, bytes: u32, isWrite: bool): u64 {
  const shift = <u64>load<u8>(r, ADDRESS_SHIFT);
  const cut = (offset << shift) >> shift;
  const segment = <u32>load<u8>(r, SEGMENT);
  return isFlatSegment(segment) ? cut : checkSegment(r, segment, cut, bytes, isWrite);
}

/** Whether the sign bit of element `at` of the mask is set. */
@inline
function isSelected<T>(mask: usize, at: u32): bool {
  return (load<u8>(mask + at + sizeof<T>() - 1) & 0x80) != 0;
}

/** Loads the selected elements; the others become 0. */
@inline
function maskLoad<T>(r: usize): void {
  const mask = first(r);
  const bytes = vectorBytes(r);
  const address = effectiveAddress(r);
  set(VECTOR_SCRATCH, zero());
  set(VECTOR_SCRATCH + 16, zero());
  for (let at: u32 = 0; at < bytes; at += sizeof<T>()) {
    if (!isSelected<T>(mask, at)) continue;
    const linear = elementAddress(r, address + at, sizeof<T>(), false);
    store<T>(VECTOR_SCRATCH + at, load<T>(hostOf(r, linear, sizeof<T>()), 0, 1));
  }
  put(r, get(VECTOR_SCRATCH));
  if (isWide(r)) putHigh(r, get(VECTOR_SCRATCH + 16));
}

export function maskLoadDoubles(r: usize): void {
  maskLoad<u32>(r);
}

export function maskLoadQuads(r: usize): void {
  maskLoad<u64>(r);
}

/** Stores the selected elements of the register. */
@inline
function maskStore<T>(r: usize, mask: usize, from: usize, bytes: u32, address: u64): void {
  // A fault must leave memory alone: try the first and the last selected byte, which may lie in two pages. (CR2 of a fault in
  // the second page is the last byte, if there is something to write in the first.)
  let lowest: u64 = 0;
  let highest: u64 = 0;
  let isFound = false;
  for (let at: u32 = 0; at < bytes; at += sizeof<T>()) {
    if (!isSelected<T>(mask, at)) continue;
    const linear = elementAddress(r, address + at, sizeof<T>(), true);
    if (!isFound) lowest = linear;
    isFound = true;
    highest = linear + sizeof<T>() - 1;
  }
  if (!isFound) return;
  probeWrite(r, lowest, 1);
  probeWrite(r, highest, 1);
  for (let at: u32 = 0; at < bytes; at += sizeof<T>()) {
    if (!isSelected<T>(mask, at)) continue;
    const linear = elementAddress(r, address + at, sizeof<T>(), true);
    store<T>(placeAt(r, linear, sizeof<T>()), load<T>(from + at), 0, 1);
    finishPlace();
  }
}

export function maskStoreDoubles(r: usize): void {
  maskStore<u32>(r, first(r), target(r), vectorBytes(r), effectiveAddress(r));
}

export function maskStoreQuads(r: usize): void {
  maskStore<u64>(r, first(r), target(r), vectorBytes(r), effectiveAddress(r));
}

/** MASKMOVDQU: bytes of the first register where the second has its sign bit set, to DS:rDI. */
export function maskmovdqu(r: usize): void {
  maskStore<u8>(r, rmRegister(r), target(r), 16, cpu.rdi);
}

/** MASKMOVQ is the same on MMX registers, see mmx.ts. */
export function maskStoreBytes(r: usize, mask: usize, from: usize): void {
  maskStore<u8>(r, mask, from, 8, cpu.rdi);
}
