// PCMPESTRI, PCMPESTRM, PCMPISTRI, PCMPISTRM (SDM Vol. 1 12.9, Vol. 2B 4.1): the elements of two short strings are compared, the
// results aggregated to one bit per element of the second string, and given as an index or a mask. Strings end at their length in
// RAX and RDX (explicit), or at the first element that is 0 (implicit).

import { writeArithmeticFlags } from '../flags';
import { CF, OF, SF, ZF } from '../generated/rflags';
import { CpuState, cpu } from '../generated/state';
import { VECTOR_SCRATCH } from '../layout';
import { get, pair, set } from '../packed/lanes';
import { control, putRegister, sourceAt, target } from '../packed/operands';
import { PREFIXES, PREFIX_REX_W } from '../record';

const XMM0: usize = 0x400 + offsetof<CpuState>('xmm0Low');
const FIRST: usize = VECTOR_SCRATCH;
const SECOND: usize = VECTOR_SCRATCH + 16;

// Fields of the control byte.
const CONTROL_WORDS: u32 = 1;
const CONTROL_SIGNED: u32 = 2;
const EQUAL_ANY: u32 = 0;
const RANGES: u32 = 1;
const EQUAL_EACH: u32 = 2;
const CONTROL_NEGATE: u32 = 1 << 4;
const CONTROL_MASKED: u32 = 1 << 5;
/** Most significant index, or a mask of whole elements instead of bits. */
const CONTROL_OUTPUT: u32 = 1 << 6;

/** Element `at` of a string. */
function element(string: usize, at: u32, mode: u32): i32 {
  if ((mode & CONTROL_WORDS) != 0) {
    const word = load<u16>(string + (at << 1));
    return (mode & CONTROL_SIGNED) != 0 ? <i32>(<i16>word) : <i32>word;
  }
  const byte = load<u8>(string + at);
  return (mode & CONTROL_SIGNED) != 0 ? <i32>(<i8>byte) : <i32>byte;
}

/** Length in elements, by a register: its absolute value, at most `count`. */
function explicitLength(r: usize, register: u64, count: u32): u32 {
  const value: i64 = (load<u8>(r, PREFIXES) & PREFIX_REX_W) != 0 ? <i64>register : <i64>(<i32>register);
  const size: u64 = value < 0 ? 0 - <u64>value : <u64>value;
  return size < <u64>count ? <u32>size : count;
}

function implicitLength(string: usize, count: u32, mode: u32): u32 {
  let length: u32 = 0;
  while (length < count && element(string, length, mode) != 0) length++;
  return length;
}

/** IntRes1: one bit for each element of the second string. */
function aggregate(mode: u32, count: u32, firstLength: u32, secondLength: u32): u32 {
  const aggregation = (mode >> 2) & 3;
  let result: u32 = 0;
  for (let j: u32 = 0; j < count; j++) {
    let bit: bool = false;
    if (aggregation == EQUAL_ANY) {
      for (let i: u32 = 0; i < firstLength && j < secondLength; i++) {
        if (element(FIRST, i, mode) == element(SECOND, j, mode)) bit = true;
      }
    } else if (aggregation == RANGES) {
      for (let i: u32 = 0; i + 1 < firstLength && j < secondLength; i += 2) {
        const value = element(SECOND, j, mode);
        if (element(FIRST, i, mode) <= value && value <= element(FIRST, i + 1, mode)) bit = true;
      }
    } else if (aggregation == EQUAL_EACH) {
      const isInFirst = j < firstLength;
      const isInSecond = j < secondLength;
      // Behind the end of both, elements count as equal.
      bit = isInFirst && isInSecond ? element(FIRST, j, mode) == element(SECOND, j, mode) : isInFirst == isInSecond;
    } else {
      // Equal ordered: whether the first string begins here. Nothing is compared behind the end of the register.
      bit = true;
      for (let i: u32 = 0; i < firstLength && j + i < count; i++) {
        const k = j + i;
        if (k >= secondLength || element(FIRST, i, mode) != element(SECOND, k, mode)) bit = false;
      }
    }
    if (bit) result |= 1 << j;
  }
  return result;
}

/** Compares, sets the flags and returns IntRes2. */
function compare(r: usize, isExplicit: bool): u32 {
  const s = sourceAt(r, 16);
  set(FIRST, get(target(r)));
  set(SECOND, get(s));
  const mode = control(r);
  const count: u32 = (mode & CONTROL_WORDS) != 0 ? 8 : 16;
  const firstLength = isExplicit ? explicitLength(r, cpu.rax, count) : implicitLength(FIRST, count, mode);
  const secondLength = isExplicit ? explicitLength(r, cpu.rdx, count) : implicitLength(SECOND, count, mode);
  let result = aggregate(mode, count, firstLength, secondLength);
  if ((mode & CONTROL_NEGATE) != 0) {
    result ^= (1 << ((mode & CONTROL_MASKED) != 0 ? secondLength : count)) - 1;
  }
  writeArithmeticFlags(
    (result != 0 ? CF : 0) |
      (secondLength < count ? ZF : 0) |
      (firstLength < count ? SF : 0) |
      ((result & 1) != 0 ? OF : 0),
  );
  return result;
}

function compareToIndex(r: usize, isExplicit: bool): void {
  const result = compare(r, isExplicit);
  const mode = control(r);
  if (result == 0) cpu.rcx = (mode & CONTROL_WORDS) != 0 ? 8 : 16;
  else cpu.rcx = (mode & CONTROL_OUTPUT) != 0 ? <u64>(31 - clz<u32>(result)) : <u64>ctz<u32>(result);
}

function compareToMask(r: usize, isExplicit: bool): void {
  const result = compare(r, isExplicit);
  const mode = control(r);
  if ((mode & CONTROL_OUTPUT) == 0) {
    putRegister(r, XMM0, pair(<u64>result, 0));
    return;
  }
  for (let i: u32 = 0; i < 16; i++) {
    const bit = (mode & CONTROL_WORDS) != 0 ? i >> 1 : i;
    store<u8>(VECTOR_SCRATCH + i, <u8>(0 - ((result >> bit) & 1)));
  }
  putRegister(r, XMM0, get(VECTOR_SCRATCH));
}

export function pcmpestri(r: usize): void {
  compareToIndex(r, true);
}

export function pcmpestrm(r: usize): void {
  compareToMask(r, true);
}

export function pcmpistri(r: usize): void {
  compareToIndex(r, false);
}

export function pcmpistrm(r: usize): void {
  compareToMask(r, false);
}
