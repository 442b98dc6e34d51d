// MOV to and from debug registers (SDM Vol. 3B 17.2). What the breakpoints do is in breakpoints.ts.

import { CR4_DE } from '../generated/control';
import { DB, GP, UD } from '../generated/vectors';
import { fault, faultWithCode } from '../fault';
import { cpu } from '../generated/state';
import { DST, SRC } from '../record';
import { updateBreakpoints } from './breakpoints';

/** Bits of DR6 and DR7 that read as 1 whatever was written, and those that can be written. */
const DR6_FIXED: u64 = 0xffff0ff0;
const DR6_WRITABLE: u64 = 0x0000e00f;
const DR7_FIXED: u64 = 0x00000400;
const DR7_WRITABLE: u64 = 0xffff23ff;
const DR7_GD: u64 = 1 << 13;
/** A debug register was accessed while DR7.GD was set. */
const DR6_BD: u64 = 1 << 13;

/** Register number after the aliases DR4 and DR5, which CR4.DE turns off; #DB when DR7.GD guards the registers. */
function debugRegister(r: usize, number: u32): u32 {
  if (number > 7) fault(r, UD);
  if (number == 4 || number == 5) {
    if ((cpu.cr4 & CR4_DE) != 0) fault(r, UD);
    number += 2;
  }
  if ((cpu.dr7 & DR7_GD) != 0) {
    cpu.dr6 |= DR6_BD;
    fault(r, DB);
  }
  return number;
}

/** MOV DRn, r. */
export function movToDebug<T>(r: usize): void {
  const number = debugRegister(r, load<u16>(r, DST));
  const value = <u64>load<T>(<usize>load<u16>(r, SRC));
  if (number >= 6 && value >> 32 != 0) faultWithCode(r, GP, 0);
  if (number == 0) cpu.dr0 = value;
  else if (number == 1) cpu.dr1 = value;
  else if (number == 2) cpu.dr2 = value;
  else if (number == 3) cpu.dr3 = value;
  else if (number == 6) cpu.dr6 = (value & DR6_WRITABLE) | DR6_FIXED;
  else cpu.dr7 = (value & DR7_WRITABLE) | DR7_FIXED;
  if (number != 6) updateBreakpoints();
}

/** MOV r, DRn. */
export function movFromDebug<T>(r: usize): void {
  const number = debugRegister(r, load<u16>(r, SRC));
  let value: u64 = 0;
  if (number == 0) value = cpu.dr0;
  else if (number == 1) value = cpu.dr1;
  else if (number == 2) value = cpu.dr2;
  else if (number == 3) value = cpu.dr3;
  else if (number == 6) value = cpu.dr6;
  else value = cpu.dr7;
  store<u64>(<usize>load<u16>(r, DST), <u64>(<T>value));
}
