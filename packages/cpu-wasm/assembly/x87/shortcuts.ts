// The usual case of x87 instructions, without the frame of exceptions.ts: no register is empty that should not be, or full, the
// numbers are normal or 0, and nothing but PE can be raised, which is masked. Then an instruction changes its result, the tags,
// TOP, PE and C1 in the status word, and the instruction pointer. Numbers are taken by their parts as they lie in a register.

import { EQUAL, GREATER, LESS, UNORDERED } from '../float/compare';
import { DOWN, NEAREST, PE, UP } from '../float/control';
import { EXTENDED_PRECISION, ROUNDED_UP, calculateShortly, isNormal, put } from '../float/extended';
import { cpu } from '../generated/state';
import { STATUS_C1, instructionPointer } from './exceptions';
import { TOP_MASK, TOP_SHIFT, physicalAt } from './registers';

/** PM and RC of the control word. */
const PRECISION_MASKED: u32 = 0x20;
const ROUNDING_CONTROL: u32 = 0xc00;

/** Whether rounding is to nearest, and nobody waits for inexact results. */
@inline
function isNearest(control: u32): bool {
  return (control & (ROUNDING_CONTROL | PRECISION_MASKED)) == PRECISION_MASKED;
}

/** Whether neither ST(a) nor ST(b) is empty. */
@inline
export function areFull(a: u32, b: u32): bool {
  const top = cpu.x87Status >> TOP_SHIFT;
  const tags = cpu.x87Tags;
  return ((tags >> ((top + a) & 7)) & (tags >> ((top + b) & 7)) & 1) != 0;
}

// Ends of instructions.

/** Leaves `changes`, PE and C1, in the status word, and pops. */
@inline
export function endWith(r: usize, changes: u32, pops: bool): void {
  let status = (cpu.x87Status & ~STATUS_C1) | changes;
  if (pops) {
    cpu.x87Tags &= ~((<u32>1) << ((status >> TOP_SHIFT) & 7));
    status = (status & ~TOP_MASK) | ((status + (1 << TOP_SHIFT)) & TOP_MASK);
  }
  cpu.x87Status = status;
  cpu.x87InstructionPointer = instructionPointer(r);
}

/** Pushes a number; ST(7) is empty. */
@inline
export function endWithPush(r: usize, bits: u64, upper: u32): void {
  const status = cpu.x87Status;
  const top = ((status >> TOP_SHIFT) - 1) & 7;
  put(physicalAt(top), bits, upper);
  cpu.x87Tags |= (<u32>1) << top;
  cpu.x87Status = (status & ~(TOP_MASK | STATUS_C1)) | (top << TOP_SHIFT);
  cpu.x87InstructionPointer = instructionPointer(r);
}

/** Calculates a op b for the number at `to`. 0: the case is not usual, and nothing has changed; else see `calculateShortly`. */
@inline
export function calculate(to: usize, operation: u32, aBits: u64, aUpper: u32, bBits: u64, bUpper: u32): u32 {
  const control = cpu.x87Control;
  if (!isNearest(control)) return 0;
  return calculateShortly(to, (control & EXTENDED_PRECISION) | operation, aBits, aUpper, bBits, bUpper);
}

/** Relation of two numbers, UNORDERED if they are not normal or 0. */
export function relationOf(aBits: u64, aUpper: u32, bBits: u64, bUpper: u32): u32 {
  const a = aUpper & 0x7fff;
  const b = bUpper & 0x7fff;
  if (!isNormal(aBits, a) && (aBits | a) != 0) return UNORDERED;
  if (!isNormal(bBits, b) && (bBits | b) != 0) return UNORDERED;
  if ((aBits | bBits) == 0) return EQUAL;
  if (((aUpper ^ bUpper) & 0x8000) != 0) return (aUpper & 0x8000) != 0 ? LESS : GREATER;
  if (a == b && aBits == bBits) return EQUAL;
  const isSmaller = a == b ? aBits < bBits : a < b;
  return isSmaller == ((aUpper & 0x8000) == 0) ? LESS : GREATER;
}

// Numbers of memory and their parts in a register.

/** Whether a double is normal or 0. */
@inline
export function isUsualDouble(bits: u64): bool {
  return ((<u32>(bits >> 52)) & 0x7ff) - 1 < 0x7fe || bits << 1 == 0;
}

@inline
export function significandOfDouble(bits: u64): u64 {
  return bits << 1 == 0 ? 0 : (bits << 11) | (1 << 63);
}

@inline
export function upperOfDouble(bits: u64): u32 {
  const sign = (<u32>(bits >> 48)) & 0x8000;
  return bits << 1 == 0 ? sign : sign | (((<u32>(bits >> 52)) & 0x7ff) + (16383 - 1023));
}

/** Whether a single is no denormal, which would be normal as a double. */
@inline
export function isUsualSingle(bits: u32): bool {
  return (bits & 0x7f800000) != 0 || bits << 1 == 0;
}

/** The double of the same value. Of a NaN it is one. */
@inline
export function doubleOf(bits: u32): u64 {
  return reinterpret<u64>(<f64>reinterpret<f32>(bits));
}

@inline
export function significandOfInteger(value: i64): u64 {
  const magnitude = <u64>(value < 0 ? 0 - value : value);
  // Of 0, clz gives 64, and a shift by that does nothing.
  return magnitude << clz<u64>(magnitude);
}

@inline
export function upperOfInteger(value: i64): u32 {
  if (value == 0) return 0;
  const magnitude = <u64>(value < 0 ? 0 - value : value);
  return ((<u32>(value >> 48)) & 0x8000) | (16383 + 63 - <u32>clz<u64>(magnitude));
}

/** The number that the last `narrows` or `integrates` has made, and what rounding did: PE and C1. */
export let narrowed: u64 = 0;
export let narrowedEffect: u32 = 0;

/** Rounds to `fractionBits` and a format with that `bias`, whose sign is bit `signPlace`. */
function narrows(bits: u64, upper: u32, fractionBits: u64, bias: i32, signPlace: u64): bool {
  const sign = (<u64>(upper >> 15)) << signPlace;
  narrowedEffect = 0;
  if ((bits | (upper & 0x7fff)) == 0) {
    narrowed = sign;
    return true;
  }
  const exponent = <i32>(upper & 0x7fff) - 16383 + bias;
  if (!isNearest(cpu.x87Control) || <u32>(exponent - 1) >= <u32>(2 * bias) || <i64>bits >= 0) return false;
  let value = ((<u64>exponent) << fractionBits) | ((bits << 1) >> (64 - fractionBits));
  const rest = bits << (fractionBits + 1);
  if (rest != 0) {
    narrowedEffect = PE;
    if (rest > 1 << 63 || (rest == 1 << 63 && (value & 1) != 0)) {
      narrowedEffect = PE | ROUNDED_UP;
      value++;
      if (value >> fractionBits > <u64>(2 * bias)) return false;
    }
  }
  narrowed = sign | value;
  return true;
}

export function narrowsToDouble(bits: u64, upper: u32): bool {
  return narrows(bits, upper, 52, 1023, 63);
}

export function narrowsToSingle(bits: u64, upper: u32): bool {
  return narrows(bits, upper, 23, 127, 31);
}

/** Rounds to an integer of `size` bits. */
export function integrates(bits: u64, upper: u32, size: u32, mode: u32): bool {
  narrowedEffect = 0;
  narrowed = 0;
  if ((bits | (upper & 0x7fff)) == 0) return true;
  const isNegative = (upper & 0x8000) != 0;
  const exponent = <i32>(upper & 0x7fff) - 16383;
  if (<i64>bits >= 0 || exponent == -16383 || exponent >= <i32>size - 1) return false;
  let whole: u64 = 0;
  let fraction: u64 = exponent == -1 ? bits : 1;
  if (exponent >= 0) {
    whole = bits >> (63 - exponent);
    fraction = bits << (exponent + 1);
  }
  if (fraction != 0) {
    if ((cpu.x87Control & PRECISION_MASKED) == 0) return false;
    narrowedEffect = PE;
    const half: u64 = 1 << 63;
    const grows =
      mode == NEAREST ? fraction > half || (fraction == half && (whole & 1) != 0) : mode == (isNegative ? DOWN : UP);
    if (grows) {
      narrowedEffect = PE | ROUNDED_UP;
      whole++;
      if (whole >> (size - 1) != 0) return false;
    }
  }
  narrowed = isNegative ? 0 - whole : whole;
  return true;
}
