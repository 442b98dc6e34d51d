// CLI, STI, PUSHF, POPF, STAC, CLAC and HLT (SDM Vol. 2; Vol. 3A 6.8.1, 2.8.5; Vol. 3B 20.3 and 20.4 for virtual interrupts).

import { AC, IF, RF, VIF, VIP, VM } from '../generated/rflags';
import { GP } from '../generated/vectors';
import { enter, exitRecord, refreshAttention } from '../blocks';
import { faultWithCode } from '../fault';
import { EXIT_HALT } from '../generated/exits';
import { readFlags } from '../flags';
import { nextRip } from '../flow';
import { cpu } from '../generated/state';
import { storeToStack } from '../implicit';
import { isProtectedMode, isVirtual8086, ripMask, updateMode } from '../mode';
import {
  changeableByPop,
  checkVirtualFlagImage,
  hasVirtualInterrupts,
  ioPrivilegeLevel,
  requireVirtualFlags,
  virtualFlagImage,
  writeFlagImage,
  writeVirtualFlagImage,
} from './flag-image';
import { movedStackPointer, peek } from './stack';

/** Whether CPL and IOPL allow to change IF. In virtual-8086 mode CPL is 3. */
function mayChangeInterrupts(): bool {
  return !isProtectedMode() || cpu.cpl <= ioPrivilegeLevel();
}

export function cli(r: usize): void {
  if (mayChangeInterrupts()) cpu.flagsSystem &= ~IF;
  else if (hasVirtualInterrupts()) cpu.flagsSystem &= ~VIF;
  else faultWithCode(r, GP, 0);
}

/** Interrupts stay inhibited for one more instruction when STI sets IF. */
export function sti(r: usize): void {
  if (!mayChangeInterrupts()) {
    if (!hasVirtualInterrupts() || (cpu.flagsSystem & VIP) != 0) faultWithCode(r, GP, 0);
    cpu.flagsSystem |= VIF;
    return;
  }
  if ((cpu.flagsSystem & IF) != 0) return;
  cpu.flagsSystem |= IF;
  cpu.interruptShadow = 1;
  refreshAttention();
}

/** Whether FLAGS are those of virtual-8086 mode with IOPL below 3; #GP(0) where that has none of this size. */
@inline
function usesVirtualFlags<T>(r: usize): bool {
  if (!isVirtual8086() || ioPrivilegeLevel() == 3) return false;
  requireVirtualFlags(r, sizeof<T>());
  return true;
}

/** VM and RF are pushed as 0. */
export function pushf<T>(r: usize): void {
  const image = usesVirtualFlags<T>(r) ? virtualFlagImage() : readFlags();
  storeToStack<T>(r, cpu.rsp - sizeof<T>(), <T>(image & ~(VM | RF)));
  cpu.rsp = movedStackPointer(-(<u64>sizeof<T>()));
}

export function popf<T>(r: usize): void {
  const isVirtual = usesVirtualFlags<T>(r);
  const image = <u64>peek<T>(r, 0);
  if (isVirtual) checkVirtualFlagImage(r, image);
  cpu.rsp = movedStackPointer(sizeof<T>());
  if (isVirtual) writeVirtualFlagImage(image);
  else writeFlagImage(image, changeableByPop(sizeof<T>()));
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
