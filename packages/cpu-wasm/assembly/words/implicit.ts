// The stack words of a template (compare assembly/implicit.ts). Only flat stacks are translated, whose pointer is RSP in 64-bit code
// and ESP in 32-bit code. Operands of 64 and of 32 bits tell which; a body for 16 bits, which both have, gets no template.

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
  if (sizeof<T>() == 2) untranslatable();
  return sizeof<T>() == 8 ? cpu.rsp : cpu.rsp & 0xffffffff;
}

@inline
export function setStackPointer<T>(value: u64): void {
  cpu.rsp = sizeof<T>() == 8 ? value : value & 0xffffffff;
}

@inline
export function framePointer<T>(): u64 {
  if (sizeof<T>() == 2) untranslatable();
  return sizeof<T>() == 8 ? cpu.rbp : cpu.rbp & 0xffffffff;
}

@inline
export function stackAddress<T>(r: usize, pointer: u64, isWrite: bool): u64 {
  return sizeof<T>() == 8 ? pointer : pointer & 0xffffffff;
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
