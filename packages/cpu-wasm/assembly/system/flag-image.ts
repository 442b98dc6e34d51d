// Loads of RFLAGS by system instructions: which bits an image may change (SDM Vol. 2 POPF table 4-18, IRET, SYSRET).

import { AC, DF, ID, IF, IOPL, NT, TF, VIF, VIP } from '../generated/rflags';
import { refreshAttention } from '../blocks';
import { writeArithmeticFlags } from '../flags';
import { cpu } from '../generated/state';
import { isProtectedMode, updateMode } from '../mode';

/** Bit 1 of RFLAGS is always set. */
const ALWAYS_SET: u64 = 2;

/** I/O privilege level, RFLAGS bits 13-12. */
@inline
export function ioPrivilegeLevel(): u32 {
  return (<u32>(cpu.flagsSystem >> 12)) & 3;
}

/** System flags that IRET may change at the current privilege level. RF acts on no instruction here and is dropped. */
export function changeableByReturn(bytes: u32): u64 {
  let mask: u64 = TF | DF | NT;
  if (bytes >= 4) mask |= AC | ID;
  if (!isProtectedMode() || cpu.cpl <= ioPrivilegeLevel()) mask |= IF;
  if (cpu.cpl == 0) mask |= bytes >= 4 ? IOPL | VIF | VIP : IOPL;
  return mask;
}

/** System flags that POPF may change; it never sets VIF and VIP. */
export function changeableByPop(bytes: u32): u64 {
  return changeableByReturn(bytes) & ~(VIF | VIP);
}

/** Loads the arithmetic flags and those of `systemMask` from an image. */
export function writeFlagImage(image: u64, systemMask: u64): void {
  writeArithmeticFlags(image);
  cpu.flagsSystem = (cpu.flagsSystem & ~systemMask) | (image & systemMask) | ALWAYS_SET;
  updateMode();
  refreshAttention();
}
