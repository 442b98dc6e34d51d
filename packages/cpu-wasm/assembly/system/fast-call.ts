// SYSCALL/SYSRET and SYSENTER/SYSEXIT (SDM Vol. 2; Vol. 3A 5.8.7, 5.8.8). They load fixed flat segments without reading any
// descriptor. SYSCALL exists in 64-bit mode only, as on Intel's processors.

import { EFER_SCE } from '../generated/control';
import { AC, DF, ID, IF, IOPL, NT, RF, TF, VIF, VIP, VM } from '../generated/rflags';
import { GP, UD } from '../generated/vectors';
import { refreshAttention } from '../blocks';
import { fault, faultWithCode } from '../fault';
import { readFlags, writeArithmeticFlags } from '../flags';
import { transferTo, nextRip } from '../flow';
import { cpu } from '../generated/state';
import { isLongMode, isProtectedMode, is64BitMode, updateMode } from '../mode';
import { CS, SS } from '../segment';

import { isCanonical } from '../slow-memory';
import { writeFlagImage } from './flag-image';
import { setSegment } from './segment-load';

// Rights of the flat segments: present, accessed, 4-KiB granular; code readable, data writable.
const CODE_64: u32 = 0xa09b;
const CODE_32: u32 = 0xc09b;
const DATA: u32 = 0xc093;
const DPL_3: u32 = 3 << 5;

/** Flags that SYSRET takes from R11: all but RF and VM (SDM Vol. 2 SYSRET). */
const SYSRET_SYSTEM_FLAGS: u64 = TF | IF | DF | IOPL | NT | AC | VIF | VIP | ID;

function setFlatSegments(codeSelector: u32, codeRights: u32, stackSelector: u32, stackRights: u32, cpl: u32): void {
  setSegment(CS, codeSelector, 0, 0xffffffff, codeRights);
  setSegment(SS, stackSelector, 0, 0xffffffff, stackRights);
  cpu.cpl = cpl;
  updateMode();
}

export function syscall(r: usize): usize {
  if (!is64BitMode() || (cpu.efer & EFER_SCE) == 0) fault(r, UD);
  cpu.rcx = nextRip(r);
  const flags = readFlags() & ~RF;
  cpu.r11 = flags;
  const kept = flags & ~cpu.fmask;
  writeArithmeticFlags(kept);
  cpu.flagsSystem &= ~(cpu.fmask | RF) | 2;
  const selector = (<u32>(cpu.star >> 32)) & 0xfffc;
  setFlatSegments(selector, CODE_64, selector + 8, DATA, 0);
  // A TF that the mask takes away traps no more behind this instruction.
  if ((cpu.flagsSystem & TF) == 0) cpu.stepPending = 0;
  refreshAttention();
  return transferTo(cpu.lstar);
}

/** SYSRET to 64-bit code with a 64-bit operand size, else to compatibility mode. A missing SCE comes before a wrong CPL. */
export function sysret<T>(r: usize): usize {
  if (!is64BitMode() || (cpu.efer & EFER_SCE) == 0) fault(r, UD);
  if (cpu.cpl != 0) faultWithCode(r, GP, 0);
  const is64 = sizeof<T>() == 8;
  if (is64 && !isCanonical(cpu.rcx)) faultWithCode(r, GP, 0);
  const rip = is64 ? cpu.rcx : cpu.rcx & 0xffffffff;
  const base = <u32>(cpu.star >> 48);
  const code = ((is64 ? base + 16 : base) & 0xffff) | 3;
  setFlatSegments(code, (is64 ? CODE_64 : CODE_32) | DPL_3, ((base + 8) & 0xffff) | 3, DATA | DPL_3, 3);
  writeFlagImage(cpu.r11, SYSRET_SYSTEM_FLAGS);
  // Unlike IRET, a TF that SYSRET restores traps behind SYSRET itself.
  cpu.stepPending = <u32>((cpu.flagsSystem & TF) != 0);
  refreshAttention();
  return transferTo(rip);
}

export function sysenter(r: usize): usize {
  const selector = (<u32>cpu.sysenterCs) & 0xfffc;
  if (!isProtectedMode() || selector == 0) faultWithCode(r, GP, 0);
  const isLong = isLongMode();
  cpu.flagsSystem &= ~(VM | IF | RF);
  cpu.rsp = isLong ? cpu.sysenterEsp : cpu.sysenterEsp & 0xffffffff;
  setFlatSegments(selector, isLong ? CODE_64 : CODE_32, (selector + 8) & 0xffff, DATA, 0);
  refreshAttention();
  return transferTo(isLong ? cpu.sysenterEip : cpu.sysenterEip & 0xffffffff);
}

/** SYSEXIT to 64-bit code with a 64-bit operand size, else to 32-bit code. */
export function sysexit<T>(r: usize): usize {
  const base = (<u32>cpu.sysenterCs) & 0xfffc;
  if (!isProtectedMode() || base == 0) faultWithCode(r, GP, 0);
  const is64 = sizeof<T>() == 8;
  if (is64 && (!isCanonical(cpu.rcx) || !isCanonical(cpu.rdx))) faultWithCode(r, GP, 0);
  const rip = is64 ? cpu.rdx : cpu.rdx & 0xffffffff;
  cpu.rsp = is64 ? cpu.rcx : cpu.rcx & 0xffffffff;
  const code = (base + (is64 ? 32 : 16)) | 3;
  setFlatSegments(code & 0xffff, (is64 ? CODE_64 : CODE_32) | DPL_3, (code + 8) & 0xffff, DATA | DPL_3, 3);
  return transferTo(rip);
}
