// Writes WebAssembly bytes (WebAssembly Core Specification 2.0, 5.4 "Instructions") at one cursor. What does not fit is dropped
// and remembered, so callers check once, at the end. Also remembers which of the first 64 locals and of the vector registers the
// code reads and writes: a region loads and stores no more registers than it uses.

import { FIRST_VECTOR } from '../generated/locals';

let at: usize = 0;
let end: usize = 0;
let isFull: bool = false;
/** Where the bytes begin. */
let start: usize = 0;
/** The hints, from the limit downward: u32 each, the offset of a branch doubled, plus 1 if its condition likely holds. */
let hintsBegin: usize = 0;
let hintsEnd: usize = 0;

/** Bit n: local n has been read since `startBytes`. */
export let readLocals: u64 = 0;
/** Bit n: local n has been written since `startBytes`. */
export let writtenLocals: u64 = 0;

/** Bit n: vector register n has been read. */
export let readVectors: u32 = 0;
/** Bit n: vector register n has been written. */
export let writtenVectors: u32 = 0;

/** Begins to write at `from`, below `limit`. */
export function startBytes(from: usize, limit: usize): void {
  start = from;
  at = from;
  end = limit;
  hintsBegin = limit;
  hintsEnd = limit;
  isFull = false;
  readLocals = 0;
  writtenLocals = 0;
  readVectors = 0;
  writtenVectors = 0;
}

/** Address of the next byte. */
@inline
export function position(): usize {
  return at;
}

/** Whether bytes have been dropped. */
@inline
export function overflowed(): bool {
  return isFull;
}

export function byte(value: u32): void {
  if (at >= end) {
    isFull = true;
    return;
  }
  store<u8>(at, <u8>value);
  at++;
}

/**
 * Notes how the `if` or `br_if` that is written next likely goes. A compiler that knows hints keeps the registers of the likely way
 * and moves the other out of it.
 */
export function hint(isLikely: bool): void {
  if (at + 4 > hintsBegin) {
    isFull = true;
    return;
  }
  hintsBegin -= 4;
  end = hintsBegin;
  store<u32>(hintsBegin, ((<u32>(at - start)) << 1) | (isLikely ? 1 : 0));
}

/** Number of hints since `startBytes`. */
export function hintCount(): u32 {
  return <u32>((hintsEnd - hintsBegin) >> 2);
}

/** Copies `count` bytes. */
export function raw(from: usize, count: u32): void {
  if (at + count > end) {
    isFull = true;
    return;
  }
  for (let i: u32 = 0; i < count; i++) store<u8>(at + i, load<u8>(from + i));
  at += count;
}

/** Unsigned LEB128. */
export function u32leb(value: u32): void {
  let rest = value;
  while (rest >= 0x80) {
    byte((rest & 0x7f) | 0x80);
    rest >>= 7;
  }
  byte(rest);
}

/** Signed LEB128. */
export function i64leb(value: i64): void {
  let rest = value;
  while (rest < -64 || rest > 63) {
    byte(((<u32>rest) & 0x7f) | 0x80);
    rest >>= 7;
  }
  byte((<u32>rest) & 0x7f);
}

export function i32const(value: i32): void {
  byte(0x41);
  i64leb(<i64>value);
}

export function i64const(value: i64): void {
  byte(0x42);
  i64leb(value);
}

function noteWritten(local: u32): void {
  if (local < 64) writtenLocals |= (<u64>1) << (<u64>local);
  else if (local - FIRST_VECTOR < 16) writtenVectors |= 1 << (local - FIRST_VECTOR);
}

/** local.get */
export function get(local: u32): void {
  if (local < 64) readLocals |= (<u64>1) << (<u64>local);
  else if (local - FIRST_VECTOR < 16) readVectors |= 1 << (local - FIRST_VECTOR);
  byte(0x20);
  u32leb(local);
}

/** local.set */
export function set(local: u32): void {
  noteWritten(local);
  byte(0x21);
  u32leb(local);
}

/** local.tee */
export function tee(local: u32): void {
  noteWritten(local);
  byte(0x22);
  u32leb(local);
}

/** br */
export function branch(depth: u32): void {
  byte(0x0c);
  u32leb(depth);
}

/** br_if */
export function branchIf(depth: u32): void {
  byte(0x0d);
  u32leb(depth);
}

/** call */
export function callFunction(index: u32): void {
  byte(0x10);
  u32leb(index);
}

/** A load or store: opcode, alignment 0, offset. */
export function access(opcode: u32, offset: u32): void {
  byte(opcode);
  byte(0);
  u32leb(offset);
}

/** A vector instruction's prefix and opcode. */
export function vector(opcode: u32): void {
  byte(0xfd);
  u32leb(opcode);
}

/** A vector load or store: opcode, alignment 0, offset. */
export function vectorAccess(opcode: u32, offset: u32): void {
  vector(opcode);
  byte(0);
  u32leb(offset);
}
