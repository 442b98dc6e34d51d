// JMP far and CALL far (SDM Vol. 2 JMP, CALL; Vol. 3A 5.8 program control transfers): direct to code segments, and through
// call gates with the switch to an inner stack; to a TSS or task gate by task-switch.ts.

import { GP, NP, TS } from '../generated/vectors';
import { faultWithCode } from '../fault';
import { enter } from '../blocks';
import { readFlags } from '../flags';
import { transferTo, nextRip } from '../flow';
import { cpu } from '../generated/state';
import { RIGHTS_DB, RIGHTS_L, is64BitMode, isLongMode, ripMask, updateMode } from '../mode';
import { Imm, imm, read, wideImmediate } from '../operands';
import { CS, SS } from '../segment';
import { checkDirectTransfer, checkEntryPoint, enterCodeSegment, transferTarget } from './code-segment';
import {
  CALL_GATE,
  CALL_GATE_16,
  NO_ADDRESS,
  SELECTOR_MASK,
  SELECTOR_TI,
  TASK_GATE,
  TSS_16_AVAILABLE,
  TSS_AVAILABLE,
  TYPE_MASK,
  accessed,
  baseOf,
  descriptorAddress,
  dplOf,
  isCodeSegment,
  isConforming,
  isPresent,
  limitOf,
  readDescriptor,
  rightsOf,
} from './descriptors';
import { frameStackPointer, openFrame, openFrame64, pushFrame } from './frame';
import {
  checkStackSegment,
  farPointerSelector,
  setNullSegment,
  setRealSegment,
  setSegmentFrom,
  usesDescriptors,
} from './segment-load';
import { peek } from './stack';
import { TASK_CALL, TASK_JUMP, gateTask, switchTask } from './task-switch';
import { innerSelector, readInnerStack, readInnerStack64 } from './task-state';

@inline
function farOffset<T, D>(r: usize): u64 {
  return sizeof<D>() == sizeof<Imm>() ? <u64>(<T>wideImmediate(r)) : <u64>read<T, D>(r);
}

@inline
function farSelector<T, D>(r: usize): u32 {
  return sizeof<D>() == sizeof<Imm>() ? <u32>imm<u16>(r) : farPointerSelector<T, D>(r);
}

/** JMP ptr16:z and JMP m16:z. */
export function jmpFar<T, D>(r: usize): usize {
  const offset = farOffset<T, D>(r);
  return transfer(r, farSelector<T, D>(r), offset, 0);
}

/** CALL ptr16:z and CALL m16:z. */
export function callFar<T, D>(r: usize): usize {
  const offset = farOffset<T, D>(r);
  return transfer(r, farSelector<T, D>(r), offset, sizeof<T>());
}

/** Opens a frame of `count` values on the current stack. */
function openCurrentFrame(r: usize, bytes: u32, count: u32): void {
  if (is64BitMode()) openFrame64(r, cpu.rsp, bytes, count, cpu.cpl, 0);
  else openFrame(r, cpu.ssBase, cpu.ssLimit, cpu.ssRights, cpu.rsp, bytes, count, cpu.cpl, 0);
}

/** `returnBytes` is the size of the pushed CS and RIP, 0 for a jump. */
function transfer(r: usize, selector: u32, offset: u64, returnBytes: u32): usize {
  const returnRip = nextRip(r) & ripMask;
  if (!usesDescriptors()) {
    if (offset > <u64>cpu.csLimit) faultWithCode(r, GP, 0);
    if (returnBytes != 0) {
      openCurrentFrame(r, returnBytes, 2);
      pushFrame(r, cpu.csSelector);
      pushFrame(r, returnRip);
      cpu.rsp = frameStackPointer();
    }
    setRealSegment(CS, selector);
    updateMode();
    return transferTo(offset);
  }
  const descriptor = readDescriptor(r, transferTarget(r, selector));
  if (!isCodeSegment(rightsOf(descriptor)))
    return transferBySystem(r, selector, descriptor, returnBytes != 0, returnRip);
  checkDirectTransfer(r, selector, descriptor);
  const entry = checkEntryPoint(r, descriptor, offset);
  if (returnBytes != 0) openCurrentFrame(r, returnBytes, 2);
  const marked = accessed(r, selector, descriptor);
  if (returnBytes != 0) {
    pushFrame(r, cpu.csSelector);
    pushFrame(r, returnRip);
    cpu.rsp = frameStackPointer();
  }
  enterCodeSegment(selector, marked, cpu.cpl);
  return transferTo(entry);
}

/** The selector names no code segment: call gate, task gate, TSS, or nothing that can be jumped to. */
function transferBySystem(r: usize, selector: u32, descriptor: u64, isCall: bool, returnRip: u64): usize {
  const code = selector & SELECTOR_MASK;
  const rights = rightsOf(descriptor);
  const type = rights & TYPE_MASK;
  const isTask = type == TASK_GATE || type == TSS_AVAILABLE || type == TSS_16_AVAILABLE;
  const isGate = type == CALL_GATE || (type == CALL_GATE_16 && !isLongMode());
  if (!isGate && (isLongMode() || !isTask)) faultWithCode(r, GP, code);
  const dpl = dplOf(rights);
  if (dpl < cpu.cpl || dpl < (selector & 3)) faultWithCode(r, GP, code);
  if (!isPresent(rights)) faultWithCode(r, NP, code);
  if (isTask) {
    const isTaskGate = type == TASK_GATE;
    if (!isTaskGate && (selector & SELECTOR_TI) != 0) faultWithCode(r, GP, code);
    const task = isTaskGate ? (<u32>(descriptor >> 16)) & 0xffff : selector;
    const tss = isTaskGate ? gateTask(r, task, 0) : descriptor;
    switchTask(r, task, tss, isCall ? TASK_CALL : TASK_JUMP, returnRip, readFlags(), 0, 0, 0);
    return enter();
  }
  let offset = (descriptor & 0xffff) | ((descriptor >> 32) & 0xffff0000);
  if (isLongMode()) {
    // The upper half must look like an invalid descriptor of type 0 (SDM Vol. 3A 5.8.3.1).
    const address = descriptorAddress(selector, 16);
    if (address == NO_ADDRESS) faultWithCode(r, GP, code);
    const upper = readDescriptor(r, address + 8);
    if (((upper >> 40) & TYPE_MASK) != 0) faultWithCode(r, GP, code);
    offset |= upper << 32;
  } else if (type == CALL_GATE_16) offset &= 0xffff;
  const parameters = isLongMode() ? 0 : (<u32>(descriptor >> 32)) & 31;
  const bytes: u32 = isLongMode() ? 8 : type == CALL_GATE ? 4 : 2;
  return throughCallGate(r, (<u32>(descriptor >> 16)) & 0xffff, offset, parameters, bytes, isCall, returnRip);
}

/** SDM Vol. 3A 5.8.4, 5.8.5. */
function throughCallGate(
  r: usize,
  selector: u32,
  offset: u64,
  parameters: u32,
  bytes: u32,
  isCall: bool,
  returnRip: u64,
): usize {
  const code = selector & SELECTOR_MASK;
  const descriptor = readDescriptor(r, transferTarget(r, selector));
  const rights = rightsOf(descriptor);
  const dpl = dplOf(rights);
  if (!isCodeSegment(rights) || dpl > cpu.cpl) faultWithCode(r, GP, code);
  if (isLongMode() && (rights & (RIGHTS_L | RIGHTS_DB)) != RIGHTS_L) faultWithCode(r, GP, code);
  if (!isCall && !isConforming(rights) && dpl != cpu.cpl) faultWithCode(r, GP, code);
  if (!isPresent(rights)) faultWithCode(r, NP, code);
  const entry = checkEntryPoint(r, descriptor, offset);
  if (!isCall) {
    enterCodeSegment(selector, accessed(r, selector, descriptor), cpu.cpl);
    return transferTo(entry);
  }
  if (isConforming(rights) || dpl == cpu.cpl) {
    // IA-32e gates push 64 bits, also from compatibility mode.
    openCurrentFrame(r, bytes, 2);
    const marked = accessed(r, selector, descriptor);
    pushFrame(r, cpu.csSelector);
    pushFrame(r, returnRip);
    cpu.rsp = frameStackPointer();
    enterCodeSegment(selector, marked, cpu.cpl);
    return transferTo(entry);
  }
  const hadSs = cpu.ssSelector;
  const hadRsp = cpu.rsp;
  let stack: u64 = 0;
  let stackSelector = dpl;
  if (isLongMode()) openFrame64(r, readInnerStack64(r, dpl, 0), 8, 4, dpl, 0);
  else {
    const pointer = readInnerStack(r, dpl, 0);
    stackSelector = innerSelector;
    stack = checkStackSegment(r, stackSelector, dpl, TS, 0);
    for (let i: u32 = 0; i < parameters; i++) parameter(r, i, bytes);
    const stackCode = stackSelector & SELECTOR_MASK;
    openFrame(r, baseOf(stack), limitOf(stack), rightsOf(stack), pointer, bytes, 4 + parameters, dpl, stackCode);
    stack = accessed(r, stackSelector, stack);
  }
  const marked = accessed(r, selector, descriptor);
  pushFrame(r, hadSs);
  pushFrame(r, hadRsp);
  for (let i = parameters; i > 0; i--) pushFrame(r, parameter(r, i - 1, bytes));
  pushFrame(r, cpu.csSelector);
  pushFrame(r, returnRip);
  cpu.rsp = frameStackPointer();
  if (isLongMode()) setNullSegment(SS, stackSelector);
  else setSegmentFrom(SS, stackSelector, stack);
  enterCodeSegment(selector, marked, dpl);
  return transferTo(entry);
}

/** Parameter `index` on the caller's stack. */
function parameter(r: usize, index: u32, bytes: u32): u64 {
  return bytes == 4 ? <u64>peek<u32>(r, index * 4) : <u64>peek<u16>(r, index * 2);
}
