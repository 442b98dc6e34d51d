// Memory operands that no ModRM byte names: the stack, the strings at rSI and rDI, the table of XLAT. A stack access outside
// the canonical range or the limit of SS raises #SS(0), whatever segment the instruction's other operand uses
// (SDM Vol. 1 6.2.3, 6.2.4; Vol. 3A 6.15 "Interrupt 12").

import { SS_VECTOR } from './generated/vectors';
import { faultWithCode } from './fault';
import { cpu } from './generated/state';
import { PAGE_BYTES } from './layout';
import { loadGuest, storeGuest } from './memory';
import { MODE_FLAT_SHIFT, is64BitMode, stackFlat, stackKept, stackMask } from './mode';
import { SS, checkSegment } from './segment';
import { isCanonical } from './slow-memory';
import { ENTRY_ADDEND, INDEX_MASK, INDEX_SHIFT, readTable, writeTable } from './tlb';

/** Whether accesses through a segment need no base and no limit check. */
@inline
export function isFlatSegment(number: u32): bool {
  return ((cpu.modeKey >> (MODE_FLAT_SHIFT + number)) & 1) != 0;
}

/** Linear address of `offset`, already cut to the address size, in a segment. */
@inline
export function implicitAddress(r: usize, segment: u32, offset: u64, sizeBytes: u32, isWrite: bool): u64 {
  return isFlatSegment(segment) ? offset : checkSegment(r, segment, offset, sizeBytes, isWrite);
}

// Stack operands of 64 bits exist in 64-bit mode only, where the stack is flat and RSP is used whole: for them, the following
// fold to plain 64-bit arithmetic.

/** The stack pointer for an operand of T: RSP, ESP or SP by the size of the stack. */
@inline
export function stackPointer<T>(): u64 {
  return sizeof<T>() == 8 ? cpu.rsp : cpu.rsp & stackMask;
}

/** Sets as much of RSP as the stack pointer has. */
@inline
export function setStackPointer<T>(value: u64): void {
  if (sizeof<T>() == 8) cpu.rsp = value;
  else cpu.rsp = (cpu.rsp & stackKept) | (value & stackMask);
}

/** RBP as an address on the stack. */
@inline
export function framePointer<T>(): u64 {
  return sizeof<T>() == 8 ? cpu.rbp : cpu.rbp & stackMask;
}

/** Linear address of a stack access. `pointer` may have bits above the stack's size. */
@inline
export function stackAddress<T>(r: usize, pointer: u64, isWrite: bool): u64 {
  if (sizeof<T>() == 8) return pointer;
  const offset = pointer & stackMask;
  return stackFlat ? offset : checkSegment(r, SS, offset, sizeof<T>(), isWrite);
}

function checkStackCanonical(r: usize, linear: u64, sizeBytes: u32): void {
  if (!is64BitMode() || (isCanonical(linear) && isCanonical(linear + sizeBytes - 1))) return;
  faultWithCode(r, SS_VECTOR, 0);
}

function storeStackMissed<T>(r: usize, linear: u64, value: T): void {
  checkStackCanonical(r, linear, sizeof<T>());
  storeGuest<T>(r, linear, value);
}

function loadStackMissed<T>(r: usize, linear: u64): T {
  checkStackCanonical(r, linear, sizeof<T>());
  return loadGuest<T>(r, linear);
}

/** Stores where `pointer` points, which the caller makes the stack pointer afterwards. */
@inline
export function storeToStack<T>(r: usize, pointer: u64, value: T): void {
  const linear = stackAddress<T>(r, pointer, true);
  const entry = writeTable + (((<usize>linear) >> INDEX_SHIFT) & INDEX_MASK);
  const offset = linear ^ load<u64>(entry);
  if (offset <= PAGE_BYTES - sizeof<T>()) {
    store<T>(<usize>linear + <usize>load<u32>(entry, ENTRY_ADDEND), value, 0, 1);
  } else storeStackMissed<T>(r, linear, value);
}

@inline
export function loadFromStack<T>(r: usize, pointer: u64): T {
  const linear = stackAddress<T>(r, pointer, false);
  const entry = readTable + (((<usize>linear) >> INDEX_SHIFT) & INDEX_MASK);
  const offset = linear ^ load<u64>(entry);
  return offset <= PAGE_BYTES - sizeof<T>()
    ? load<T>(<usize>linear + <usize>load<u32>(entry, ENTRY_ADDEND), 0, 1)
    : loadStackMissed<T>(r, linear);
}

/** Host address of the byte at `linear` if the fast TLB holds its page, else 0. The whole page is then plain RAM. */
@inline
export function directHost(table: usize, linear: u64): usize {
  const entry = table + (((<usize>linear) >> INDEX_SHIFT) & INDEX_MASK);
  const offset = linear ^ load<u64>(entry);
  return offset < PAGE_BYTES ? <usize>linear + <usize>load<u32>(entry, ENTRY_ADDEND) : 0;
}
