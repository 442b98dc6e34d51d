// The operand words of a template (compare assembly/operands.ts): each is an imported function, so it stays in the compiled body
// as a call at its place, and the extractor turns the call into a verb of the stitcher. The record is known when an instruction
// is translated, so the words don't take it.

import { finishWrite, loadForWrite, loadGuest, storeGuest } from './memory';

// The same marker types as in assembly/operands.ts.
export type Reg = u8;
export type Mem = u16;
export type MemSeg = u32;
export type Imm = u64;

@external("word", "address")
declare function addressWord(): u64;

@external("word", "linear")
declare function linearWord(): u64;

@external("word", "wideImmediate")
declare function wideImmediateWord(): u64;

@external("word", "dst8")
declare function dst8(): u32;

@external("word", "dst16")
declare function dst16(): u32;

@external("word", "dst32")
declare function dst32(): u32;

@external("word", "dst64")
declare function dst64(): u64;

@external("word", "src8")
declare function src8(): u32;

@external("word", "src16")
declare function src16(): u32;

@external("word", "src32")
declare function src32(): u32;

@external("word", "src64")
declare function src64(): u64;

@external("word", "third8")
declare function third8(): u32;

@external("word", "third16")
declare function third16(): u32;

@external("word", "third32")
declare function third32(): u32;

@external("word", "third64")
declare function third64(): u64;

@external("word", "imm8")
declare function imm8(): u32;

@external("word", "imm16")
declare function imm16(): u32;

@external("word", "imm32")
declare function imm32(): u32;

@external("word", "imm64")
declare function imm64(): u64;

@external("word", "setDst8")
declare function setDst8(value: u32): void;

@external("word", "setDst16")
declare function setDst16(value: u32): void;

@external("word", "setDst32")
declare function setDst32(value: u32): void;

@external("word", "setDst64")
declare function setDst64(value: u64): void;

@external("word", "setSrc8")
declare function setSrc8(value: u32): void;

@external("word", "setSrc16")
declare function setSrc16(value: u32): void;

@external("word", "setSrc32")
declare function setSrc32(value: u32): void;

@external("word", "setSrc64")
declare function setSrc64(value: u64): void;

@external("word", "setThird8")
declare function setThird8(value: u32): void;

@external("word", "setThird16")
declare function setThird16(value: u32): void;

@external("word", "setThird32")
declare function setThird32(value: u32): void;

@external("word", "setThird64")
declare function setThird64(value: u64): void;

@inline
function dstRegister<T>(): T {
  if (sizeof<T>() == 1) return <T>dst8();
  if (sizeof<T>() == 2) return <T>dst16();
  if (sizeof<T>() == 4) return <T>dst32();
  return <T>dst64();
}

@inline
function setDstRegister<T>(value: T): void {
  if (sizeof<T>() == 1) setDst8(<u32>value);
  else if (sizeof<T>() == 2) setDst16(<u32>value);
  else if (sizeof<T>() == 4) setDst32(<u32>value);
  else setDst64(<u64>value);
}

@inline
export function effectiveAddress(r: usize): u64 {
  return addressWord();
}

@inline
export function linearAddress<T, K>(r: usize, isWrite: bool): u64 {
  return linearWord();
}

@inline
export function writeRegister<T>(address: usize, value: T): void {
  if (sizeof<T>() == 4) store<u64>(address, <u64>(<u32>value));
  else store<T>(address, value);
}

@inline
export function imm<T>(r: usize): T {
  if (sizeof<T>() == 1) return <T>imm8();
  if (sizeof<T>() == 2) return <T>imm16();
  if (sizeof<T>() == 4) return <T>imm32();
  return <T>imm64();
}

@inline
export function read<T, D>(r: usize): T {
  if (sizeof<D>() == sizeof<Reg>()) return dstRegister<T>();
  if (sizeof<D>() == sizeof<Imm>()) return imm<T>(r);
  return loadGuest<T>(r, linearWord());
}

@inline
export function dst<T, D>(r: usize): T {
  if (sizeof<D>() == sizeof<Reg>()) return dstRegister<T>();
  return loadForWrite<T>(linearWord());
}

@inline
export function setDst<T, D>(r: usize, value: T): void {
  if (sizeof<D>() == sizeof<Reg>()) setDstRegister<T>(value);
  else finishWrite<T>(value);
}

@inline
export function write<T, D>(r: usize, value: T): void {
  if (sizeof<D>() == sizeof<Reg>()) setDstRegister<T>(value);
  else storeGuest<T>(r, linearWord(), value);
}

@inline
export function src<T, S>(r: usize): T {
  if (sizeof<S>() == sizeof<Imm>()) return imm<T>(r);
  if (sizeof<S>() != sizeof<Reg>()) return loadGuest<T>(r, linearWord());
  if (sizeof<T>() == 1) return <T>src8();
  if (sizeof<T>() == 2) return <T>src16();
  if (sizeof<T>() == 4) return <T>src32();
  return <T>src64();
}

@inline
export function setSrc<T>(r: usize, value: T): void {
  if (sizeof<T>() == 1) setSrc8(<u32>value);
  else if (sizeof<T>() == 2) setSrc16(<u32>value);
  else if (sizeof<T>() == 4) setSrc32(<u32>value);
  else setSrc64(<u64>value);
}

@inline
export function third<T>(r: usize): T {
  if (sizeof<T>() == 1) return <T>third8();
  if (sizeof<T>() == 2) return <T>third16();
  if (sizeof<T>() == 4) return <T>third32();
  return <T>third64();
}

@inline
export function setThird<T>(r: usize, value: T): void {
  if (sizeof<T>() == 1) setThird8(<u32>value);
  else if (sizeof<T>() == 2) setThird16(<u32>value);
  else if (sizeof<T>() == 4) setThird32(<u32>value);
  else setThird64(<u64>value);
}

@inline
export function wideImmediate(r: usize): u64 {
  return wideImmediateWord();
}
