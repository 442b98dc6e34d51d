// Loads of segment registers (SDM Vol. 2 MOV, POP, LDS/LES/LFS/LGS/LSS; Vol. 3A 5.4 to 5.7 for the checks, 3.4.4 for
// IA-32e mode). All checks come first; the accessed bit in memory is the last thing that can fault.

import { GP, NP, SS_VECTOR, UD } from '../generated/vectors';
import { fault, faultWithCode } from '../fault';
import {
  STEP_READ_STACK_DESCRIPTOR,
  STEP_STACK_NOT_PRESENT,
  STEP_STACK_SELECTOR_LIMIT,
  STEP_STACK_SELECTOR_NULL,
  STEP_STACK_TYPE,
} from '../generated/delivery';
import { cpu } from '../generated/state';
import { storeToStack } from '../implicit';
import { loadGuest } from '../memory';
import { is64BitMode, isProtectedMode, isVirtual8086, updateMode } from '../mode';
import { Mem, effectiveAddress, src, write, writeRegister } from '../operands';
import { ADDRESS_SHIFT, DST, SRC } from '../record';
import {
  CS,
  DS,
  ES,
  FS,
  GS,
  SEGMENT_BASE,
  SEGMENT_LIMIT,
  SEGMENT_RIGHTS,
  SEGMENT_SELECTOR,
  SS,
  segmentAt,
  segmentedAddress,
} from '../segment';
import { SHADOW_OF_STACK_LOAD, refreshAttention } from '../blocks';
import {
  NO_ADDRESS,
  SELECTOR_MASK,
  accessed,
  baseOf,
  descriptorAddress,
  dplOf,
  isCodeSegment,
  isConforming,
  isNull,
  isPresent,
  isReadable,
  isWritableData,
  limitOf,
  readDescriptor,
  rightsOf,
} from './descriptors';
import { movedStackPointer, peek } from './stack';
import { refuse } from './refuse';

/** Writes a whole segment register. The caller calls `updateMode`. */
export function setSegment(number: u32, selector: u32, base: u64, limit: u32, rights: u32): void {
  const segment = segmentAt(number);
  store<u32>(segment, selector, SEGMENT_SELECTOR);
  store<u64>(segment, base, SEGMENT_BASE);
  store<u32>(segment, limit, SEGMENT_LIMIT);
  store<u32>(segment, rights, SEGMENT_RIGHTS);
}

/** Writes a segment register from a code or data descriptor. */
export function setSegmentFrom(number: u32, selector: u32, descriptor: u64): void {
  setSegment(number, selector, baseOf(descriptor), limitOf(descriptor), rightsOf(descriptor));
}

/** Makes a segment register unusable (SDM Vol. 3A 5.4.1). FS and GS lose their base, as on Intel's processors. */
export function setNullSegment(number: u32, selector: u32): void {
  setSegment(number, selector, 0, 0, 0);
}

/** Real-address and virtual-8086 mode: base = selector * 16, everything else stays (SDM Vol. 3B 21.1.1). */
export function setRealSegment(number: u32, selector: u32): void {
  const segment = segmentAt(number);
  store<u32>(segment, selector, SEGMENT_SELECTOR);
  store<u64>(segment, (<u64>selector) << 4, SEGMENT_BASE);
}

/** Rights of every segment in virtual-8086 mode: present, DPL 3, writable data (SDM Vol. 3C 26.3.1.2). */
const VIRTUAL_8086_RIGHTS: u32 = 0xf3;

/** Loads a segment register on the way into virtual-8086 mode (SDM Vol. 3B 20.2.1). */
export function setVirtual8086Segment(number: u32, selector: u32): void {
  setSegment(number, selector, (<u64>selector) << 4, 0xffff, VIRTUAL_8086_RIGHTS);
}

/** Whether selectors name descriptors (and not paragraphs). */
@inline
export function usesDescriptors(): bool {
  return isProtectedMode() && !isVirtual8086();
}

/**
 * Checks a selector for SS at privilege level `cpl` and returns its descriptor (SDM Vol. 3A 5.7).
 * Illegal selectors raise `vector`, absent segments #SS, both with the selector and `ext` as error code.
 */
export function checkStackSegment(r: usize, selector: u32, cpl: u32, vector: u32, ext: u32): u64 {
  if (isNull(selector)) refuse(r, STEP_STACK_SELECTOR_NULL, vector, ext);
  const code = (selector & SELECTOR_MASK) | ext;
  const address = descriptorAddress(selector, 8);
  if (address == NO_ADDRESS) refuse(r, STEP_STACK_SELECTOR_LIMIT, vector, code);
  cpu.deliveryStep = STEP_READ_STACK_DESCRIPTOR;
  const descriptor = readDescriptor(r, address);
  const rights = rightsOf(descriptor);
  if ((selector & 3) != cpl || dplOf(rights) != cpl || !isWritableData(rights))
    refuse(r, STEP_STACK_TYPE, vector, code);
  if (!isPresent(rights)) refuse(r, STEP_STACK_NOT_PRESENT, SS_VECTOR, code);
  return descriptor;
}

/** Checks a selector for DS, ES, FS or GS, which must not be null, and returns its descriptor. */
function checkDataSegment(r: usize, selector: u32): u64 {
  const code = selector & SELECTOR_MASK;
  const address = descriptorAddress(selector, 8);
  if (address == NO_ADDRESS) faultWithCode(r, GP, code);
  const descriptor = readDescriptor(r, address);
  const rights = rightsOf(descriptor);
  if (!isReadable(rights)) faultWithCode(r, GP, code);
  if (!(isCodeSegment(rights) && isConforming(rights))) {
    const dpl = dplOf(rights);
    if ((selector & 3) > dpl || cpu.cpl > dpl) faultWithCode(r, GP, code);
  }
  if (!isPresent(rights)) faultWithCode(r, NP, code);
  return descriptor;
}

/** Loads ES, SS, DS, FS or GS by the rules of the current mode. Afterwards nothing of the instruction may fault. */
export function loadSegment(r: usize, number: u32, selector: u32): void {
  if (!usesDescriptors()) setRealSegment(number, selector);
  else if (isNull(selector)) {
    // A null SS is legal in 64-bit mode below CPL 3 (SDM Vol. 3A 5.4.1.1).
    if (number == SS && !(is64BitMode() && cpu.cpl != 3 && (selector & 3) == cpu.cpl)) faultWithCode(r, GP, 0);
    setNullSegment(number, selector);
  } else if (number == SS) {
    setSegmentFrom(number, selector, accessed(r, selector, checkStackSegment(r, selector, cpu.cpl, GP, 0)));
  } else setSegmentFrom(number, selector, accessed(r, selector, checkDataSegment(r, selector)));
  updateMode();
}

/** Interrupts and debug traps wait for the instruction after a load of SS by MOV or POP (SDM Vol. 3A 6.8.3). */
function shadowStackLoad(): void {
  cpu.interruptShadow = SHADOW_OF_STACK_LOAD;
  cpu.stepPending = 0;
  refreshAttention();
}

/** MOV Sreg, r/m16. CS and the encodings without a register are #UD. */
export function movToSegment<T, D, S>(r: usize): void {
  const number = <u32>load<u16>(r, DST);
  if (number == CS || number > GS) fault(r, UD);
  loadSegment(r, number, src<u16, S>(r));
  if (number == SS) shadowStackLoad();
}

/** MOV r/m16, Sreg: to a register zero-extended to the operand size, to memory 16 bits. */
export function movFromSegment<T, D>(r: usize): void {
  const number = <u32>load<u16>(r, SRC);
  if (number > GS) fault(r, UD);
  write<T, D>(r, <T>load<u32>(segmentAt(number), SEGMENT_SELECTOR));
}

/** PUSH Sreg: 16 bits of an operand-sized slot are the selector, the others are written as 0. */
export function pushSegment<T>(r: usize): void {
  const selector = load<u32>(segmentAt(load<u16>(r, DST)), SEGMENT_SELECTOR);
  storeToStack<T>(r, cpu.rsp - sizeof<T>(), <T>selector);
  cpu.rsp = movedStackPointer(-(<u64>sizeof<T>()));
}

/** POP Sreg. The stack pointer moves by the old stack's address size, before SS changes. */
export function popSegment<T>(r: usize): void {
  const number = <u32>load<u16>(r, DST);
  const selector = (<u32>peek<T>(r, 0)) & 0xffff;
  const stackPointer = movedStackPointer(sizeof<T>());
  loadSegment(r, number, selector);
  cpu.rsp = stackPointer;
  if (number == SS) shadowStackLoad();
}

/** Selector of a far pointer in memory, which follows an offset of type T. */
export function farPointerSelector<T, K>(r: usize): u32 {
  const shift = <u64>load<u8>(r, ADDRESS_SHIFT);
  const address = ((effectiveAddress(r) + sizeof<T>()) << shift) >> shift;
  if (sizeof<K>() == sizeof<Mem>()) return loadGuest<u16>(r, address);
  return loadGuest<u16>(r, segmentedAddress(r, address, 2, false));
}

@inline
function loadFarPointer<T, S>(r: usize, number: u32): void {
  const offset = src<T, S>(r);
  loadSegment(r, number, farPointerSelector<T, S>(r));
  writeRegister<T>(<usize>load<u16>(r, DST), offset);
}

export function les<T, D, S>(r: usize): void {
  loadFarPointer<T, S>(r, ES);
}

export function lds<T, D, S>(r: usize): void {
  loadFarPointer<T, S>(r, DS);
}

/** LSS inhibits nothing: one instruction loads both halves (SDM Vol. 3A 6.8.3). */
export function lss<T, D, S>(r: usize): void {
  loadFarPointer<T, S>(r, SS);
}

export function lfs<T, D, S>(r: usize): void {
  loadFarPointer<T, S>(r, FS);
}

export function lgs<T, D, S>(r: usize): void {
  loadFarPointer<T, S>(r, GS);
}
