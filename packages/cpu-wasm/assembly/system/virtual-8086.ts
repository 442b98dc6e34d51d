// Virtual-8086 mode (SDM Vol. 3B chapter 20): the way in by IRET, and interrupts that CR4.VME keeps within the task. The way
// out is a delivery through the IDT (deliver.ts) or a task switch; what IOPL forbids is with the instructions.

import { AC, ID, IF, IOPL, NT, RF, TF, VIF, VIP, VM, DF } from '../generated/rflags';
import { GP } from '../generated/vectors';
import { refreshAttention } from '../blocks';
import { faultWithCode } from '../fault';
import { readFlags } from '../flags';
import { transferTo, nextRip } from '../flow';
import { cpu } from '../generated/state';
import { loadGuest } from '../memory';
import { updateMode } from '../mode';
import { CS, DS, ES, FS, GS, SS } from '../segment';
import { loadSupervisor } from '../slow-memory';
import { TSS_BUSY, TYPE_MASK, isPresent, systemAddress } from './descriptors';
import { ioPrivilegeLevel, virtualFlagImage, writeFlagImage } from './flag-image';
import { frameStackPointer, openFrame, pushFrame } from './frame';
import { setRealSegment, setVirtual8086Segment } from './segment-load';
import { peek } from './stack';

/** IRET at CPL 0 takes every flag of an image with VM set. */
const ALL_SYSTEM_FLAGS: u64 = TF | IF | DF | IOPL | NT | RF | VM | AC | VIF | VIP | ID;
/** Offset in the TSS of the 16-bit offset of the I/O permission bitmap, below which lies the redirection bitmap. */
const IO_MAP_BASE: u32 = 102;
const REDIRECTION_BYTES: u32 = 32;

/** The segments of a program in virtual-8086 mode; CPL is 3. The caller loads RFLAGS with VM and calls `updateMode`. */
export function setVirtual8086Segments(es: u32, cs: u32, ss: u32, ds: u32, fs: u32, gs: u32): void {
  setVirtual8086Segment(ES, es);
  setVirtual8086Segment(CS, cs);
  setVirtual8086Segment(SS, ss);
  setVirtual8086Segment(DS, ds);
  setVirtual8086Segment(FS, fs);
  setVirtual8086Segment(GS, gs);
  cpu.cpl = 3;
}

/** Selector in element `index` of a stack of doublewords. */
@inline
function selectorAt(r: usize, index: u32): u32 {
  return peek<u32>(r, index * 4) & 0xffff;
}

/** IRETD at CPL 0 to an image with VM set: EIP, CS, EFLAGS, ESP, SS, ES, DS, FS, GS (SDM Vol. 2 IRET). */
export function returnToVirtual8086(r: usize): usize {
  const rip = <u64>peek<u32>(r, 0);
  const cs = selectorAt(r, 1);
  const image = <u64>peek<u32>(r, 8);
  const esp = <u64>peek<u32>(r, 12);
  const ss = selectorAt(r, 4);
  const es = selectorAt(r, 5);
  const ds = selectorAt(r, 6);
  const fs = selectorAt(r, 7);
  const gs = selectorAt(r, 8);
  if (rip > 0xffff) faultWithCode(r, GP, 0);
  cpu.rsp = esp;
  setVirtual8086Segments(es, cs, ss, ds, fs, gs);
  writeFlagImage(image, ALL_SYSTEM_FLAGS);
  return transferTo(rip);
}

/** Whether the redirection bitmap of the TSS leaves INT `vector` to the 8086 program (SDM Vol. 3B 20.3.3). */
export function isRedirected(r: usize, vector: u32): bool {
  if (!isPresent(cpu.trRights) || (cpu.trRights & TYPE_MASK) != TSS_BUSY || cpu.trLimit < IO_MAP_BASE + 1) {
    faultWithCode(r, GP, 0);
  }
  const map = <u32>loadSupervisor<u16>(r, systemAddress(cpu.trBase + IO_MAP_BASE));
  const at = map - REDIRECTION_BYTES + (vector >> 3);
  if (map < REDIRECTION_BYTES || at > cpu.trLimit) faultWithCode(r, GP, 0);
  return (((<u32>loadSupervisor<u8>(r, systemAddress(cpu.trBase + at))) >> (vector & 7)) & 1) == 0;
}

/** INT n through the vector table of the 8086 program at linear address 0 (SDM Vol. 3B 20.3.3.3 and 20.3.3.4). */
export function toVirtual8086Handler(r: usize, vector: u32): usize {
  const returnRip = nextRip(r) & 0xffff;
  const isFree = ioPrivilegeLevel() == 3;
  const pointer = loadGuest<u32>(r, vector * 4);
  openFrame(r, cpu.ssBase, cpu.ssLimit, cpu.ssRights, cpu.rsp, 2, 3, 3, 0);
  pushFrame(r, isFree ? readFlags() : virtualFlagImage());
  pushFrame(r, cpu.csSelector);
  pushFrame(r, returnRip);
  cpu.rsp = frameStackPointer();
  cpu.flagsSystem &= ~(TF | (isFree ? IF : VIF));
  cpu.stepPending = 0;
  setRealSegment(CS, pointer >> 16);
  updateMode();
  refreshAttention();
  return transferTo(pointer & 0xffff);
}
