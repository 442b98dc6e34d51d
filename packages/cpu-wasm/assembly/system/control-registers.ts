// MOV to and from control registers, LMSW, CLTS (SDM Vol. 2 MOV-Control Registers, LMSW, CLTS; Vol. 3A 2.5; 4.1.2 for the
// order in which paging and IA-32e mode go on and off; 4.10.4.1 for what a write invalidates).

import {
  CR0_AM,
  CR0_CD,
  CR0_EM,
  CR0_ET,
  CR0_MP,
  CR0_NE,
  CR0_NW,
  CR0_PE,
  CR0_PG,
  CR0_TS,
  CR0_WP,
  CR4_DE,
  CR4_PAE,
  CR4_PCIDE,
  CR4_PGE,
  CR4_PSE,
  CR4_SMAP,
  CR4_SMEP,
  EFER_LMA,
  EFER_LME,
  PHYSICAL_ADDRESS_BITS,
} from '../generated/control';
import { GP, UD } from '../generated/vectors';
import { fault, faultWithCode } from '../fault';
import { cpu } from '../generated/state';
import { RIGHTS_L, is64BitMode, isLongMode, updateMode } from '../mode';
import { read } from '../operands';
import { loadPdptes } from '../paging';
import { DST, SRC } from '../record';
import { flushAll, loadCr3 } from '../tlb';
import { updateBreakpoints } from './breakpoints';

/** Bits of CR0 that exist; writes to the others below bit 32 are ignored (SDM Vol. 3A 2.5). */
const CR0_DEFINED: u64 = CR0_PE | CR0_MP | CR0_EM | CR0_TS | CR0_NE | CR0_WP | CR0_AM | CR0_NW | CR0_CD | CR0_PG;

/** Changes of these bits change cached translations or what may be done with them. */
const CR0_TRANSLATION: u64 = CR0_PG | CR0_WP | CR0_PE;
const CR4_TRANSLATION: u64 = CR4_PSE | CR4_PAE | CR4_PGE | CR4_PCIDE | CR4_SMEP | CR4_SMAP;
/** Changes of these bits load the PDPTE registers under PAE paging (SDM Vol. 3A 4.4.1). */
const CR0_PDPTE: u64 = CR0_PG | CR0_CD | CR0_NW;
const CR4_PDPTE: u64 = CR4_PAE | CR4_PGE | CR4_PSE | CR4_SMEP;

/** Bit 63 of a value for CR3: keep the translations of the PCID. */
const CR3_NO_FLUSH: u64 = 1 << 63;

const TSS_32_BIT: u32 = 8;

function writeCr0(r: usize, value: u64): void {
  if (value >> 32 != 0) faultWithCode(r, GP, 0);
  const next = (value & CR0_DEFINED) | CR0_ET;
  const changed = next ^ cpu.cr0;
  const isPaging = (next & CR0_PG) != 0;
  if (isPaging && (next & CR0_PE) == 0) faultWithCode(r, GP, 0);
  if ((next & CR0_NW) != 0 && (next & CR0_CD) == 0) faultWithCode(r, GP, 0);
  let efer = cpu.efer;
  if ((changed & CR0_PG) != 0) {
    if (isPaging) {
      if ((efer & EFER_LME) != 0) {
        const hasWideTask = cpu.trRights == 0 || (cpu.trRights & TSS_32_BIT) != 0;
        if ((cpu.cr4 & CR4_PAE) == 0 || (cpu.csRights & RIGHTS_L) != 0 || !hasWideTask) faultWithCode(r, GP, 0);
        efer |= EFER_LMA;
      }
    } else {
      if (is64BitMode() || (cpu.cr4 & CR4_PCIDE) != 0) faultWithCode(r, GP, 0);
      efer &= ~EFER_LMA;
    }
  }
  if (isPaging && (efer & EFER_LMA) == 0 && (cpu.cr4 & CR4_PAE) != 0 && (changed & CR0_PDPTE) != 0) {
    loadPdptes(r, cpu.cr3);
  }
  cpu.cr0 = next;
  cpu.efer = efer;
  if ((changed & CR0_TRANSLATION) != 0) flushAll();
  updateMode();
}

function writeCr3(r: usize, value: u64): void {
  let kept: u64 = 0xffffffff;
  if (isLongMode()) {
    // Bit 63 means something only with PCIDs; it is never stored.
    const mayKeep: u64 = (cpu.cr4 & CR4_PCIDE) != 0 ? CR3_NO_FLUSH : 0;
    const width = ((<u64>1) << PHYSICAL_ADDRESS_BITS) - 1;
    if ((value & ~(width | mayKeep)) != 0) faultWithCode(r, GP, 0);
    kept = ~(<u64>0);
  }
  loadCr3(r, value & kept);
}

function writeCr4(r: usize, value: u64): void {
  if ((value & ~cpu.cr4Supported) != 0) faultWithCode(r, GP, 0);
  const changed = value ^ cpu.cr4;
  if (isLongMode() && (value & CR4_PAE) == 0) faultWithCode(r, GP, 0);
  if ((changed & value & CR4_PCIDE) != 0 && (!isLongMode() || (cpu.cr3 & 0xfff) != 0)) faultWithCode(r, GP, 0);
  const isPaePaging = (cpu.cr0 & CR0_PG) != 0 && !isLongMode() && (value & CR4_PAE) != 0;
  if (isPaePaging && (changed & CR4_PDPTE) != 0) loadPdptes(r, cpu.cr3);
  cpu.cr4 = value;
  if ((changed & CR4_TRANSLATION) != 0) flushAll();
  if ((changed & CR4_DE) != 0) updateBreakpoints();
  updateMode();
}

/** MOV CRn, r. Numbers that name no register are #UD. */
export function movToControl<T>(r: usize): void {
  const number = <u32>load<u16>(r, DST);
  const value = <u64>load<T>(<usize>load<u16>(r, SRC));
  if (number == 0) writeCr0(r, value);
  else if (number == 2) cpu.cr2 = value;
  else if (number == 3) writeCr3(r, value);
  else if (number == 4) writeCr4(r, value);
  else if (number == 8) {
    if (value >> 4 != 0) faultWithCode(r, GP, 0);
    cpu.cr8 = value;
  } else fault(r, UD);
}

/** MOV r, CRn. */
export function movFromControl<T>(r: usize): void {
  const number = <u32>load<u16>(r, SRC);
  let value: u64 = 0;
  if (number == 0) value = cpu.cr0;
  else if (number == 2) value = cpu.cr2;
  else if (number == 3) value = cpu.cr3;
  else if (number == 4) value = cpu.cr4;
  else if (number == 8) value = cpu.cr8;
  else fault(r, UD);
  // The operand is 32 or 64 bits wide, by mode; a 32-bit write clears the upper half.
  store<u64>(<usize>load<u16>(r, DST), <u64>(<T>value));
}

/** LMSW: the low four bits of CR0; PE can be set, never cleared. */
export function lmsw<T, D>(r: usize): void {
  const source = <u64>read<u16, D>(r);
  const mask = CR0_PE | CR0_MP | CR0_EM | CR0_TS;
  writeCr0(r, (cpu.cr0 & ~mask) | (source & mask) | (cpu.cr0 & CR0_PE));
}

export function clts(r: usize): void {
  cpu.cr0 &= ~CR0_TS;
  updateMode();
}
