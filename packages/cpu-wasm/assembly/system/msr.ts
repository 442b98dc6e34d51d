// RDMSR and WRMSR (SDM Vol. 2; Vol. 4 chapter 2). Which registers exist, and their simple rules, is a table (gen/msr.ts);
// here are the ones that do something. An unknown register is #GP(0) unless the host has been told to ignore it.

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
  const moved = value - timeStamp(r);
  cpu.tscOffset += moved;
  cpu.tscAdjust += moved;
}

/** IA32_TSC_ADJUST: the counter moves by as much as the register does (SDM Vol. 3B 18.17.3). */
export function writeTscAdjust(r: usize, value: u64): void {
  cpu.tscOffset += value - cpu.tscAdjust;
  cpu.tscAdjust = value;
}

/** IA32_EFER: LMA is read-only, LME is fixed while paging is on (SDM Vol. 3A 2.2.1, 4.1.2). */
export function writeEfer(r: usize, value: u64): void {
  if ((value & ~cpu.eferSupported) != 0) faultWithCode(r, GP, 0);
  const next = (value & ~EFER_LMA) | (cpu.efer & EFER_LMA);
  const changed = next ^ cpu.efer;
  if ((changed & EFER_LME) != 0 && (cpu.cr0 & CR0_PG) != 0) faultWithCode(r, GP, 0);
  cpu.efer = next;
  if ((changed & EFER_NXE) != 0) flushAll();
  updateMode();
}

/** Memory types: UC, WC, WT, WP, WB, and for the PAT alone UC- (SDM Vol. 3A tables 12-8, 12-10). */
const MTRR_TYPES: u32 = (1 << 0) | (1 << 1) | (1 << 4) | (1 << 5) | (1 << 6);
const PAT_TYPES: u32 = MTRR_TYPES | (1 << 7);

/** Whether each byte of `value` that `bytes` selects is a memory type. The types have no effect here. */
export function areMemoryTypes(value: u64, bytes: u64, isPat: bool): bool {
  const types = isPat ? PAT_TYPES : MTRR_TYPES;
  for (let i: u64 = 0; i < 64; i += 8) {
    if (((bytes >> i) & 0xff) == 0) continue;
    const type = (<u32>(value >> i)) & 0xff;
    if (type > 7 || ((types >> type) & 1) == 0) return false;
  }
  return true;
}

/** Tells the host of a register that does not exist. Returns whether it is to be ignored. */
@external("env", "unknownMsr")
declare function unknownMsr(number: u32, low: u32, high: u32, isWrite: u32): u32;

export function readUnknownMsr(r: usize, number: u32): u64 {
  if (unknownMsr(number, 0, 0, 0) == 0) faultWithCode(r, GP, 0);
  return 0;
}

export function writeUnknownMsr(r: usize, number: u32, value: u64): void {
  if (unknownMsr(number, <u32>value, <u32>(value >> 32), 1) == 0) faultWithCode(r, GP, 0);
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
