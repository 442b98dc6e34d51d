// Segment and gate descriptors in the GDT and LDT (SDM Vol. 3A 3.4.5 segment descriptors, 3.5 system descriptors, 5.8.3 call
// gates, 8.2 for the TSS). A descriptor is passed about as the 64-bit word that lies in memory; in IA-32e mode LDT, TSS and
// gate descriptors have a second one (SDM Vol. 3A 3.5.2, 5.8.3.1). Reads and writes are implicit supervisor accesses.

import { cpu } from '../generated/state';
import {
  RIGHTS_ACCESSED,
  RIGHTS_CODE,
  RIGHTS_DB,
  RIGHTS_DC,
  RIGHTS_G,
  RIGHTS_L,
  RIGHTS_P,
  RIGHTS_RW,
  RIGHTS_S,
  isLongMode,
} from '../mode';
import { loadSupervisor, storeSupervisor } from '../slow-memory';

/** No address: the selector lies outside its table. No table can end there, for it would wrap. */
export const NO_ADDRESS: u64 = ~(<u64>0);

/** S bit and type field of the rights. */
export const TYPE_MASK: u32 = 0x1f;
// System descriptor types (SDM Vol. 3A table 3-2); in IA-32e mode types 9 to 15 are the 64-bit forms.
export const TSS_16_AVAILABLE: u32 = 1;
export const LDT: u32 = 2;
export const CALL_GATE_16: u32 = 4;
export const TASK_GATE: u32 = 5;
export const INTERRUPT_GATE_16: u32 = 6;
export const TRAP_GATE_16: u32 = 7;
export const TSS_AVAILABLE: u32 = 9;
export const TSS_BUSY: u32 = 11;
export const CALL_GATE: u32 = 12;
export const INTERRUPT_GATE: u32 = 14;
export const TRAP_GATE: u32 = 15;
/** Bit of the type that marks a TSS as busy. */
export const TSS_BUSY_BIT: u32 = 2;

/** Selector bits 15-2, as error codes carry them (SDM Vol. 3A figure 6-7). */
export const SELECTOR_MASK: u32 = 0xfffc;
export const SELECTOR_TI: u32 = 4;

/** Descriptor bits 40-55 as segment registers keep them, limit nibble cleared. */
@inline
export function rightsOf(descriptor: u64): u32 {
  return (<u32>(descriptor >> 40)) & 0xf0ff;
}

/** Segment limit in bytes, inclusive. */
export function limitOf(descriptor: u64): u32 {
  const limit = ((<u32>descriptor) & 0xffff) | ((<u32>(descriptor >> 32)) & 0xf0000);
  return (rightsOf(descriptor) & RIGHTS_G) != 0 ? (limit << 12) | 0xfff : limit;
}

/** Segment base, bits 31-0. */
export function baseOf(descriptor: u64): u64 {
  return ((descriptor >> 16) & 0xffffff) | ((descriptor >> 56) << 24);
}

@inline
export function dplOf(rights: u32): u32 {
  return (rights >> 5) & 3;
}

@inline
export function isNull(selector: u32): bool {
  return (selector & SELECTOR_MASK) == 0;
}

@inline
export function isPresent(rights: u32): bool {
  return (rights & RIGHTS_P) != 0;
}

@inline
export function isCodeSegment(rights: u32): bool {
  return (rights & (RIGHTS_S | RIGHTS_CODE)) == (RIGHTS_S | RIGHTS_CODE);
}

@inline
export function isConforming(rights: u32): bool {
  return (rights & RIGHTS_DC) != 0;
}

@inline
export function isWritableData(rights: u32): bool {
  return (rights & (RIGHTS_S | RIGHTS_CODE | RIGHTS_RW)) == (RIGHTS_S | RIGHTS_RW);
}

/** Data segment, or code segment that may be read. */
@inline
export function isReadable(rights: u32): bool {
  return (rights & RIGHTS_S) != 0 && (rights & (RIGHTS_CODE | RIGHTS_RW)) != RIGHTS_CODE;
}

/** A code segment that IA-32e mode reserves: both L and D set (SDM Vol. 3A 5.2.1). */
@inline
export function isReservedCode(rights: u32): bool {
  return isLongMode() && (rights & (RIGHTS_L | RIGHTS_DB)) == (RIGHTS_L | RIGHTS_DB);
}

/** Linear address of an implicit access: 32 bits wide outside IA-32e mode. */
@inline
export function systemAddress(linear: u64): u64 {
  return isLongMode() ? linear : linear & 0xffffffff;
}

/** Linear address of the descriptor of `selector`, `bytes` long, or NO_ADDRESS when it is not wholly within its table. */
export function descriptorAddress(selector: u32, bytes: u32): u64 {
  const offset = selector & 0xfff8;
  const inLdt = (selector & SELECTOR_TI) != 0;
  if (inLdt && !isPresent(cpu.ldtrRights)) return NO_ADDRESS;
  const limit = inLdt ? <u64>cpu.ldtrLimit : cpu.gdtrLimit;
  if (<u64>offset + bytes - 1 > limit) return NO_ADDRESS;
  return systemAddress((inLdt ? cpu.ldtrBase : cpu.gdtrBase) + offset);
}

/** Reads the first word of the descriptor at `address`. */
@inline
export function readDescriptor(r: usize, address: u64): u64 {
  return loadSupervisor<u64>(r, address);
}

/**
 * Sets the accessed bit in the descriptor of `selector`, which was found before, if it is not set; returns the descriptor
 * with it (SDM Vol. 3A 3.4.5.1). The last thing of a load that may fault.
 */
export function accessed(r: usize, selector: u32, descriptor: u64): u64 {
  if ((rightsOf(descriptor) & RIGHTS_ACCESSED) != 0) return descriptor;
  storeSupervisor<u8>(r, descriptorAddress(selector, 8) + 5, (<u8>(descriptor >> 40)) | (<u8>RIGHTS_ACCESSED));
  return descriptor | ((<u64>RIGHTS_ACCESSED) << 40);
}
