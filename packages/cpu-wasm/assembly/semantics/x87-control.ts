// x87 control (SDM Vol. 1 8.1.3 to 8.1.7, 8.3.11; Vol. 2: FINIT FCLEX FLDCW FWAIT FFREE FINCSTP FDECSTP FNOP). The
// forms without waiting do not look at pending exceptions; the others are WAIT and the same bytes.

import { cpu } from '../generated/state';
import { setRoundedUp } from '../float/control';
import { read } from '../operands';
import { begin, checkPending, end, releaseIgnne, updateSummary, wait as waitForPending } from '../x87/exceptions';
import { registerNumber } from '../x87/operands';
import { pop, setEmpty, setTop, top } from '../x87/registers';

/** Bits of the control word that can be set; bit 6 always is. */
export const CONTROL_DEFINED: u32 = 0x1f3f;
export const CONTROL_ONE: u32 = 0x40;
/** Control word after FINIT: all exceptions masked, 64 bits, nearest. */
export const CONTROL_DEFAULT: u32 = 0x37f;

export function initialize(): void {
  cpu.x87Control = CONTROL_DEFAULT;
  cpu.x87Status = 0;
  cpu.x87Tags = 0;
  cpu.x87Opcode = 0;
  cpu.x87InstructionPointer = 0;
  cpu.x87DataPointer = 0;
  releaseIgnne();
}

export function fninit(r: usize): void {
  initialize();
}

/** Clears the exceptions, SF, ES and B; C0 to C3 and TOP stay. */
export function fnclex(r: usize): void {
  cpu.x87Status &= 0x7f00;
  releaseIgnne();
}

export function setControl(word: u32): void {
  cpu.x87Control = (word & CONTROL_DEFINED) | CONTROL_ONE;
  updateSummary();
}

export function fldcw<T, D>(r: usize): void {
  checkPending(r);
  setControl(<u32>read<T, D>(r));
}

export function wait(r: usize): void {
  waitForPending(r);
}

/** FNOP waits; FNENI, FNDISI and FNSETPM of old coprocessors do nothing at all. */
export function fnop(r: usize): void {
  checkPending(r);
}

export function ffree(r: usize): void {
  begin(r);
  setEmpty(registerNumber(r));
  end(r);
}

/** Undocumented: FFREE and pop. */
export function ffreep(r: usize): void {
  begin(r);
  setEmpty(registerNumber(r));
  pop();
  end(r);
}

export function fincstp(r: usize): void {
  begin(r);
  setTop(top() + 1);
  setRoundedUp(false);
  end(r);
}

export function fdecstp(r: usize): void {
  begin(r);
  setTop(top() - 1);
  setRoundedUp(false);
  end(r);
}
