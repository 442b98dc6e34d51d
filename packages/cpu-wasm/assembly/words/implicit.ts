// The stack words of a template (compare assembly/implicit.ts). Only flat stacks are translated, whose pointer is RSP in 64-bit code
// and ESP in 32-bit code. Operands of 64 and of 32 bits tell which; those of 16 bits, which both have, leave it to the stitcher.

import { cpu } from '../generated/state';
import { loadGuest, storeGuest } from './memory';

/** Its call keeps a body from becoming a template. */
@external("word", "untranslatable")
declare function untranslatable(): void;

@external("word", "cutToStack")
declare function cutToStack(pointer: u64): u64;

/** A stack pointer or an address on the stack, cut to their size. */
@inline
function cut<T>(pointer: u64): u64 {
  if (sizeof<T>() == 8) return pointer;
  return sizeof<T>() == 4 ? pointer & 0xffffffff : cutToStack(pointer);
}

export function isFlatSegment(number: u32): bool {
  untranslatable();
  return false;
}

export function implicitAddress(r: usize, segment: u32, offset: u64, sizeBytes: u32, isWrite: bool): u64 {
  untranslatable();
  return offset;
}

@inline
export function stackPointer<T>(): u64 {
  return cut<T>(cpu.rsp);
}

@inline
export function setStackPointer<T>(value: u64): void {
  cpu.rsp = cut<T>(value);
}

@inline
export function framePointer<T>(): u64 {
  return cut<T>(cpu.rbp);
}

@inline
export function stackAddress<T>(r: usize, pointer: u64, isWrite: bool): u64 {
  return cut<T>(pointer);
}

@inline
export function storeToStack<T>(r: usize, pointer: u64, value: T): void {
  storeGuest<T>(r, stackAddress<T>(r, pointer, true), value);
}

@inline
export function loadFromStack<T>(r: usize, pointer: u64): T {
  return loadGuest<T>(r, stackAddress<T>(r, pointer, false));
}

export function directHost(table: usize, linear: u64): usize {
  untranslatable();
  return 0;
}
