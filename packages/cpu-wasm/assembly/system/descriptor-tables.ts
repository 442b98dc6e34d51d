// LGDT, LIDT, LLDT, LTR, their stores, and SMSW (SDM Vol. 2; Vol. 3A 2.4, 2.8.1). User-mode instruction prevention makes the
// stores #GP(0) above CPL 0 (SDM Vol. 3A 2.5 CR4.UMIP).

import { CR4_UMIP } from '../generated/control';
import { GP, NP } from '../generated/vectors';
import { faultWithCode } from '../fault';
import { cpu } from '../generated/state';
import { loadGuest, storeGuest } from '../memory';
import { isLongMode } from '../mode';
import { Mem, effectiveAddress, read, write } from '../operands';
import { LDTR, TR, segmentedAddress } from '../segment';
import { isCanonical, probeWrite, storeSupervisor } from '../slow-memory';
import {
  LDT,
  NO_ADDRESS,
  SELECTOR_MASK,
  SELECTOR_TI,
  TSS_16_AVAILABLE,
  TSS_AVAILABLE,
  TSS_BUSY_BIT,
  TYPE_MASK,
  baseOf,
  descriptorAddress,
  isNull,
  isPresent,
  limitOf,
  readDescriptor,
  rightsOf,
} from './descriptors';
import { setNullSegment, setSegment } from './segment-load';

/** Bytes of a base in a pseudo-descriptor: 8 in 64-bit mode, else 4 (SDM Vol. 3A figure 2-6). */
@inline
function baseBytes<T>(): u32 {
  return sizeof<T>() == 8 ? 8 : 4;
}

@inline
function pseudoDescriptor<T, K>(r: usize, isWrite: bool): u64 {
  const offset = effectiveAddress(r);
  return sizeof<K>() == sizeof<Mem>() ? offset : segmentedAddress(r, offset, 2 + baseBytes<T>(), isWrite);
}

/** A 16-bit operand size loads only 24 bits of the base. */
@inline
function loadBase<T>(r: usize, linear: u64): u64 {
  if (sizeof<T>() == 8) {
    const base = loadGuest<u64>(r, linear + 2);
    if (!isCanonical(base)) faultWithCode(r, GP, 0);
    return base;
  }
  const base = <u64>loadGuest<u32>(r, linear + 2);
  return sizeof<T>() == 2 ? base & 0xffffff : base;
}

export function lgdt<T, D>(r: usize): void {
  const linear = pseudoDescriptor<T, D>(r, false);
  const limit = <u64>loadGuest<u16>(r, linear);
  cpu.gdtrBase = loadBase<T>(r, linear);
  cpu.gdtrLimit = limit;
}

export function lidt<T, D>(r: usize): void {
  const linear = pseudoDescriptor<T, D>(r, false);
  const limit = <u64>loadGuest<u16>(r, linear);
  cpu.idtrBase = loadBase<T>(r, linear);
  cpu.idtrLimit = limit;
}

@inline
function requireStoreAllowed(r: usize): void {
  if ((cpu.cr4 & CR4_UMIP) != 0 && cpu.cpl != 0) faultWithCode(r, GP, 0);
}

@inline
function storeTable<T, D>(r: usize, limit: u64, base: u64): void {
  requireStoreAllowed(r);
  const linear = pseudoDescriptor<T, D>(r, true);
  probeWrite(r, linear, 2 + baseBytes<T>());
  storeGuest<u16>(r, linear, <u16>limit);
  if (sizeof<T>() == 8) storeGuest<u64>(r, linear + 2, base);
  else storeGuest<u32>(r, linear + 2, <u32>base);
}

export function sgdt<T, D>(r: usize): void {
  storeTable<T, D>(r, cpu.gdtrLimit, cpu.gdtrBase);
}

export function sidt<T, D>(r: usize): void {
  storeTable<T, D>(r, cpu.idtrLimit, cpu.idtrBase);
}

export function sldt<T, D>(r: usize): void {
  requireStoreAllowed(r);
  write<T, D>(r, <T>cpu.ldtrSelector);
}

export function str<T, D>(r: usize): void {
  requireStoreAllowed(r);
  write<T, D>(r, <T>cpu.trSelector);
}

/** SMSW r32/r64 stores more than the defined 16 bits, as processors do. */
export function smsw<T, D>(r: usize): void {
  requireStoreAllowed(r);
  write<T, D>(r, <T>cpu.cr0);
}

/** Address of the system descriptor that LLDT or LTR loads: in the GDT, 16 bytes in IA-32e mode. */
function systemDescriptorAddress(r: usize, selector: u32): u64 {
  const code = selector & SELECTOR_MASK;
  if ((selector & SELECTOR_TI) != 0) faultWithCode(r, GP, code);
  const address = descriptorAddress(selector, isLongMode() ? 16 : 8);
  if (address == NO_ADDRESS) faultWithCode(r, GP, code);
  return address;
}

/** Base of a system segment; IA-32e mode takes bits 63-32 from the second word, whose type field must be 0. */
function systemBase(r: usize, selector: u32, address: u64, descriptor: u64): u64 {
  const low = baseOf(descriptor);
  if (!isLongMode()) return low;
  const upper = readDescriptor(r, address + 8);
  const base = low | (upper << 32);
  if (((upper >> 40) & TYPE_MASK) != 0 || !isCanonical(base)) faultWithCode(r, GP, selector & SELECTOR_MASK);
  return base;
}

/** A null selector makes LDTR unusable. */
export function lldt<T, D>(r: usize): void {
  const selector = <u32>read<u16, D>(r);
  if (isNull(selector)) {
    setNullSegment(LDTR, selector);
    return;
  }
  const address = systemDescriptorAddress(r, selector);
  const descriptor = readDescriptor(r, address);
  const rights = rightsOf(descriptor);
  const code = selector & SELECTOR_MASK;
  if ((rights & TYPE_MASK) != LDT) faultWithCode(r, GP, code);
  if (!isPresent(rights)) faultWithCode(r, NP, code);
  setSegment(LDTR, selector, systemBase(r, selector, address, descriptor), limitOf(descriptor), rights);
}

/** Marks the TSS descriptor busy in memory; a busy one is refused. */
export function ltr<T, D>(r: usize): void {
  const selector = <u32>read<u16, D>(r);
  if (isNull(selector)) faultWithCode(r, GP, 0);
  const address = systemDescriptorAddress(r, selector);
  const descriptor = readDescriptor(r, address);
  const rights = rightsOf(descriptor);
  const type = rights & TYPE_MASK;
  const code = selector & SELECTOR_MASK;
  if (type != TSS_AVAILABLE && (type != TSS_16_AVAILABLE || isLongMode())) faultWithCode(r, GP, code);
  if (!isPresent(rights)) faultWithCode(r, NP, code);
  const base = systemBase(r, selector, address, descriptor);
  storeSupervisor<u8>(r, address + 5, <u8>(rights | TSS_BUSY_BIT));
  setSegment(TR, selector, base, limitOf(descriptor), rights | TSS_BUSY_BIT);
}
