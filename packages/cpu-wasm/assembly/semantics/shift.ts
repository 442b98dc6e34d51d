// Shifts and rotates (SDM Vol. 1 7.3.6; Vol. 2: SAL/SAR/SHL/SHR, RCL/RCR/ROL/ROR, SHLD, SHRD). The count is taken modulo 32,
// or 64 for 64-bit operands; a count of 0 changes no flag but still writes the operand (a 32-bit register loses its upper
// half, read-only memory faults). The manual leaves OF undefined for counts other than 1; processors give it the value that it
// has for a count of 1, except that ROL and ROR of a register by an immediate leave it alone; so do these bodies.

import {
  carry,
  flagsExplicit,
  overflow,
  setCarryOverflow,
  shiftedLeft,
  shiftedRight,
  shiftedRightSigned,
  signed,
} from '../flags';
import { Imm, Reg, dst, imm, setDst, src, third } from '../operands';

/** Width of T in bits. */
@inline
function bits<T>(): u64 {
  return <u64>(sizeof<T>() << 3);
}

@inline
function masked<T>(count: u64): u64 {
  return count & (sizeof<T>() == 8 ? 63 : 31);
}

@inline
function topBit<T>(value: T): u64 {
  return ((<u64>value) >> (bits<T>() - 1)) & 1;
}

/** OF of a shift or rotate to the left by 1: the top bit changes. */
@inline
function topBitChanges<T>(a: u64): u64 {
  return ((a >> (bits<T>() - 1)) ^ (a >> (bits<T>() - 2))) & 1;
}

/** Bit `n` of a value wider than T. */
@inline
function bitAt(value: u64, n: u64): u64 {
  return (value >> n) & 1;
}

/** Whether a shift leaves its flags to the translator: by an immediate, which is not 0 there. */
@inline
function isLazy<S>(): bool {
  return isDefined(TEMPLATES) && sizeof<S>() == sizeof<Imm>();
}

/** Flags of a shift to the left by `n`, which is not 0. */
@inline
export function shiftLeftFlags<T>(a: u64, n: u64): void {
  // A 32-bit operand and a count of 31 give 63 bits, so only a 64-bit operand loses the bit that leaves.
  const carryFlag = sizeof<T>() == 8 ? bitAt(a, 64 - n) : bitAt(a << n, bits<T>());
  flagsExplicit<T>(<T>(a << n), carryFlag, topBitChanges<T>(a), 0);
}

/** Flags of a logical shift to the right by `n`, which is not 0. */
@inline
export function shiftRightFlags<T>(a: u64, n: u64): void {
  flagsExplicit<T>(<T>(a >> n), bitAt(a, n - 1), topBit<T>(<T>a), 0);
}

/** Flags of an arithmetic shift to the right by `n`, which is not 0. */
@inline
export function shiftRightSignedFlags<T>(a: i64, n: u64): void {
  flagsExplicit<T>(<T>(a >> (<i64>n)), (<u64>(a >> (<i64>(n - 1)))) & 1, 0, 0);
}

@inline
export function shl<T, D, S>(r: usize): void {
  const n = masked<T>(<u64>src<u8, S>(r));
  const a = <u64>dst<T, D>(r);
  setDst<T, D>(r, <T>(a << n));
  if (isLazy<S>()) shiftedLeft(a, n);
  else if (n != 0) shiftLeftFlags<T>(a, n);
}

@inline
export function shr<T, D, S>(r: usize): void {
  const n = masked<T>(<u64>src<u8, S>(r));
  const a = <u64>dst<T, D>(r);
  setDst<T, D>(r, <T>(a >> n));
  if (isLazy<S>()) shiftedRight(a, n);
  else if (n != 0) shiftRightFlags<T>(a, n);
}

@inline
export function sar<T, D, S>(r: usize): void {
  const n = masked<T>(<u64>src<u8, S>(r));
  const a = signed<T>(dst<T, D>(r));
  setDst<T, D>(r, <T>(a >> (<i64>n)));
  if (isLazy<S>()) shiftedRightSigned(<u64>a, n);
  else if (n != 0) shiftRightSignedFlags<T>(a, n);
}

/** CF as given; OF too, unless a register was rotated by an immediate other than 1. */
@inline
function rotateFlags<D, S>(n: u64, carryFlag: u64, overflowFlag: u64): void {
  if (isDefined(WITHOUT_FLAGS) || n == 0) return;
  const keepsOverflow = sizeof<D>() == sizeof<Reg>() && sizeof<S>() == sizeof<Imm>() && n != 1;
  setCarryOverflow(carryFlag, keepsOverflow ? overflow() : overflowFlag);
}

@inline
export function rol<T, D, S>(r: usize): void {
  const n = masked<T>(<u64>src<u8, S>(r));
  const a = dst<T, D>(r);
  const result = rotl<T>(a, <T>n);
  setDst<T, D>(r, result);
  rotateFlags<D, S>(n, (<u64>result) & 1, topBitChanges<T>(<u64>a));
}

@inline
export function ror<T, D, S>(r: usize): void {
  const n = masked<T>(<u64>src<u8, S>(r));
  const a = dst<T, D>(r);
  const result = rotr<T>(a, <T>n);
  setDst<T, D>(r, result);
  rotateFlags<D, S>(n, topBit<T>(result), topBit<T>(a) ^ ((<u64>a) & 1));
}

/** Rotates through CF: the operand and CF are one number of 9, 17, 33 or 65 bits. */
export function rcl<T, D, S>(r: usize): void {
  const count = masked<T>(<u64>src<u8, S>(r));
  const n = sizeof<T>() <= 2 ? count % (bits<T>() + 1) : count;
  const a = <u64>dst<T, D>(r);
  const carryIn = carry();
  let result = <T>a;
  let carryFlag = carryIn;
  if (n != 0) {
    if (sizeof<T>() == 8) {
      result = <T>((a << n) | (carryIn << (n - 1)) | ((a >> 1) >> (64 - n)));
      carryFlag = bitAt(a, 64 - n);
    } else {
      const wide = a | (carryIn << bits<T>());
      const rotated = (wide << n) | (wide >> (bits<T>() + 1 - n));
      result = <T>rotated;
      carryFlag = bitAt(rotated, bits<T>());
    }
  }
  setDst<T, D>(r, result);
  if (n != 0) setCarryOverflow(carryFlag, topBitChanges<T>(a));
}

export function rcr<T, D, S>(r: usize): void {
  const count = masked<T>(<u64>src<u8, S>(r));
  const n = sizeof<T>() <= 2 ? count % (bits<T>() + 1) : count;
  const a = <u64>dst<T, D>(r);
  const carryIn = carry();
  let result = <T>a;
  let carryFlag = carryIn;
  if (n != 0) {
    carryFlag = bitAt(a, n - 1);
    if (sizeof<T>() == 8) result = <T>((a >> n) | (carryIn << (64 - n)) | ((a << 1) << (64 - n)));
    else {
      const width = bits<T>();
      const wide = a | (carryIn << width);
      result = <T>((wide >> n) | (wide << (width + 1 - n)));
    }
  }
  setDst<T, D>(r, result);
  if (n != 0) setCarryOverflow(carryFlag, topBit<T>(<T>a) ^ carryIn);
}

/** SHLD by `n`: the register's bits follow from the right. */
@inline
function doubleLeft<T, D>(r: usize, n: u64): void {
  const a = <u64>dst<T, D>(r);
  const b = <u64>src<T, Reg>(r);
  let result: T;
  let carryFlag: u64;
  if (sizeof<T>() == 8) {
    result = <T>((a << n) | ((b >> 1) >> (63 - n)));
    carryFlag = bitAt(a, 64 - n);
  } else if (sizeof<T>() == 4) {
    const wide = (a << 32) | b;
    result = <T>((wide << n) >> 32);
    carryFlag = bitAt(wide, 64 - n);
  } else {
    // Undefined for counts above 16; the operand then comes in again behind the register.
    const wide = (a << 32) | (b << 16) | a;
    result = <T>((wide << n) >> 32);
    carryFlag = bitAt(wide, 48 - n);
  }
  setDst<T, D>(r, result);
  if (n != 0) flagsExplicit<T>(result, carryFlag, topBitChanges<T>(a), 0);
}

/** SHRD by `n`: the register's bits follow from the left. */
@inline
function doubleRight<T, D>(r: usize, n: u64): void {
  const a = <u64>dst<T, D>(r);
  const b = <u64>src<T, Reg>(r);
  let result: T;
  let carryFlag: u64;
  if (sizeof<T>() == 8) {
    result = <T>((a >> n) | ((b << 1) << (63 - n)));
    carryFlag = bitAt(a, n - 1);
  } else {
    const wide = sizeof<T>() == 4 ? (b << 32) | a : (a << 32) | (b << 16) | a;
    result = <T>(wide >> n);
    carryFlag = bitAt(wide, n - 1);
  }
  setDst<T, D>(r, result);
  if (n != 0) flagsExplicit<T>(result, carryFlag, topBit<T>(<T>a) ^ (b & 1), 0);
}

export function shld<T, D>(r: usize): void {
  doubleLeft<T, D>(r, masked<T>(<u64>imm<u8>(r)));
}

export function shldCl<T, D>(r: usize): void {
  doubleLeft<T, D>(r, masked<T>(<u64>third<u8>(r)));
}

export function shrd<T, D>(r: usize): void {
  doubleRight<T, D>(r, masked<T>(<u64>imm<u8>(r)));
}

export function shrdCl<T, D>(r: usize): void {
  doubleRight<T, D>(r, masked<T>(<u64>third<u8>(r)));
}
