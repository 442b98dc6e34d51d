// LAR, LSL, VERR, VERW and ARPL (SDM Vol. 2; Vol. 3A 5.10): questions about selectors, answered in ZF without a fault, except
// for faults of reading the operand or the descriptor table itself.

import { ZF } from '../generated/rflags';
import { readFlags, writeArithmeticFlags } from '../flags';
import { cpu } from '../generated/state';
import { RIGHTS_S, isLongMode } from '../mode';
import { dst, read, setDst, src, write } from '../operands';
import {
  CALL_GATE,
  CALL_GATE_16,
  LDT,
  NO_ADDRESS,
  TASK_GATE,
  TSS_16_AVAILABLE,
  TSS_AVAILABLE,
  TSS_BUSY,
  TYPE_MASK,
  descriptorAddress,
  dplOf,
  isCodeSegment,
  isConforming,
  isNull,
  isReadable,
  isWritableData,
  limitOf,
  readDescriptor,
  rightsOf,
} from './descriptors';

const TSS_16_BUSY: u32 = 3;
/** No descriptor that the program may know about. All zero is no valid descriptor. */
const INVISIBLE: u64 = 0;

function setZero(isSet: bool): void {
  const flags = readFlags();
  writeArithmeticFlags(isSet ? flags | ZF : flags & ~ZF);
}

/** The descriptor of `selector` if it exists and CPL and RPL may see it; conforming code is visible to all. */
function visibleDescriptor(r: usize, selector: u32): u64 {
  if (isNull(selector)) return INVISIBLE;
  const address = descriptorAddress(selector, 8);
  if (address == NO_ADDRESS) return INVISIBLE;
  const descriptor = readDescriptor(r, address);
  const rights = rightsOf(descriptor);
  if (isCodeSegment(rights) && isConforming(rights)) return descriptor;
  const dpl = dplOf(rights);
  return cpu.cpl > dpl || (selector & 3) > dpl ? INVISIBLE : descriptor;
}

/** Whether LSL (and LAR, which also takes gates) accepts a system descriptor type (SDM Vol. 2 tables 3-53, 3-56). */
function hasLimit(type: u32): bool {
  if (type == LDT || type == TSS_AVAILABLE || type == TSS_BUSY) return true;
  return !isLongMode() && (type == TSS_16_AVAILABLE || type == TSS_16_BUSY);
}

function isGateForLar(type: u32): bool {
  return type == CALL_GATE || (!isLongMode() && (type == CALL_GATE_16 || type == TASK_GATE));
}

/** Access rights: descriptor bits 63-32 without base and, in 16 bits, without the flags. */
export function lar<T, D, S>(r: usize): void {
  const descriptor = visibleDescriptor(r, src<u16, S>(r));
  const type = rightsOf(descriptor) & TYPE_MASK;
  const isSystem = (type & RIGHTS_S) == 0;
  const isValid = descriptor != INVISIBLE && (!isSystem || hasLimit(type) || isGateForLar(type));
  if (isValid) write<T, D>(r, <T>((descriptor >> 32) & (sizeof<T>() == 2 ? 0xff00 : 0x00f0ff00)));
  setZero(isValid);
}

/** Segment limit in bytes. */
export function lsl<T, D, S>(r: usize): void {
  const descriptor = visibleDescriptor(r, src<u16, S>(r));
  const type = rightsOf(descriptor) & TYPE_MASK;
  const isValid = descriptor != INVISIBLE && ((type & RIGHTS_S) != 0 || hasLimit(type));
  if (isValid) write<T, D>(r, <T>limitOf(descriptor));
  setZero(isValid);
}

export function verr<T, D>(r: usize): void {
  setZero(isReadable(rightsOf(visibleDescriptor(r, read<u16, D>(r)))));
}

export function verw<T, D>(r: usize): void {
  setZero(isWritableData(rightsOf(visibleDescriptor(r, read<u16, D>(r)))));
}

/** Raises the RPL of the destination to that of the source. */
export function arpl<T, D, S>(r: usize): void {
  const selector = dst<u16, D>(r);
  const rpl = <u16>(src<u16, S>(r) & 3);
  const isRaised = (selector & 3) < rpl;
  if (isRaised) setDst<u16, D>(r, (selector & 0xfffc) | rpl);
  setZero(isRaised);
}
