// The words in which instruction bodies speak of their operands. A body is generic over the operand width T and over the
// kinds of its first and second operand D and S; the kinds fold at compile time, so `add<u64, Reg, Imm>` is straight code.
//
//   read<T, D>(r)      first operand, only read            (CMP, TEST)
//   dst<T, D>(r)       first operand, will be written back (ADD): checks write permission
//   setDst<T, D>(r, v) writes back what `dst` read
//   write<T, D>(r, v)  first operand, only written         (MOV)
//   src<T, S>(r)       second operand
//   third<T>(r)        third register operand;  imm<T>(r) immediate operand
//
// Order inside a body: read everything, then write; flags last. Nothing may change before the last possible fault.
// A 32-bit register write clears the upper half (SDM Vol. 1 3.4.1.1).

import { finishWrite, hostForRead, hostForWrite, storeGuest } from './memory';
import { ADDRESS_SHIFT, BASE_REGISTER, DISP, DST, IMM, INDEX_REGISTER, SCALE, SRC, THIRD } from './record';
import { segmentedAddress } from './segment';

/** Operand kinds: marker types that differ in size, so that `sizeof` selects at compile time. */
export type Reg = u8;
/** Memory whose segment is flat: linear address = effective address. */
export type Mem = u16;
/** Memory through a segment base and limit. */
export type MemSeg = u32;
/** Immediate. */
export type Imm = u64;

/** Effective address (offset within its segment). */
@inline
export function effectiveAddress(r: usize): u64 {
  const shift = <u64>load<u8>(r, ADDRESS_SHIFT);
  const address =
    load<u64>(<usize>load<u16>(r, BASE_REGISTER)) +
    (load<u64>(<usize>load<u16>(r, INDEX_REGISTER)) << (<u64>load<u8>(r, SCALE))) +
    load<u64>(r, DISP);
  return (address << shift) >> shift;
}

/** Linear address of the memory operand for an access of T. */
@inline
export function linearAddress<T, K>(r: usize, isWrite: bool): u64 {
  if (sizeof<K>() == sizeof<Mem>()) return effectiveAddress(r);
  return segmentedAddress(r, effectiveAddress(r), sizeof<T>(), isWrite);
}

@inline
export function writeRegister<T>(address: usize, value: T): void {
  if (sizeof<T>() == 4) store<u64>(address, <u64>(<u32>value));
  else store<T>(address, value);
}

/**
 * The immediate, sign-extended to T. Not `load<i32>` for 32 bits: where such a value is then zero-extended, Binaryen merges
 * the two into a sign-extending load.
 */
@inline
export function imm<T>(r: usize): T {
  return sizeof<T>() == 8 ? <T>load<i32>(r, IMM) : <T>load<u32>(r, IMM);
}

@inline
export function read<T, D>(r: usize): T {
  if (sizeof<D>() == sizeof<Reg>()) return load<T>(<usize>load<u16>(r, DST));
  if (sizeof<D>() == sizeof<Imm>()) return imm<T>(r);
  return load<T>(hostForRead<T>(r, linearAddress<T, D>(r, false)), 0, 1);
}

@inline
export function dst<T, D>(r: usize): T {
  if (sizeof<D>() == sizeof<Reg>()) return load<T>(<usize>load<u16>(r, DST));
  return load<T>(hostForWrite<T>(r, linearAddress<T, D>(r, true)), 0, 1);
}

@inline
export function setDst<T, D>(r: usize, value: T): void {
  if (sizeof<D>() == sizeof<Reg>()) writeRegister<T>(<usize>load<u16>(r, DST), value);
  else finishWrite<T>(value);
}

@inline
export function write<T, D>(r: usize, value: T): void {
  if (sizeof<D>() == sizeof<Reg>()) writeRegister<T>(<usize>load<u16>(r, DST), value);
  else storeGuest<T>(r, linearAddress<T, D>(r, true), value);
}

@inline
export function src<T, S>(r: usize): T {
  if (sizeof<S>() == sizeof<Reg>()) return load<T>(<usize>load<u16>(r, SRC));
  if (sizeof<S>() == sizeof<Imm>()) return imm<T>(r);
  return load<T>(hostForRead<T>(r, linearAddress<T, S>(r, false)), 0, 1);
}

/** Writes a register second operand (XCHG, XADD). */
@inline
export function setSrc<T>(r: usize, value: T): void {
  writeRegister<T>(<usize>load<u16>(r, SRC), value);
}

@inline
export function third<T>(r: usize): T {
  return load<T>(<usize>load<u16>(r, THIRD));
}

@inline
export function setThird<T>(r: usize, value: T): void {
  writeRegister<T>(<usize>load<u16>(r, THIRD), value);
}

/** 64-bit immediate of MOV, second immediate of ENTER, offset of a far pointer, target of a branch. */
@inline
export function wideImmediate(r: usize): u64 {
  return load<u64>(r, DISP);
}
