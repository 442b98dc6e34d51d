// The words of vector bodies in a template (compare assembly/packed/operands.ts). Vector registers stay in the state, so what
// names a register is its address, a constant from the record; what the encoding decides is read from the record too, and
// folds when the translation is compiled.

import { DST, IMM, SRC, THIRD, VECTOR, VECTOR_MEMORY, VECTOR_VEX, VECTOR_WIDE } from '../../record';
import { Vec, set, zero } from '../../packed/lanes';

export const VECTOR_REGISTER_BYTES: usize = 32;

@external("word", "vectorSource")
declare function vectorSource(bytes: u32): usize;

@external("word", "vectorPlace")
declare function vectorPlace(bytes: u32): usize;

@external("word", "untranslatable")
declare function untranslatable(): void;

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

@inline
export function vectorBytes(r: usize): u32 {
  return isWide(r) ? 32 : 16;
}

export function memoryAddress(r: usize, bytes: u32, isWrite: bool): u64 {
  untranslatable();
  return 0;
}

export function hostOf(r: usize, linear: u64, bytes: u32): usize {
  untranslatable();
  return 0;
}

export function placeAt(r: usize, linear: u64, bytes: u32): usize {
  untranslatable();
  return 0;
}

@inline
export function placeFor(r: usize, bytes: u32): usize {
  return vectorPlace(bytes);
}

/** The stitcher's places are never the bounce buffer. */
@inline
export function finishPlace(): void {}

@inline
export function sourceAt(r: usize, bytes: u32): usize {
  return vectorSource(bytes);
}

@inline
export function first(r: usize): usize {
  return <usize>load<u16>(r, SRC);
}

@inline
export function target(r: usize): usize {
  return <usize>load<u16>(r, DST);
}

@inline
export function rmRegister(r: usize): usize {
  return <usize>load<u16>(r, THIRD);
}

@inline
export function fourth(r: usize): usize {
  return <usize>load<u16>(r, IMM);
}

@inline
export function control(r: usize): u32 {
  return <u32>load<u8>(r, IMM);
}

@inline
export function clearHigh(register: usize): void {
  set(register + 16, zero());
}

@inline
export function putRegister(r: usize, register: usize, value: Vec): void {
  set(register, value);
  if (isVex(r)) clearHigh(register);
}

@inline
export function put(r: usize, value: Vec): void {
  putRegister(r, target(r), value);
}

@inline
export function putHigh(r: usize, value: Vec): void {
  set(target(r) + 16, value);
}
