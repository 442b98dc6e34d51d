// CLI, STI, PUSHF, POPF, STAC, CLAC and HLT (SDM Vol. 2; Vol. 3A 6.8.1, 2.8.5). Virtual interrupts (CR4.VME, CR4.PVI) are not
// advertised and cannot be enabled.

import { AC, IF, RF, VM } from '../generated/rflags';
import { GP } from '../generated/vectors';
import { enter, exitRecord, refreshAttention } from '../blocks';
import { EXIT_HALT, faultWithCode } from '../fault';
import { readFlags } from '../flags';
import { nextRip } from '../flow';
import { cpu } from '../generated/state';
import { storeToStack } from '../implicit';
import { isProtectedMode, isVirtual8086, ripMask, updateMode } from '../mode';
import { changeableByPop, ioPrivilegeLevel, writeFlagImage } from './flag-image';
import { movedStackPointer, peek } from './stack';

/** #GP(0) when CPL is above IOPL, or in virtual-8086 mode below IOPL 3. */
function requireIoPrivilege(r: usize): void {
  if (isProtectedMode() && cpu.cpl > ioPrivilegeLevel()) faultWithCode(r, GP, 0);
}

function requireFlagAccess(r: usize): void {
  if (isVirtual8086() && ioPrivilegeLevel() != 3) faultWithCode(r, GP, 0);
}

export function cli(r: usize): void {
  requireIoPrivilege(r);
  cpu.flagsSystem &= ~IF;
}

/** Interrupts stay inhibited for one more instruction when STI sets IF. */
export function sti(r: usize): void {
  requireIoPrivilege(r);
  if ((cpu.flagsSystem & IF) != 0) return;
  cpu.flagsSystem |= IF;
  cpu.interruptShadow = 1;
  refreshAttention();
}

/** VM and RF are pushed as 0. */
export function pushf<T>(r: usize): void {
  requireFlagAccess(r);
  storeToStack<T>(r, cpu.rsp - sizeof<T>(), <T>(readFlags() & ~(VM | RF)));
  cpu.rsp = movedStackPointer(-(<u64>sizeof<T>()));
}

export function popf<T>(r: usize): void {
  requireFlagAccess(r);
  const image = <u64>peek<T>(r, 0);
  cpu.rsp = movedStackPointer(sizeof<T>());
  writeFlagImage(image, changeableByPop(sizeof<T>()));
}

export function clac(r: usize): void {
  cpu.flagsSystem &= ~AC;
  updateMode();
}

export function stac(r: usize): void {
  cpu.flagsSystem |= AC;
  updateMode();
}

/** Leaves the run loop with RIP behind the instruction; the next run begins with the interrupts that are waiting. */
export function hlt(r: usize): usize {
  cpu.rip = nextRip(r) & ripMask;
  if (cpu.stepPending != 0) return enter(); // a single-step trap wakes it at once
  cpu.exitReason = EXIT_HALT;
  return exitRecord();
}
