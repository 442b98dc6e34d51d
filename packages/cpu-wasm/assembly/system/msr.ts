// RDMSR and WRMSR (SDM Vol. 2; Vol. 4 chapter 2). Which registers exist, and their simple rules, is a table (gen/msr.ts);
// here are the ones that do something. An unknown register is #GP(0).

import { CR0_PG, EFER_LMA, EFER_LME, EFER_NXE } from '../generated/control';
import { GP } from '../generated/vectors';
import { faultWithCode } from '../fault';
import { readMsr, writeMsr } from '../generated/msr';
import { cpu } from '../generated/state';
import { updateMode } from '../mode';
import { flushAll } from '../tlb';
import { timeStamp } from './time-stamp';

export function rdmsr(r: usize): void {
  const value = readMsr(r, <u32>cpu.rcx);
  cpu.rax = value & 0xffffffff;
  cpu.rdx = value >> 32;
}

export function wrmsr(r: usize): void {
  writeMsr(r, <u32>cpu.rcx, (cpu.rdx << 32) | (cpu.rax & 0xffffffff));
}

/** IA32_TIME_STAMP_COUNTER. */
export function readTimeStampCounter(r: usize): u64 {
  return timeStamp(r);
}

export function writeTimeStampCounter(r: usize, value: u64): void {
  cpu.tscOffset += value - timeStamp(r);
}

/** IA32_EFER: LMA is read-only, LME is fixed while paging is on (SDM Vol. 3A 2.2.1, 4.1.2). */
export function writeEfer(r: usize, value: u64): void {
  const next = (value & ~EFER_LMA) | (cpu.efer & EFER_LMA);
  const changed = next ^ cpu.efer;
  if ((changed & EFER_LME) != 0 && (cpu.cr0 & CR0_PG) != 0) faultWithCode(r, GP, 0);
  cpu.efer = next;
  if ((changed & EFER_NXE) != 0) flushAll();
  updateMode();
}

/** IA32_PAT: eight memory types, each UC, WC, WT, WP, WB or UC- (SDM Vol. 3A 12.12.2). Types have no effect here. */
export function writePat(r: usize, value: u64): void {
  for (let i: u64 = 0; i < 64; i += 8) {
    const type = (value >> i) & 0xff;
    if (type > 7 || type == 2 || type == 3) faultWithCode(r, GP, 0);
  }
  cpu.pat = value;
}

/** IA32_FS_BASE and IA32_GS_BASE: a base can make a segment flat outside 64-bit mode. */
export function writeFsBase(r: usize, value: u64): void {
  cpu.fsBase = value;
  updateMode();
}

export function writeGsBase(r: usize, value: u64): void {
  cpu.gsBase = value;
  updateMode();
}
