// The words in which vector and MMX bodies speak of their operands; generated/dispatch.ts uses them around the bodies that are
// plain functions of values. The same handler serves SSE, VEX.128 and VEX.256: what differs is in the record. A legacy SSE
// instruction leaves bits 255-128 of its destination alone, VEX.128 clears them (SDM Vol. 1 14.2.2).
//
//   sourceAt(r, bytes)    where the r/m operand can be read: the register, or memory. Raises its faults, so it comes first.
//   first(r), target(r)   addresses of the first source and of the destination register
//   put(r, v) putHigh(r, v)  writes bits 0-127 and 128-255 of the destination
//   placeFor(r, bytes), finishPlace()  around a store to memory
// Order inside a body: read everything, then write.

import { GP, SS_VECTOR } from '../generated/vectors';
import { faultWithCode } from '../fault';
import { isFlatSegment } from '../implicit';
import { BOUNCE, PAGE_BYTES } from '../layout';
import { effectiveAddress } from '../operands';
import {
  DST,
  IMM,
  SEGMENT,
  SRC,
  THIRD,
  VECTOR,
  VECTOR_ALIGNED,
  VECTOR_MEMORY,
  VECTOR_VEX,
  VECTOR_WIDE,
} from '../record';
import { SS, segmentedAddress } from '../segment';
import { commitBounce, isCanonical, slowPlace, slowRead } from '../slow-memory';
import { ENTRY_ADDEND, INDEX_MASK, INDEX_SHIFT, readTable, writeTable } from '../tlb';
import { Vec, set, zero } from './lanes';

/** Bytes of a vector register: 32. */
export const VECTOR_REGISTER_BYTES: usize = 32;

@inline
export function isMemory(r: usize): bool {
  return (load<u8>(r, VECTOR) & VECTOR_MEMORY) != 0;
}

@inline
export function isWide(r: usize): bool {
  return (load<u8>(r, VECTOR) & VECTOR_WIDE) != 0;
}

@inline
export function isVex(r: usize): bool {
  return (load<u8>(r, VECTOR) & VECTOR_VEX) != 0;
}

/** Bytes of a whole vector: 16 or 32. */
@inline
export function vectorBytes(r: usize): u32 {
  return isWide(r) ? 32 : 16;
}

/** Linear address of the memory operand, checked for its segment and, when the instruction asks for it, for alignment. */
export function memoryAddress(r: usize, bytes: u32, isWrite: bool): u64 {
  const offset = effectiveAddress(r);
  const segment = <u32>load<u8>(r, SEGMENT);
  const linear = isFlatSegment(segment) ? offset : segmentedAddress(r, offset, bytes, isWrite);
  if ((load<u8>(r, VECTOR) & VECTOR_ALIGNED) != 0 && (linear & (bytes - 1)) != 0) {
    // Both are found by the same step of address generation; a stack address that is not canonical stays #SS.
    faultWithCode(r, segment == SS && !isCanonical(linear) ? SS_VECTOR : GP, 0);
  }
  return linear;
}

/** Host address where `bytes` at `linear` can be read. */
export function hostOf(r: usize, linear: u64, bytes: u32): usize {
  const entry = readTable + (((<usize>linear) >> INDEX_SHIFT) & INDEX_MASK);
  const offset = linear ^ load<u64>(entry);
  return offset <= PAGE_BYTES - bytes
    ? <usize>linear + <usize>load<u32>(entry, ENTRY_ADDEND)
    : slowRead(r, linear, bytes);
}

let place: usize = 0;

/** Host address where `bytes` at `linear` can be written before `finishPlace`. */
export function placeAt(r: usize, linear: u64, bytes: u32): usize {
  const entry = writeTable + (((<usize>linear) >> INDEX_SHIFT) & INDEX_MASK);
  const offset = linear ^ load<u64>(entry);
  place =
    offset <= PAGE_BYTES - bytes ? <usize>linear + <usize>load<u32>(entry, ENTRY_ADDEND) : slowPlace(r, linear, bytes);
  return place;
}

/** Host address where `bytes` of the memory operand can be written before `finishPlace`. */
@inline
export function placeFor(r: usize, bytes: u32): usize {
  return placeAt(r, memoryAddress(r, bytes, true), bytes);
}

@inline
export function finishPlace(): void {
  if (place == BOUNCE) commitBounce();
}

/** Where `bytes` of the r/m operand can be read. */
export function sourceAt(r: usize, bytes: u32): usize {
  if (!isMemory(r)) return <usize>load<u16>(r, THIRD);
  return hostOf(r, memoryAddress(r, bytes, false), bytes);
}

/** Address of the first source. */
@inline
export function first(r: usize): usize {
  return <usize>load<u16>(r, SRC);
}

/** Address of the destination register. */
@inline
export function target(r: usize): usize {
  return <usize>load<u16>(r, DST);
}

/** Address of the r/m register. */
@inline
export function rmRegister(r: usize): usize {
  return <usize>load<u16>(r, THIRD);
}

/** Address of the register that the immediate names or that is implied (XMM0). */
@inline
export function fourth(r: usize): usize {
  return <usize>load<u32>(r, IMM);
}

/** The immediate byte. */
@inline
export function control(r: usize): u32 {
  return <u32>load<u8>(r, IMM);
}

/** Clears bits 128-255 of a register. */
@inline
export function clearHigh(register: usize): void {
  set(register + 16, zero());
}

/** Writes bits 0-127 of a register; clears the others if the encoding is VEX. */
@inline
export function putRegister(r: usize, register: usize, value: Vec): void {
  set(register, value);
  if (isVex(r)) clearHigh(register);
}

/** Writes bits 0-127 of the destination. */
@inline
export function put(r: usize, value: Vec): void {
  putRegister(r, target(r), value);
}

/** Writes bits 128-255 of the destination, after `put`. */
@inline
export function putHigh(r: usize, value: Vec): void {
  set(target(r) + 16, value);
}
