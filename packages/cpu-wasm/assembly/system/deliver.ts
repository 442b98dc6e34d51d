// Delivery of exceptions and interrupts through the IDT (SDM Vol. 3A 6.10 to 6.15; Vol. 2 INT n/INTO/INT3/INT1 for the exact
// order of checks) or the interrupt vector table of real-address mode (Vol. 3B 20.1.4).
//
// A delivery reads and checks everything, then writes the frame, then changes the processor's state, so a fault on the way
// finds the interrupted program untouched. Such a fault comes back through the run loop to `deliverPending`, which combines
// it with the event under way: serially, as a double fault, or as shutdown (SDM Vol. 3A table 6-5).
// Not modelled: NMI and machine checks.

import { AC, IF, NT, RF, TF, VM } from '../generated/rflags';
import { BP, DB, DE, DF_VECTOR, GP, NP, OVERFLOW, PF_VECTOR, TS } from '../generated/vectors';
import { refreshAttention } from '../blocks';
import { abandon, fault } from '../fault';
import { EXIT_BUDGET, EXIT_SHUTDOWN } from '../generated/exits';
import { readFlags } from '../flags';
import {
  EVENT_EXCEPTION,
  EVENT_EXTERNAL,
  EVENT_SOFTWARE_EXCEPTION,
  EVENT_SOFTWARE_INTERRUPT,
  NO_DELIVERY,
  STEP_CODE_DPL,
  STEP_CODE_NOT_PRESENT,
  STEP_CODE_SELECTOR_LIMIT,
  STEP_CODE_SELECTOR_NULL,
  STEP_CODE_TYPE,
  STEP_ENTRY_POINT,
  STEP_GATE_DPL,
  STEP_GATE_NOT_PRESENT,
  STEP_GATE_TYPE,
  STEP_IDT_LIMIT,
  STEP_READ_CODE_DESCRIPTOR,
  STEP_READ_GATE,
} from '../generated/delivery';
import { cpu } from '../generated/state';
import { RIGHTS_DB, RIGHTS_L, isLongMode, isProtectedMode, isVirtual8086, updateMode } from '../mode';
import { CS, DS, ES, FS, GS, SS } from '../segment';
import { isCanonical, loadSupervisor } from '../slow-memory';
import { enterCodeSegment } from './code-segment';
import {
  INTERRUPT_GATE,
  INTERRUPT_GATE_16,
  NO_ADDRESS,
  SELECTOR_MASK,
  TASK_GATE,
  TRAP_GATE,
  TRAP_GATE_16,
  TYPE_MASK,
  accessed,
  baseOf,
  descriptorAddress,
  dplOf,
  systemAddress,
  isCodeSegment,
  isConforming,
  isNull,
  isPresent,
  limitOf,
  readDescriptor,
  rightsOf,
} from './descriptors';
import { frameStackPointer, openFrame, openFrame64, pushFrame } from './frame';
import { refuse } from './refuse';
import { checkStackSegment, setNullSegment, setRealSegment, setSegmentFrom } from './segment-load';
import { appendToChain, clearChain, noteFailedStep } from './shutdown-chain';
import { deliverWithinRing } from './within-ring';
import { TASK_CALL, gateTask, switchTask } from './task-switch';
import { innerSelector, readInnerStack, readInnerStack64, readInterruptStack } from './task-state';

/** INTA cycle of the interrupt controller: the vector of the interrupt to serve. */
@external("env", "acknowledgeInterrupt")
declare function acknowledgeInterrupt(): u32;

/** #CP and #VE, which complete the classes of table 6-5. */
const VE: u32 = 20;
const CP: u32 = 21;

/** DR6.BS: the #DB comes from single-stepping (SDM Vol. 3B 17.2.3). */
const DR6_BS: u64 = 1 << 14;
/** DR6.B0 to B3: a debug exception tells of its own breakpoints only. */
const DR6_BREAKPOINTS: u64 = 0xf;
/** DR7.GD: any access to a debug register is #DB. */
const DR7_GD: u64 = 1 << 13;

@inline
function isContributory(vector: u32): bool {
  return vector == DE || (vector >= TS && vector <= GP) || vector == CP;
}

@inline
function isPageFaultClass(vector: u32): bool {
  return vector == PF_VECTOR || vector == VE;
}

/** SDM Vol. 3A table 6-5; `first` was raised as an exception, the other classes are benign. */
function makesDoubleFault(first: u32, second: u32): bool {
  if (isContributory(first)) return isContributory(second);
  return isPageFaultClass(first) && (isContributory(second) || isPageFaultClass(second));
}

/** Faults save RF = 1, so that an instruction breakpoint does not trap again on return (SDM Vol. 3B 17.3.1.1). */
@inline
function isFault(vector: u32): bool {
  return vector != DB && vector != BP && vector != OVERFLOW && vector != DF_VECTOR;
}

/**
 * Delivers the pending exception if the budget allows it: a delivery counts as one instruction, so that a handler that faults on
 * its first byte cannot run for ever. False: the run ends here.
 */
export function beginPending(): bool {
  if (cpu.budget <= 0) {
    cpu.exitReason = EXIT_BUDGET;
    return false;
  }
  cpu.budget -= 1;
  deliverPending();
  return true;
}

/** Delivers the exception that `fault` left, by the rules for exceptions within deliveries. Start of the run loop. */
function deliverPending(): void {
  let vector = cpu.faultVector;
  let hasErrorCode = cpu.faultHasErrorCode;
  let errorCode = cpu.faultErrorCode;
  const first = cpu.deliveringVector;
  const firstKind = cpu.deliveringKind;
  cpu.faultPending = 0;
  const isNested = first != NO_DELIVERY;
  if (isNested) noteFailedStep(cpu.deliveryStep);
  else clearChain();
  appendToChain(vector, EVENT_EXCEPTION, hasErrorCode, errorCode, cpu.rip, isNested);
  if (isNested && firstKind == EVENT_EXCEPTION) {
    if (first == DF_VECTOR) {
      cpu.deliveringVector = NO_DELIVERY;
      abandon(0, EXIT_SHUTDOWN);
    }
    if (makesDoubleFault(first, vector)) {
      vector = DF_VECTOR;
      hasErrorCode = 1;
      errorCode = 0;
      appendToChain(vector, EVENT_EXCEPTION, 1, 0, cpu.rip, true);
    }
  }
  deliver(0, vector, EVENT_EXCEPTION, hasErrorCode, errorCode, cpu.rip);
}

/** Asks the interrupt controller for its vector and delivers it. The caller has checked IF. */
export function deliverExternalInterrupt(): void {
  beginEvent(0, acknowledgeInterrupt(), EVENT_EXTERNAL, cpu.rip);
}

/** INT n, INT3, INTO and INT1: the frame returns behind the instruction of `r`, faults come before it. */
@inline
export function deliverSoftware(r: usize, vector: u32, kind: u32, returnRip: u64): void {
  beginEvent(r, vector, kind, returnRip);
}

/**
 * Delivers the #DB trap of what the last instruction did: it began with TF = 1, met data or I/O breakpoints, or switched to a
 * task with T set (SDM Vol. 3B 17.2.3, 17.3.1.2 to 17.3.1.5). RIP is behind it.
 */
export function debugTrap(): void {
  const causes = (<u64>cpu.debugPending) | (cpu.stepPending != 0 ? DR6_BS : 0);
  cpu.stepPending = 0;
  cpu.debugPending = 0;
  cpu.dr6 = (cpu.dr6 & ~DR6_BREAKPOINTS) | causes;
  beginEvent(0, DB, EVENT_EXCEPTION, cpu.rip);
}

/** Raises the #DB fault of instruction breakpoints at RIP, `hits`, if there are any (SDM Vol. 3B 17.3.1.1). */
export function breakBefore(hits: u32): void {
  if (hits == 0) return;
  cpu.dr6 = (cpu.dr6 & ~DR6_BREAKPOINTS) | hits;
  fault(0, DB);
}

@inline
function beginEvent(r: usize, vector: u32, kind: u32, returnRip: u64): void {
  clearChain();
  appendToChain(vector, kind, 0, 0, r == 0 ? cpu.rip : returnRip, false);
  deliver(r, vector, kind, 0, 0, returnRip);
}

function deliver(r: usize, vector: u32, kind: u32, hasErrorCode: u32, errorCode: u32, returnRip: u64): void {
  cpu.deliveringKind = kind;
  // Implicit accesses are 64 bits wide in IA-32e mode, also from compatibility mode.
  cpu.currentRecord = 0;
  let image = readFlags();
  // What a faulting instruction met before its fault, it will meet again.
  if (kind == EVENT_EXCEPTION) cpu.debugPending = 0;
  if (kind == EVENT_EXCEPTION && isFault(vector)) image |= RF;
  if (!deliverWithinRing(vector, hasErrorCode, errorCode, returnRip, image)) {
    cpu.deliveringVector = vector;
    if (!isProtectedMode()) deliverReal(r, vector, returnRip);
    else deliverProtected(r, vector, kind, hasErrorCode, errorCode, returnRip, image);
  }
  if (vector == DB && kind == EVENT_EXCEPTION) cpu.dr7 &= ~DR7_GD;
  cpu.deliveringVector = NO_DELIVERY;
  cpu.stepPending = 0;
  cpu.interruptShadow = 0;
  refreshAttention();
}

/** Real-address mode: a table of far pointers, three words on the stack, no error code (SDM Vol. 3B 20.1.4). */
function deliverReal(r: usize, vector: u32, returnRip: u64): void {
  if (<u64>vector * 4 + 3 > cpu.idtrLimit) refuse(r, STEP_IDT_LIMIT, GP, 0);
  cpu.deliveryStep = STEP_READ_GATE;
  const pointer = loadSupervisor<u32>(r, systemAddress(cpu.idtrBase + vector * 4));
  openFrame(r, cpu.ssBase, cpu.ssLimit, cpu.ssRights, cpu.rsp, 2, 3, 0, 0);
  pushFrame(r, readFlags());
  pushFrame(r, cpu.csSelector);
  pushFrame(r, returnRip);
  cpu.rsp = frameStackPointer();
  cpu.flagsSystem &= ~(IF | TF | RF | AC);
  setRealSegment(CS, pointer >> 16);
  cpu.rip = pointer & 0xffff;
  updateMode();
}

function deliverProtected(
  r: usize,
  vector: u32,
  kind: u32,
  hasErrorCode: u32,
  errorCode: u32,
  returnRip: u64,
  image: u64,
): void {
  const isLong = isLongMode();
  // EXT: the event is external to the program, or itself an exception (SDM Vol. 3A 6.13).
  const ext: u32 = kind == EVENT_SOFTWARE_INTERRUPT || kind == EVENT_SOFTWARE_EXCEPTION ? 0 : 1;

  // The gate.
  const gateBytes: u32 = isLong ? 16 : 8;
  const gateCode = (vector << 3) | 2 | ext;
  if (<u64>vector * gateBytes + gateBytes - 1 > cpu.idtrLimit) refuse(r, STEP_IDT_LIMIT, GP, gateCode);
  cpu.deliveryStep = STEP_READ_GATE;
  const gateAddress = systemAddress(cpu.idtrBase + vector * gateBytes);
  const gate = loadSupervisor<u64>(r, gateAddress);
  const gateHigh: u64 = isLong ? loadSupervisor<u64>(r, gateAddress + 8) : 0;
  const gateRights = rightsOf(gate);
  const type = gateRights & TYPE_MASK;
  const isWide = type == INTERRUPT_GATE || type == TRAP_GATE;
  const isLegacyType = type == INTERRUPT_GATE_16 || type == TRAP_GATE_16 || type == TASK_GATE;
  if (!isWide && (isLong || !isLegacyType)) refuse(r, STEP_GATE_TYPE, GP, gateCode);
  if (ext == 0 && dplOf(gateRights) < cpu.cpl) refuse(r, STEP_GATE_DPL, GP, gateCode);
  if (!isPresent(gateRights)) refuse(r, STEP_GATE_NOT_PRESENT, NP, gateCode);
  if (type == TASK_GATE) {
    const task = (<u32>(gate >> 16)) & 0xffff;
    switchTask(r, task, gateTask(r, task, ext), TASK_CALL, returnRip, image, hasErrorCode, errorCode, ext);
    return;
  }

  // The code segment of the handler.
  const selector = (<u32>(gate >> 16)) & 0xffff;
  const codeCode = (selector & SELECTOR_MASK) | ext;
  if (isNull(selector)) refuse(r, STEP_CODE_SELECTOR_NULL, GP, ext);
  const codeAddress = descriptorAddress(selector, 8);
  if (codeAddress == NO_ADDRESS) refuse(r, STEP_CODE_SELECTOR_LIMIT, GP, codeCode);
  cpu.deliveryStep = STEP_READ_CODE_DESCRIPTOR;
  let code = readDescriptor(r, codeAddress);
  const codeRights = rightsOf(code);
  if (!isCodeSegment(codeRights)) refuse(r, STEP_CODE_TYPE, GP, codeCode);
  if (dplOf(codeRights) > cpu.cpl) refuse(r, STEP_CODE_DPL, GP, codeCode);
  // Virtual-8086 mode is left for ring 0 only (SDM Vol. 3B 20.3.1.1).
  const isFromVirtual = isVirtual8086();
  if (isFromVirtual && (isConforming(codeRights) || dplOf(codeRights) != 0)) refuse(r, STEP_CODE_DPL, GP, codeCode);
  if (isLong && (codeRights & (RIGHTS_L | RIGHTS_DB)) != RIGHTS_L) refuse(r, STEP_CODE_TYPE, GP, codeCode);
  if (!isPresent(codeRights)) refuse(r, STEP_CODE_NOT_PRESENT, NP, codeCode);
  const newCpl = isConforming(codeRights) ? cpu.cpl : dplOf(codeRights);
  const isInner = newCpl < cpu.cpl;
  let entry = (gate & 0xffff) | ((gate >> 32) & 0xffff0000);
  if (isLong) {
    entry |= gateHigh << 32;
    if (!isCanonical(entry)) refuse(r, STEP_ENTRY_POINT, GP, ext);
  } else {
    if (!isWide) entry &= 0xffff;
    if (entry > <u64>limitOf(code)) refuse(r, STEP_ENTRY_POINT, GP, ext);
  }

  // The stack and its frame.
  const hadSs = cpu.ssSelector;
  const hadRsp = cpu.rsp;
  let newSs: u32 = 0;
  let stack: u64 = 0;
  if (isLong) {
    const index = (<u32>(gate >> 32)) & 7;
    const pointer =
      index != 0 ? readInterruptStack(r, index, ext) : isInner ? readInnerStack64(r, newCpl, ext) : cpu.rsp;
    openFrame64(r, pointer & ~(<u64>15), 8, 5 + hasErrorCode, newCpl, ext);
  } else {
    const bytes: u32 = isWide ? 4 : 2;
    if (isInner) {
      const pointer = readInnerStack(r, newCpl, ext);
      newSs = innerSelector;
      stack = checkStackSegment(r, newSs, newCpl, TS, ext);
      const stackCode = (newSs & SELECTOR_MASK) | ext;
      const count: u32 = (isFromVirtual ? 9 : 5) + hasErrorCode;
      openFrame(r, baseOf(stack), limitOf(stack), rightsOf(stack), pointer, bytes, count, newCpl, stackCode);
    } else {
      openFrame(r, cpu.ssBase, cpu.ssLimit, cpu.ssRights, cpu.rsp, bytes, 3 + hasErrorCode, newCpl, ext);
    }
  }
  cpu.deliveryStep = STEP_READ_CODE_DESCRIPTOR;
  code = accessed(r, selector, code);
  if (stack != 0) stack = accessed(r, newSs, stack);
  if (isFromVirtual) {
    pushFrame(r, cpu.gsSelector);
    pushFrame(r, cpu.fsSelector);
    pushFrame(r, cpu.dsSelector);
    pushFrame(r, cpu.esSelector);
  }
  if (isLong || isInner) {
    pushFrame(r, hadSs);
    pushFrame(r, hadRsp);
  }
  pushFrame(r, image);
  pushFrame(r, cpu.csSelector);
  pushFrame(r, returnRip);
  if (hasErrorCode != 0) pushFrame(r, errorCode);

  // From here on nothing fails.
  cpu.rsp = frameStackPointer();
  cpu.flagsSystem &= ~(TF | NT | RF | VM);
  if ((type & 1) == 0) cpu.flagsSystem &= ~IF;
  if (isInner) {
    // In IA-32e mode a change of privilege leaves a null SS with the new RPL (SDM Vol. 3A 6.14.5).
    if (isLong) setNullSegment(SS, newCpl);
    else setSegmentFrom(SS, newSs, stack);
  }
  if (isFromVirtual) {
    setNullSegment(GS, 0);
    setNullSegment(FS, 0);
    setNullSegment(DS, 0);
    setNullSegment(ES, 0);
  }
  cpu.rip = entry;
  enterCodeSegment(selector, code, newCpl);
}
