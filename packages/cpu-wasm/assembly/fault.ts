// Exceptions on their way from the place that detects them to their delivery. `fault` records vector and error code, puts
// RIP on the faulting instruction, gives back the budget of it and of all that follow in its block, and leaves through the
// host (an imported function that throws): bodies need no checks, and no value can be used by mistake after a fault. The
// host calls the run loop again, which starts with the delivery (system/deliver.ts).

import { PF_VECTOR } from './generated/vectors';
import { cpu } from './generated/state';
import { BLOCK_COUNT, BLOCK_RIP, INDEX, LENGTH, RECORD_BYTES, headerOf } from './record';

/** Leaves the core by a host exception; never returns. */
@external("env", "raise")
declare function raise(): void;

/** RIP of the instruction of a record: the block's RIP plus the lengths before it. */
export function ripOf(record: usize): u64 {
  const header = headerOf(record);
  let rip = load<u64>(header, BLOCK_RIP);
  for (let r = header + RECORD_BYTES; r < record; r += RECORD_BYTES) rip += load<u8>(r, LENGTH);
  return rip;
}

/** Instructions of the block that begin at this record or after it; they are charged but not retired. */
@inline
export function unretired(record: usize): i32 {
  return <i32>load<u16>(headerOf(record), BLOCK_COUNT) - <i32>load<u8>(record, INDEX);
}

/** Instructions retired since reset, seen from inside the instruction of `record`. */
export function retired(record: usize): u64 {
  return cpu.instructions + <u64>(cpu.budgetStart - cpu.budget - unretired(record));
}

/** Charged but not retired instructions, seen from inside a callback of the host: the current one and those behind it. */
export function unretiredNow(): i32 {
  return cpu.currentRecord != 0 ? unretired(cpu.currentRecord) : 0;
}

/** Puts RIP on the current instruction, for a callback of the host that wants to see it. */
export function locateRip(): void {
  if (cpu.currentRecord != 0) cpu.rip = ripOf(cpu.currentRecord);
}

/** Puts the core into the state before the instruction of `record`. */
export function rewind(record: usize): void {
  cpu.rip = ripOf(record);
  cpu.budget += unretired(record);
}

function leave(record: usize, vector: u32, hasErrorCode: u32, errorCode: u32): void {
  if (isDefined(TEMPLATES)) {
    // Translated code goes back to before the instruction and lets the interpreter raise the fault.
    raise();
    return;
  }
  if (record != 0) rewind(record);
  cpu.faultPending = 1;
  cpu.faultVector = vector;
  cpu.faultHasErrorCode = hasErrorCode;
  cpu.faultErrorCode = errorCode;
  raise();
  unreachable();
}

/** Raises an exception without error code at the instruction of `record` (0: during a delivery). Does not return. */
export function fault(record: usize, vector: u32): void {
  leave(record, vector, 0, 0);
}

/** Raises an exception with error code at the instruction of `record` (0: during a delivery). Does not return. */
export function faultWithCode(record: usize, vector: u32, errorCode: u32): void {
  leave(record, vector, 1, errorCode);
}

/** Raises #PF. Does not return. */
export function pageFault(record: usize, linear: u64, errorCode: u32): void {
  cpu.cr2 = linear;
  leave(record, PF_VECTOR, 1, errorCode);
}

/** Takes the instruction of `record` back and goes on with it; `noVector` says that there is nothing to deliver. Does not return. */
export function leaveForRestart(record: usize, noVector: u32): void {
  leave(record, noVector, 0, 0);
}

/** Leaves the core with `exitReason` at the instruction of `record`, which is not retired. Does not return. */
export function abandon(record: usize, exitReason: u32): void {
  if (record != 0) rewind(record);
  cpu.exitReason = exitReason;
  cpu.faultPending = 0;
  raise();
  unreachable();
}
