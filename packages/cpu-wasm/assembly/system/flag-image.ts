// Loads of RFLAGS by system instructions: which bits an image may change (SDM Vol. 2 POPF table 4-18, IRET, SYSRET).

import { CR4_PVI, CR4_VME } from '../generated/control';
import { AC, DF, ID, IF, IOPL, NT, RF, TF, VIF, VIP, VM } from '../generated/rflags';
import { GP } from '../generated/vectors';
import { refreshAttention } from '../blocks';
import { faultWithCode } from '../fault';
import { readFlags, writeArithmeticFlags } from '../flags';
import { cpu } from '../generated/state';
import { isProtectedMode, isVirtual8086, updateMode } from '../mode';

/** Bit 1 of RFLAGS is always set. */
const ALWAYS_SET: u64 = 2;

/** I/O privilege level, RFLAGS bits 13-12. */
@inline
export function ioPrivilegeLevel(): u32 {
  return (<u32>(cpu.flagsSystem >> 12)) & 3;
}

/** System flags that IRET may change at the current privilege level. */
export function changeableByReturn(bytes: u32): u64 {
  let mask: u64 = TF | DF | NT;
  if (bytes >= 4) mask |= RF | AC | ID;
  if (!isProtectedMode() || cpu.cpl <= ioPrivilegeLevel()) mask |= IF;
  if (cpu.cpl == 0) mask |= bytes >= 4 ? IOPL | VIF | VIP : IOPL;
  return mask;
}

/** System flags that POPF may change; it never sets RF, VIF and VIP. */
export function changeableByPop(bytes: u32): u64 {
  return changeableByReturn(bytes) & ~(RF | VIF | VIP);
}

/** Loads the arithmetic flags and those of `systemMask` from an image. Whoever has changed segments has called `updateMode`. */
export function writeFlagImage(image: u64, systemMask: u64): void {
  writeArithmeticFlags(image);
  const had = cpu.flagsSystem;
  cpu.flagsSystem = (had & ~systemMask) | (image & systemMask) | ALWAYS_SET;
  if (((had ^ cpu.flagsSystem) & (AC | VM)) != 0) updateMode();
  refreshAttention();
}

/**
 * Whether CLI and STI, where IOPL forbids them, act on VIF instead of IF: by CR4.VME in virtual-8086 mode, by CR4.PVI at CPL 3
 * in protected mode (SDM Vol. 3B 20.3, 20.4).
 */
export function hasVirtualInterrupts(): bool {
  if (isVirtual8086()) return (cpu.cr4 & CR4_VME) != 0;
  return cpu.cpl == 3 && (cpu.cr4 & CR4_PVI) != 0;
}

/**
 * Whether a program that runs with virtual interrupts has them enabled while one waits: VIF and VIP are both set. Only IRET of
 * ring 0 and a task switch can bring that about; the first instruction is then #GP(0) (SDM Vol. 3B 20.3.2, 20.4).
 */
export function hasVirtualInterruptPending(): bool {
  return (cpu.flagsSystem & (VIF | VIP)) == (VIF | VIP) && ioPrivilegeLevel() != 3 && hasVirtualInterrupts();
}

/** In virtual-8086 mode with IOPL below 3, PUSHF, POPF and IRET exist with CR4.VME and 16-bit operands only, else #GP(0). */
export function requireVirtualFlags(r: usize, bytes: u32): void {
  if ((cpu.cr4 & CR4_VME) == 0 || bytes != 2) faultWithCode(r, GP, 0);
}

/** FLAGS as virtual-8086 mode with IOPL below 3 sees them: VIF in the place of IF, and IOPL 3. */
export function virtualFlagImage(): u64 {
  const flags = readFlags() | IOPL;
  return (flags & VIF) != 0 ? flags | IF : flags & ~IF;
}

/** #GP(0) for an image that would step, or that enables interrupts of which one waits (SDM Vol. 2 POPF, IRET). */
export function checkVirtualFlagImage(r: usize, image: u64): void {
  if ((image & TF) != 0 || ((image & IF) != 0 && (cpu.flagsSystem & VIP) != 0)) faultWithCode(r, GP, 0);
}

/** Loads a checked image in virtual-8086 mode with IOPL below 3: IF goes to VIF. */
export function writeVirtualFlagImage(image: u64): void {
  cpu.flagsSystem = (image & IF) != 0 ? cpu.flagsSystem | VIF : cpu.flagsSystem & ~VIF;
  writeFlagImage(image, TF | DF | NT);
}
