// The frame of every x87 instruction: what it checks before it begins, and what it leaves in the status word and the pointers
// when it ends (SDM Vol. 1 8.1.3, 8.1.8, 8.4 to 8.7; Vol. 3A 2.5, 13.4). An unmasked exception is only noted, by ES; the next
// waiting instruction delivers it as #MF. CR0.EM and CR0.TS have been looked at when the instruction was decoded.
//
// As on processors since Skylake (CPUID.7.EBX bits 6 and 13), FOP and FDP change only with an unmasked exception, and the
// selectors of the pointers are always 0.

import { CR0_MP, CR0_NE, CR0_TS } from '../generated/control';
import { MF, NM } from '../generated/vectors';
import { cpu } from '../generated/state';
import { abandon, fault } from '../fault';
import { EXIT_NUMERIC_ERROR } from '../generated/exits';
import { BEFORE, IE, flags, masks, raise, roundedUp, setRoundedUp, useControlWord } from '../float/control';
import { effectiveAddress } from '../operands';
import { BLOCK_RIP, X87_OPCODE, X87_RIP_LOW, headerOf } from '../record';

/** Stack fault, in the status word. */
export const STATUS_SF: u32 = 0x40;
/** Error summary: an unmasked exception is pending. */
export const STATUS_ES: u32 = 0x80;
export const STATUS_C0: u32 = 0x100;
export const STATUS_C1: u32 = 0x200;
export const STATUS_C2: u32 = 0x400;
export const STATUS_C3: u32 = 0x4000;
/** Busy; has no meaning of its own any more and equals ES. */
export const STATUS_BUSY: u32 = 0x8000;

/** The stack fault of the instruction under way, as a bit of the status word. */
let stackFault: u32 = 0;

/** FERR#: the host's interrupt controllers turn it into IRQ 13. */
@external("env", "signalNumericError")
declare function signalNumericError(): void;

/**
 * Delivers a pending unmasked exception. With CR0.NE = 0 that is the way of the PC/AT (SDM Vol. 1 8.7.2): FERR# is asserted and the
 * processor stands still before the instruction until an interrupt comes; IGNNE# lets it pass over the exception instead.
 */
@inline
export function checkPending(r: usize): void {
  if ((cpu.x87Status & STATUS_ES) != 0) deliverPending(r);
}

function deliverPending(r: usize): void {
  if ((cpu.cr0 & CR0_NE) != 0) fault(r, MF);
  if (cpu.ignoreNumericError != 0) return;
  cpu.currentRecord = <u32>r;
  signalNumericError();
  abandon(r, EXIT_NUMERIC_ERROR);
}

/** The chip set has seen a write to port F0H: IGNNE# is asserted as long as FERR# is. */
export function assertIgnne(): void {
  if ((cpu.x87Status & STATUS_ES) != 0) cpu.ignoreNumericError = 1;
}

/** FERR# goes off, because nothing is pending any more, and takes IGNNE# with it. */
export function releaseIgnne(): void {
  cpu.ignoreNumericError = 0;
}

/** First words of every waiting instruction. */
export function begin(r: usize): void {
  checkPending(r);
  prepare();
}

/** The rest of `begin`, for instructions that look for their usual case (shortcuts.ts) in between. */
export function prepare(): void {
  useControlWord(cpu.x87Control);
  stackFault = 0;
}

/** WAIT: CR0.EM does not matter, CR0.TS only with CR0.MP. */
export function wait(r: usize): void {
  if ((cpu.cr0 & (CR0_MP | CR0_TS)) == (CR0_MP | CR0_TS)) fault(r, NM);
  checkPending(r);
}

/** An empty register was to be read. Returns whether the masked response is due. */
export function underflowStack(): bool {
  raise(IE);
  stackFault = STATUS_SF;
  setRoundedUp(false);
  return (masks & IE) != 0;
}

/** A full register was to be pushed upon; C1 tells it from the other stack fault. */
export function overflowStack(): bool {
  underflowStack();
  setRoundedUp(true);
  return (masks & IE) != 0;
}

/** For the few instructions that leave C1 alone: FCMOVcc and the comparisons into RFLAGS. */
export function keepRoundedUp(): void {
  setRoundedUp((cpu.x87Status & STATUS_C1) != 0);
}

/** Whether an exception forbids that there is a result at all. */
@inline
export function isStopped(): bool {
  return (flags & BEFORE & ~masks) != 0;
}

/** RIP of the instruction of a record. */
@inline
export function instructionPointer(r: usize): u64 {
  const start = load<u64>(headerOf(r), BLOCK_RIP);
  return start + <u64>(load<u32>(r, X87_RIP_LOW) - <u32>start);
}

/** Last words of every instruction that is no control instruction: exceptions, C1 and the pointers. */
export function end(r: usize, hasMemoryOperand: bool = false): void {
  let status = (cpu.x87Status & ~STATUS_C1) | flags | stackFault;
  if (roundedUp != 0) status |= STATUS_C1;
  cpu.x87InstructionPointer = instructionPointer(r);
  if ((flags & ~masks) != 0) {
    status |= STATUS_ES | STATUS_BUSY;
    cpu.x87Opcode = load<u16>(r, X87_OPCODE);
    if (hasMemoryOperand) cpu.x87DataPointer = effectiveAddress(r);
  }
  cpu.x87Status = status;
}

/** Recomputes ES after a change of the control or the status word. */
export function updateSummary(): void {
  const isPending = (cpu.x87Status & ~cpu.x87Control & 0x3f) != 0;
  cpu.x87Status &= ~(STATUS_ES | STATUS_BUSY);
  if (isPending) cpu.x87Status |= STATUS_ES | STATUS_BUSY;
  else releaseIgnne();
}

/** Sets C3, C2 and C0; C1 is set by `end`. */
export function setConditions(bits: u32): void {
  cpu.x87Status = (cpu.x87Status & ~(STATUS_C0 | STATUS_C2 | STATUS_C3)) | bits;
}
