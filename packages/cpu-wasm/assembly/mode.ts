// The mode key: everything outside the instruction bytes that decoding depends on. Blocks are found by RIP, page offset, frame and
// key, so code that runs in several modes is decoded once for each. `updateMode` must be called after every change of CPL, a segment
// register, CR0, CR4, XCR0, EFER, RFLAGS.VM or RFLAGS.AC (SDM Vol. 3A 3.1.1 IA-32e submodes, 3.4.5 descriptors).

import { AC, VM } from './generated/rflags';
import {
  CR0_AM,
  CR0_EM,
  CR0_PE,
  CR0_TS,
  CR4_OSFXSR,
  CR4_OSXSAVE,
  CR4_SMAP,
  EFER_LMA,
  XCR0_AVX,
  XCR0_SSE,
} from './generated/control';
import { numberOfLimit } from './code-limits';
import { cpu } from './generated/state';
import { nextGeneration, BANK_SUPERVISOR, BANK_SUPERVISOR_SMAP, BANK_USER, BANK_USER_ALIGNED, selectBank } from './tlb';

/** Bits 0-1: default operand and address size. */
export const MODE_SIZE_MASK: u32 = 3;
export const MODE_16: u32 = 0;
export const MODE_32: u32 = 1;
export const MODE_64: u32 = 2;
/** SS.B: the stack pointer is ESP (else SP) outside 64-bit mode. */
export const MODE_STACK_32: u32 = 1 << 2;
/** Segments whose base is 0 and whose limit is 4 GiB, readable and writable: accesses need no check. Bit 8 + number. */
export const MODE_FLAT_SHIFT: u32 = 8;
/** The bit of SS. */
const FLAT_STACK: u32 = 4 << MODE_FLAT_SHIFT;
/** CPL in bits 4-5. */
export const MODE_CPL_SHIFT: u32 = 4;
export const MODE_PROTECTED: u32 = 1 << 6;
export const MODE_VIRTUAL_8086: u32 = 1 << 7;
/** CR0.EM, CR0.TS, CR4.OSFXSR: whether instructions of the extended states are #UD or #NM is settled when they are decoded. */
export const MODE_EMULATION: u32 = 1 << 14;
export const MODE_TASK_SWITCHED: u32 = 1 << 15;
export const MODE_SSE: u32 = 1 << 16;
/** CR4.OSXSAVE, and XCR0 enables SSE and AVX state. */
export const MODE_AVX: u32 = 1 << 17;
/** CS has base 0 and a limit of 4 GiB: RIP is the linear address, and no branch can leave the segment. */
export const MODE_FLAT_CODE: u32 = 1 << 18;
/** Bits 19-26: number of the limit of CS, see code-limits.ts; 0 in 64-bit mode. */
const MODE_LIMIT_SHIFT: u32 = 19;

// Descriptor rights as kept in the state: bits 40-55 of the descriptor, shifted down (SDM Vol. 3A 3.4.5).
export const RIGHTS_ACCESSED: u32 = 1;
/** Data: writable. Code: readable. */
export const RIGHTS_RW: u32 = 1 << 1;
/** Data: expand down. Code: conforming. */
export const RIGHTS_DC: u32 = 1 << 2;
export const RIGHTS_CODE: u32 = 1 << 3;
/** Code or data (not a system descriptor). */
export const RIGHTS_S: u32 = 1 << 4;
export const RIGHTS_DPL_SHIFT: u32 = 5;
export const RIGHTS_P: u32 = 1 << 7;
export const RIGHTS_L: u32 = 1 << 13;
export const RIGHTS_DB: u32 = 1 << 14;
export const RIGHTS_G: u32 = 1 << 15;

/** Mask of the stack pointer: all bits, 32 or 16. */
export let stackMask: u64 = ~(<u64>0);
/**
 * What stays of RSP when the stack pointer is written. The upper half is undefined outside 64-bit mode (SDM Vol. 1 3.4.1.1): ESP
 * clears it, like any register of 32 bits.
 */
export let stackKept: u64 = 0;
/** Base of SS as pushes and pops add it: 0 in 64-bit mode. */
export let stackBase: u64 = 0;
/** SS is flat: pushes and pops need no limit check. */
export let stackFlat: bool = true;
/** Base of CS as fetches add it: 0 in 64-bit mode. */
export let codeBase: u64 = 0;
/** Mask of RIP: all bits, or 32 outside 64-bit mode. */
export let ripMask: u64 = ~(<u64>0);

@inline
export function isLongMode(): bool {
  return (cpu.efer & EFER_LMA) != 0;
}

@inline
export function is64BitMode(): bool {
  return (cpu.modeKey & MODE_SIZE_MASK) == MODE_64;
}

@inline
export function isProtectedMode(): bool {
  return (cpu.modeKey & MODE_PROTECTED) != 0;
}

@inline
export function isVirtual8086(): bool {
  return (cpu.modeKey & MODE_VIRTUAL_8086) != 0;
}

/**
 * Whether code of the current mode is translated: 64-bit code, and 32-bit code of protected mode whose code and stack segments are
 * flat. The mode key tells all of that, so a region, whose blocks have one key, needs no look at segments.
 */
export function isTranslatable(): bool {
  const key = cpu.modeKey;
  if ((key & MODE_SIZE_MASK) == MODE_64) return true;
  const flat = MODE_PROTECTED | MODE_STACK_32 | MODE_FLAT_CODE | FLAT_STACK;
  return (key & (MODE_SIZE_MASK | MODE_VIRTUAL_8086 | flat)) == (MODE_32 | flat);
}

/** 1 when the segment needs no checks: base 0, limit 4 GiB, readable and (for data) writable, not expand-down. */
function isFlat(base: u64, limit: u32, rights: u32): u32 {
  if (base != 0 || limit != 0xffffffff || (rights & RIGHTS_P) == 0) return 0;
  if ((rights & RIGHTS_CODE) != 0) return 0;
  return <u32>((rights & (RIGHTS_RW | RIGHTS_DC)) == RIGHTS_RW);
}

/** Recomputes the mode key and all that hangs on it. */
export function updateMode(): void {
  const isLong = isLongMode();
  const rights = cpu.csRights;
  const isVm = (cpu.flagsSystem & VM) != 0;
  const is64 = isLong && (rights & RIGHTS_L) != 0;
  // The same RIP means another address now.
  if (codeBase != (is64 ? 0 : cpu.csBase)) nextGeneration();
  let key: u32 = is64 ? MODE_64 : (rights & RIGHTS_DB) != 0 ? MODE_32 : MODE_16;
  key |= cpu.cpl << MODE_CPL_SHIFT;
  if ((cpu.cr0 & CR0_PE) != 0) key |= MODE_PROTECTED;
  if (isVm) key |= MODE_VIRTUAL_8086;
  if (is64) {
    // ES, CS, SS and DS have base 0 and no limit in 64-bit mode (SDM Vol. 1 3.4.2.1).
    key |= (0b001111 << MODE_FLAT_SHIFT) | MODE_FLAT_CODE;
    stackMask = ~(<u64>0);
    stackKept = 0;
    stackBase = 0;
    stackFlat = true;
    codeBase = 0;
    ripMask = ~(<u64>0);
  } else {
    const stackIs32 = (cpu.ssRights & RIGHTS_DB) != 0;
    if (stackIs32) key |= MODE_STACK_32;
    if (cpu.csBase == 0 && cpu.csLimit == 0xffffffff) key |= MODE_FLAT_CODE;
    key |= numberOfLimit(cpu.csLimit) << MODE_LIMIT_SHIFT;
    key |= isFlat(cpu.esBase, cpu.esLimit, cpu.esRights) << MODE_FLAT_SHIFT;
    key |= isFlat(cpu.ssBase, cpu.ssLimit, cpu.ssRights) << (MODE_FLAT_SHIFT + 2);
    key |= isFlat(cpu.dsBase, cpu.dsLimit, cpu.dsRights) << (MODE_FLAT_SHIFT + 3);
    key |= isFlat(cpu.fsBase, cpu.fsLimit, cpu.fsRights) << (MODE_FLAT_SHIFT + 4);
    key |= isFlat(cpu.gsBase, cpu.gsLimit, cpu.gsRights) << (MODE_FLAT_SHIFT + 5);
    stackMask = stackIs32 ? 0xffffffff : 0xffff;
    stackKept = stackIs32 ? 0 : ~(<u64>0xffff);
    stackBase = cpu.ssBase;
    stackFlat = (key & FLAT_STACK) != 0 && stackIs32;
    codeBase = cpu.csBase;
    ripMask = 0xffffffff;
  }
  if ((cpu.cr0 & CR0_EM) != 0) key |= MODE_EMULATION;
  if ((cpu.cr0 & CR0_TS) != 0) key |= MODE_TASK_SWITCHED;
  if ((cpu.cr4 & CR4_OSFXSR) != 0) key |= MODE_SSE;
  const vectorStates = XCR0_SSE | XCR0_AVX;
  if ((cpu.cr4 & CR4_OSXSAVE) != 0 && (cpu.xcr0 & vectorStates) == vectorStates) key |= MODE_AVX;
  cpu.modeKey = key;
  // SMAP: explicit supervisor accesses see user pages only with RFLAGS.AC = 1 (SDM Vol. 3A 4.6.1).
  const smap = (cpu.cr4 & CR4_SMAP) != 0 && (cpu.flagsSystem & AC) == 0;
  const aligned = (cpu.cr0 & CR0_AM) != 0 && (cpu.flagsSystem & AC) != 0;
  selectBank(cpu.cpl == 3 ? (aligned ? BANK_USER_ALIGNED : BANK_USER) : smap ? BANK_SUPERVISOR_SMAP : BANK_SUPERVISOR);
}
