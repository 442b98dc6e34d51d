// The page walk (SDM Vol. 3A 4.3 32-bit, 4.4 PAE, 4.5 4-level paging): translation, rights combined over the levels,
// reserved bits, accessed and dirty flags written to guest memory. Protection keys, 5-level paging and EPT are not modelled;
// memory types are ignored.

import { AC } from './generated/rflags';
import {
  CR0_PG,
  CR0_WP,
  CR4_PAE,
  CR4_PGE,
  CR4_PSE,
  CR4_SMAP,
  CR4_SMEP,
  EFER_NXE,
  PHYSICAL_ADDRESS_BITS,
  PTE_A,
  PTE_D,
  PTE_G,
  PTE_P,
  PTE_PS,
  PTE_RW,
  PTE_US,
  PTE_XD,
} from './generated/control';
import { GP } from './generated/vectors';
import { faultWithCode, pageFault } from './fault';
import { cpu } from './generated/state';
import { noteWrite } from './blocks';
import { ramBase, ramBytes } from './layout';
import {
  RIGHT_DIRTY,
  RIGHT_GLOBAL,
  RIGHT_LARGE,
  RIGHT_NO_EXECUTE,
  RIGHT_USER,
  RIGHT_WRITE,
} from './generated/translations';
import { isLongMode } from './mode';
import { foundPhysical, foundRights, insertSecond, lookupSecond, setFound } from './tlb';

/** Address bits that must be 0 in a 64-bit paging-structure entry. */
const RESERVED_ADDRESS: u64 = 0x000fffffffffffff & ~(((<u64>1) << PHYSICAL_ADDRESS_BITS) - 1);
const ADDRESS: u64 = 0x000ffffffffff000;

/** An entry that leads to a table and takes away neither writing nor execution: present, accessed, nothing reserved. */
const USUAL: u64 = PTE_P | PTE_RW | PTE_A;
const USUAL_MASK: u64 = USUAL | PTE_PS | PTE_XD | RESERVED_ADDRESS;

// Page-fault error code (SDM Vol. 3A 4.7).
const CODE_P: u32 = 1;
const CODE_W: u32 = 2;
const CODE_U: u32 = 4;
const CODE_RSVD: u32 = 8;
const CODE_I: u32 = 16;

export const ACCESS_READ: u32 = 0;
export const ACCESS_WRITE: u32 = 1;
export const ACCESS_EXECUTE: u32 = 2;

/** Who accesses: the program at its CPL, or the processor itself (descriptor tables, TSS, delivery). */
export const AS_CURRENT: u32 = 0;
export const AS_SUPERVISOR: u32 = 1;
export const AS_USER: u32 = 2;

function readEntry64(physical: u64): u64 {
  return physical + 8 <= <u64>ramBytes ? load<u64>(ramBase + <usize>physical) : ~(<u64>0);
}

function readEntry32(physical: u64): u32 {
  return physical + 4 <= <u64>ramBytes ? load<u32>(ramBase + <usize>physical) : ~(<u32>0);
}

/** Sets bits of an entry in guest memory; code that was decoded from these bytes is forgotten. */
function setEntryBits(physical: u64, bits: u8): void {
  const host = ramBase + <usize>physical;
  store<u8>(host, load<u8>(host) | bits);
  noteWrite(<u32>physical, 1);
}

/** PAE paging: loads the four PDPTE registers, #GP(0) on reserved bits (SDM Vol. 3A 4.4.1). */
export function loadPdptes(r: usize, cr3: u64): void {
  const table = cr3 & 0xffffffe0;
  for (let i: u64 = 0; i < 4; i++) {
    const entry = readEntry64(table + i * 8);
    if ((entry & PTE_P) != 0 && (entry & (RESERVED_ADDRESS | 0xfff00000000001e6)) != 0) faultWithCode(r, GP, 0);
  }
  cpu.pdpte0 = readEntry64(table);
  cpu.pdpte1 = readEntry64(table + 8);
  cpu.pdpte2 = readEntry64(table + 16);
  cpu.pdpte3 = readEntry64(table + 24);
}

@inline
function isUser(who: u32): bool {
  return who == AS_CURRENT ? cpu.cpl == 3 : who == AS_USER;
}

/** Whether rights allow the access (SDM Vol. 3A 4.6.1). */
function isAllowed(rights: u32, access: u32, who: u32): bool {
  if (isUser(who)) {
    if ((rights & RIGHT_USER) == 0) return false;
    if (access == ACCESS_WRITE) return (rights & RIGHT_WRITE) != 0;
    return access != ACCESS_EXECUTE || (rights & RIGHT_NO_EXECUTE) == 0;
  }
  const isUserPage = (rights & RIGHT_USER) != 0;
  if (access == ACCESS_EXECUTE) {
    return (rights & RIGHT_NO_EXECUTE) == 0 && !(isUserPage && (cpu.cr4 & CR4_SMEP) != 0);
  }
  if (isUserPage && (cpu.cr4 & CR4_SMAP) != 0) {
    // Implicit accesses ignore RFLAGS.AC when they happen at CPL 3; delivery is treated as implicit too.
    const isExplicit = who == AS_CURRENT;
    if (!isExplicit || (cpu.flagsSystem & AC) == 0) return false;
  }
  return access != ACCESS_WRITE || (rights & RIGHT_WRITE) != 0 || (cpu.cr0 & CR0_WP) == 0;
}

function errorCode(isPresent: bool, isReserved: bool, access: u32, who: u32): u32 {
  let code: u32 = isPresent ? CODE_P : 0;
  if (access == ACCESS_WRITE) code |= CODE_W;
  if (isUser(who)) code |= CODE_U;
  if (isReserved) code |= CODE_RSVD;
  const reportsFetch = (cpu.cr4 & CR4_SMEP) != 0 || ((cpu.efer & EFER_NXE) != 0 && (cpu.cr4 & CR4_PAE) != 0);
  if (access == ACCESS_EXECUTE && reportsFetch) code |= CODE_I;
  return code;
}

/**
 * Translates a canonical linear address for an access. On success the 4 KiB page's physical address and rights are in
 * `foundPhysical` and `foundRights`; otherwise raises #PF at the instruction of `r` and does not return.
 */
export function translate(r: usize, linear: u64, access: u32, who: u32): void {
  const code = find(linear, access, who);
  if (code != FOUND) pageFault(r, linear, code);
}

/** Result of a walk that ends at a page. */
export const FOUND: u32 = 0xffffffff;
/** Result of a walk that would have to set a flag of an entry, and must not. */
const NOT_ACCESSED: u32 = 0xfffffffe;
/** The walk in hand must not change anything that the guest can see. */
let isQuiet: bool = false;

/** As `translate`, but returns FOUND or the error code of the page fault. */
export function find(linear: u64, access: u32, who: u32): u32 {
  if ((cpu.cr0 & CR0_PG) == 0) {
    setFound(linear & 0xfffff000, RIGHT_WRITE | RIGHT_USER | RIGHT_DIRTY);
    return FOUND;
  }
  if (lookupSecond(linear) && isAllowed(foundRights, access, who)) {
    if (access != ACCESS_WRITE || (foundRights & RIGHT_DIRTY) != 0) return FOUND;
  }
  const code = walk(linear, access, who);
  if (code == FOUND) insertSecond(linear, foundPhysical, foundRights);
  return code;
}

/**
 * As `find`, for an access that has not happened yet and perhaps never will: changes nothing, not even the TLB, and finds nothing where
 * an accessed or dirty flag would have to be set.
 */
export function findQuietly(linear: u64, access: u32, who: u32): bool {
  if ((cpu.cr0 & CR0_PG) == 0) return find(linear, access, who) == FOUND;
  if (lookupSecond(linear) && isAllowed(foundRights, access, who)) return true;
  isQuiet = true;
  const code = walk(linear, access, who);
  isQuiet = false;
  return code == FOUND;
}

/** Whether an access would succeed; changes nothing that the guest can see except accessed and dirty flags. */
export function isAccessible(linear: u64, access: u32, who: u32): bool {
  if ((cpu.cr0 & CR0_PG) == 0) return true;
  if (lookupSecond(linear) && isAllowed(foundRights, access, who)) return true;
  return walk(linear, access, who) == FOUND;
}

/** Walks the tables. Returns FOUND and sets `found...`, or the error code of the page fault. */
function walk(linear: u64, access: u32, who: u32): u32 {
  if (isLongMode()) return walkLong(linear, access, who);
  if ((cpu.cr4 & CR4_PAE) != 0) {
    const index = (<u32>(linear >> 30)) & 3;
    const pdpte = index == 0 ? cpu.pdpte0 : index == 1 ? cpu.pdpte1 : index == 2 ? cpu.pdpte2 : cpu.pdpte3;
    if ((pdpte & PTE_P) == 0) return errorCode(false, false, access, who);
    return walk64(linear, pdpte & ADDRESS, 21, RIGHT_WRITE | RIGHT_USER, access, who);
  }
  return walk32(linear, access, who);
}

/** 4-level paging: past entries of the usual kind quickly; from the first other one, and at the page, with all that may be. */
function walkLong(linear: u64, access: u32, who: u32): u32 {
  let rights = RIGHT_WRITE | RIGHT_USER;
  let table = cpu.cr3 & ADDRESS;
  let shift: u64 = 39;
  for (; shift != 12; shift -= 9) {
    const at = table + ((linear >> shift) & 511) * 8;
    if (at + 8 > <u64>ramBytes) break;
    const entry = load<u64>(ramBase + <usize>at);
    if ((entry & USUAL_MASK) != USUAL) break;
    if ((entry & PTE_US) == 0) rights &= ~RIGHT_USER;
    table = entry & ADDRESS;
  }
  return walk64(linear, table, shift, rights, access, who);
}

/** Walks from the table that is indexed by the nine bits at `shift` (39 PML4, 30 PDPT, 21 PD, 12 PT). */
function walk64(linear: u64, firstTable: u64, firstShift: u64, firstRights: u32, access: u32, who: u32): u32 {
  let rights = firstRights;
  let table = firstTable;
  let shift = firstShift;
  const allowsXd = (cpu.efer & EFER_NXE) != 0;
  const upperReserved: u64 = isLongMode() ? 0 : 0x7ff0000000000000;
  const reserved = RESERVED_ADDRESS | upperReserved | (allowsXd ? 0 : PTE_XD);
  // Entries on the path without accessed flag, which is set only when the whole walk succeeds.
  let path0: u64 = 0;
  let path1: u64 = 0;
  let path2: u64 = 0;
  while (true) {
    const at = table + ((linear >> shift) & 511) * 8;
    const entry = readEntry64(at);
    if ((entry & PTE_P) == 0) return errorCode(false, false, access, who);
    if ((entry & PTE_RW) == 0) rights &= ~RIGHT_WRITE;
    if ((entry & PTE_US) == 0) rights &= ~RIGHT_USER;
    if ((entry & PTE_XD) != 0 && allowsXd) rights |= RIGHT_NO_EXECUTE;
    const isLarge = (entry & PTE_PS) != 0 && (shift == 21 || shift == 30);
    let bad = entry & reserved;
    if (shift == 39) bad |= entry & PTE_PS;
    if (isLarge) bad |= entry & ((((<u64>1) << shift) - 1) & ~(<u64>0x1fff));
    if (bad != 0) return errorCode(true, true, access, who);
    if (shift == 12 || isLarge) {
      if ((entry & PTE_G) != 0 && (cpu.cr4 & CR4_PGE) != 0) rights |= RIGHT_GLOBAL;
      if (isLarge) rights |= RIGHT_LARGE;
      if (!isAllowed(rights, access, who)) return errorCode(true, false, access, who);
      if (isQuiet && (path0 != 0 || lacksFlags(<u8>entry, access))) return NOT_ACCESSED;
      if (path0 != 0) setEntryBits(path0, <u8>PTE_A);
      if (path1 != 0) setEntryBits(path1, <u8>PTE_A);
      if (path2 != 0) setEntryBits(path2, <u8>PTE_A);
      finishLeaf(at, <u8>entry, access);
      if (access == ACCESS_WRITE || (entry & PTE_D) != 0) rights |= RIGHT_DIRTY;
      const offsetMask = ((<u64>1) << shift) - 1;
      setFound((entry & ADDRESS & ~offsetMask) | (linear & offsetMask & ~(<u64>0xfff)), rights);
      return FOUND;
    }
    if ((entry & PTE_A) == 0) {
      if (path0 == 0) path0 = at;
      else if (path1 == 0) path1 = at;
      else path2 = at;
    }
    table = entry & ADDRESS;
    shift -= 9;
  }
}

function setAccessed(at: u64): void {
  if ((load<u8>(ramBase + <usize>at) & (<u8>PTE_A)) == 0) setEntryBits(at, <u8>PTE_A);
}

/** The flags of a leaf that an access sets. */
@inline
function flagsOf(access: u32): u8 {
  return access == ACCESS_WRITE ? <u8>(PTE_A | PTE_D) : <u8>PTE_A;
}

function lacksFlags(entry: u8, access: u32): bool {
  const wanted = flagsOf(access);
  return (entry & wanted) != wanted;
}

function finishLeaf(at: u64, entry: u8, access: u32): void {
  if (lacksFlags(entry, access)) setEntryBits(at, flagsOf(access));
}

/** 32-bit paging: two levels, 4 MiB pages with PSE (PSE-36 as CPUID tells: not). */
function walk32(linear: u64, access: u32, who: u32): u32 {
  let rights: u32 = RIGHT_WRITE | RIGHT_USER;
  const directoryAt = (cpu.cr3 & 0xfffff000) + ((linear >> 22) & 1023) * 4;
  const pde = readEntry32(directoryAt);
  if ((pde & 1) == 0) return errorCode(false, false, access, who);
  if ((pde & 2) == 0) rights &= ~RIGHT_WRITE;
  if ((pde & 4) == 0) rights &= ~RIGHT_USER;
  const isLarge = (pde & (<u32>PTE_PS)) != 0 && (cpu.cr4 & CR4_PSE) != 0;
  let leafAt = directoryAt;
  let leaf = pde;
  if (isLarge) {
    // Bits 21-13 hold address bits 40-32 with PSE-36, which is not advertised: reserved.
    if ((pde & 0x003fe000) != 0) return errorCode(true, true, access, who);
    rights |= RIGHT_LARGE;
  } else {
    leafAt = <u64>(pde & 0xfffff000) + ((linear >> 12) & 1023) * 4;
    leaf = readEntry32(leafAt);
    if ((leaf & 1) == 0) return errorCode(false, false, access, who);
    if ((leaf & 2) == 0) rights &= ~RIGHT_WRITE;
    if ((leaf & 4) == 0) rights &= ~RIGHT_USER;
  }
  if ((leaf & (<u32>PTE_G)) != 0 && (cpu.cr4 & CR4_PGE) != 0) rights |= RIGHT_GLOBAL;
  if (!isAllowed(rights, access, who)) return errorCode(true, false, access, who);
  if (isQuiet && ((pde & (<u32>PTE_A)) == 0 || lacksFlags(<u8>leaf, access))) return NOT_ACCESSED;
  if (!isLarge) setAccessed(directoryAt);
  finishLeaf(leafAt, <u8>leaf, access);
  if (access == ACCESS_WRITE || (leaf & (<u32>PTE_D)) != 0) rights |= RIGHT_DIRTY;
  const physical = isLarge ? (leaf & 0xffc00000) | ((<u32>linear) & 0x3ff000) : leaf & 0xfffff000;
  setFound(<u64>physical, rights);
  return FOUND;
}
