// Segmentation of data accesses (SDM Vol. 3A 5.3 limit checking, 5.4 type checking; Vol. 1 3.4.2.1 for 64-bit mode). Only
// operands whose segment is not flat come here; see mode.ts.

import { GP, SS_VECTOR } from './generated/vectors';
import { faultWithCode } from './fault';
import { CpuState, cpu } from './generated/state';
import {
  RIGHTS_CODE,
  RIGHTS_DB,
  RIGHTS_DC,
  RIGHTS_P,
  RIGHTS_RW,
  is64BitMode,
  isProtectedMode,
  isVirtual8086,
} from './mode';
import { SEGMENT } from './record';

/** Bytes of one segment register in the state (gen/state.ts). */
export const SEGMENT_BYTES: usize = 24;
export const SEGMENT_BASE: usize = 0;
export const SEGMENT_LIMIT: usize = 8;
export const SEGMENT_RIGHTS: usize = 12;
export const SEGMENT_SELECTOR: usize = 16;

export const ES: u32 = 0;
export const CS: u32 = 1;
export const SS: u32 = 2;
export const DS: u32 = 3;
export const FS: u32 = 4;
export const GS: u32 = 5;
export const LDTR: u32 = 6;
export const TR: u32 = 7;

/** Address of a segment register in the state. */
@inline
export function segmentAt(number: u32): usize {
  return changetype<usize>(cpu) + offsetof<CpuState>('esBase') + <usize>number * SEGMENT_BYTES;
}

/** Linear address of `offset` in the segment of the record's memory operand; #GP(0) or #SS(0) when the access is illegal. */
export function segmentedAddress(r: usize, offset: u64, sizeBytes: u32, isWrite: bool): u64 {
  return checkSegment(r, load<u8>(r, SEGMENT), offset, sizeBytes, isWrite);
}

/** The same for a named segment. */
export function checkSegment(r: usize, number: u32, offset: u64, sizeBytes: u32, isWrite: bool): u64 {
  const segment = segmentAt(number);
  const base = load<u64>(segment, SEGMENT_BASE);
  if (is64BitMode()) return number >= FS ? base + offset : offset;
  const rights = load<u32>(segment, SEGMENT_RIGHTS);
  const limit = load<u32>(segment, SEGMENT_LIMIT);
  const last = offset + sizeBytes - 1;
  let isLegal: bool;
  if ((rights & (RIGHTS_CODE | RIGHTS_DC)) == RIGHTS_DC) {
    // Expand down: legal offsets lie above the limit, up to 64 KiB or 4 GiB.
    isLegal = offset > limit && last <= ((rights & RIGHTS_DB) != 0 ? 0xffffffff : 0xffff);
  } else isLegal = last <= limit;
  if (isProtectedMode() && !isVirtual8086()) {
    if ((rights & RIGHTS_P) == 0) isLegal = false;
    if (isWrite) isLegal = isLegal && (rights & (RIGHTS_CODE | RIGHTS_RW)) == RIGHTS_RW;
    else isLegal = isLegal && (rights & (RIGHTS_CODE | RIGHTS_RW)) != RIGHTS_CODE;
  }
  if (!isLegal) faultWithCode(r, number == SS ? SS_VECTOR : GP, 0);
  return (base + offset) & 0xffffffff;
}
