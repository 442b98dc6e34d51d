// The stack words of a template (compare assembly/implicit.ts). Only stacks of 64-bit mode are translated, where the stack is
// flat and RSP is used whole; a body that asks for another stack gets no template.

import { cpu } from '../generated/state';
import { loadGuest, storeGuest } from './memory';

/** Its call keeps a body from becoming a template. */
@external("word", "untranslatable")
declare function untranslatable(): void;

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
  if (sizeof<T>() != 8) untranslatable();
  return cpu.rsp;
}

@inline
export function setStackPointer<T>(value: u64): void {
  cpu.rsp = value;
}

@inline
export function stackAddress<T>(r: usize, pointer: u64, isWrite: bool): u64 {
  return pointer;
}

@inline
export function storeToStack<T>(r: usize, pointer: u64, value: T): void {
  storeGuest<T>(r, pointer, value);
}

@inline
export function loadFromStack<T>(r: usize, pointer: u64): T {
  return loadGuest<T>(r, pointer);
}

export function directHost(table: usize, linear: u64): usize {
  untranslatable();
  return 0;
}
