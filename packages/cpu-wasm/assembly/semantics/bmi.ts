// Bit manipulation (SDM Vol. 1 5.1.16.1 and .2 "BMI1, BMI2"; Vol. 2: ANDN, BEXTR, BLSI, BLSMSK, BLSR, BZHI, MULX, PDEP, PEXT,
// RORX, SARX, SHLX, SHRX). The r/m operand is the source, VEX.vvvv the third operand, but the destination of BLSI, BLSMSK and
// BLSR. PF and AF, undefined in the manual, are 0 as on processors.

import { FLIP_PARITY, flagsExplicit, signed } from '../flags';
import { Reg, imm, setThird, src, third, write } from '../operands';
import { RDX } from '../registers';
import { multiplyHigh } from '../wide';

@inline
function bits<T>(): u64 {
  return <u64>(sizeof<T>() << 3);
}

/** SF and ZF by the result, CF as given, the others 0. */
@inline
function flagsOf<T>(result: T, carryFlag: bool): void {
  const isEven = (popcnt<u32>((<u32>result) & 0xff) & 1) == 0;
  flagsExplicit<T>(result, <u64>carryFlag, 0, isEven ? FLIP_PARITY : 0);
}

export function andn<T, D, S>(r: usize): void {
  const result = <T>(~third<T>(r) & src<T, S>(r));
  write<T, Reg>(r, result);
  flagsOf<T>(result, false);
}

/** Mask of the lowest `count` bits; all when there are that many or more. */
@inline
function lowMask(count: u64): u64 {
  return count > 63 ? ~(<u64>0) : ((<u64>1) << count) - 1;
}

export function bextr<T, D, S>(r: usize): void {
  const a = <u64>src<T, S>(r);
  const control = <u64>third<T>(r);
  const start = control & 0xff;
  const length = (control >> 8) & 0xff;
  const result = <T>(start < bits<T>() ? (a >> start) & lowMask(length) : 0);
  write<T, Reg>(r, result);
  // SF is undefined: 0.
  flagsExplicit<u8>(result == 0 ? 0 : 1, 0, 0, result == 0 ? FLIP_PARITY : 0);
}

export function blsi<T, D, S>(r: usize): void {
  const a = src<T, S>(r);
  const result = <T>(a & (0 - a));
  write<T, Reg>(r, result);
  flagsOf<T>(result, a != 0);
}

export function blsmsk<T, D, S>(r: usize): void {
  const a = src<T, S>(r);
  const result = <T>(a ^ (a - 1));
  write<T, Reg>(r, result);
  flagsOf<T>(result, a == 0);
}

export function blsr<T, D, S>(r: usize): void {
  const a = src<T, S>(r);
  const result = <T>(a & (a - 1));
  write<T, Reg>(r, result);
  flagsOf<T>(result, a == 0);
}

/** Clears the bits from the index on; an index beyond the operand sets CF. */
export function bzhi<T, D, S>(r: usize): void {
  const a = <u64>src<T, S>(r);
  const index = (<u64>third<T>(r)) & 0xff;
  const result = <T>(a & lowMask(index));
  write<T, Reg>(r, result);
  flagsOf<T>(result, index >= bits<T>());
}

/** Product of rDX and the source: upper half to the destination, lower half to vvvv; one register for both gets the upper. */
export function mulx<T, D, S>(r: usize): void {
  const a = <u64>load<T>(RDX);
  const b = <u64>src<T, S>(r);
  const low = a * b;
  setThird<T>(r, <T>low);
  if (sizeof<T>() == 8) write<T, Reg>(r, <T>multiplyHigh(a, b));
  else write<T, Reg>(r, <T>(low >> 32));
}

/** Puts the low bits of `value` where `mask` has ones, from the lowest on. */
function deposit(value: u64, mask: u64): u64 {
  let result: u64 = 0;
  while (mask != 0) {
    if ((value & 1) != 0) result |= mask & (0 - mask);
    value >>= 1;
    mask &= mask - 1;
  }
  return result;
}

/** Collects the bits of `value` where `mask` has ones into the low bits. */
function extract(value: u64, mask: u64): u64 {
  let result: u64 = 0;
  let bit: u64 = 1;
  while (mask != 0) {
    if ((value & mask & (0 - mask)) != 0) result |= bit;
    bit <<= 1;
    mask &= mask - 1;
  }
  return result;
}

export function pdep<T, D, S>(r: usize): void {
  write<T, Reg>(r, <T>deposit(<u64>third<T>(r), <u64>src<T, S>(r)));
}

export function pext<T, D, S>(r: usize): void {
  write<T, Reg>(r, <T>extract(<u64>third<T>(r), <u64>src<T, S>(r)));
}

@inline
export function rorx<T, D, S>(r: usize): void {
  write<T, Reg>(r, <T>rotr<T>(src<T, S>(r), <T>imm<u8>(r)));
}

@inline
export function sarx<T, D, S>(r: usize): void {
  const a = signed<T>(src<T, S>(r));
  write<T, Reg>(r, <T>(a >> (<i64>((<u64>third<T>(r)) & (bits<T>() - 1)))));
}

@inline
export function shlx<T, D, S>(r: usize): void {
  write<T, Reg>(r, <T>((<u64>src<T, S>(r)) << ((<u64>third<T>(r)) & (bits<T>() - 1))));
}

@inline
export function shrx<T, D, S>(r: usize): void {
  write<T, Reg>(r, <T>((<u64>src<T, S>(r)) >> ((<u64>third<T>(r)) & (bits<T>() - 1))));
}
