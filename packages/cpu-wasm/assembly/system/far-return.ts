// RET far and IRET (SDM Vol. 2 RET, IRET; Vol. 3A 5.8.6 and 6.12.1.1, 6.14.3). Both read CS:RIP, check the target, and in a
// return to an outer level (and always for IRET in 64-bit mode) load SS:RSP. Returns to virtual-8086 mode are in
// virtual-8086.ts, returns to a previous task in task-switch.ts.

import { CR0_PE } from '../generated/control';
import { NT, VM } from '../generated/rflags';
import { GP } from '../generated/vectors';
import { faultWithCode } from '../fault';
import { readFlags } from '../flags';
import { transferTo, nextRip } from '../flow';
import { cpu } from '../generated/state';
import { RIGHTS_CODE, RIGHTS_DB, RIGHTS_S, is64BitMode, isLongMode, isVirtual8086, updateMode } from '../mode';
import { imm } from '../operands';
import { CS, DS, ES, FS, GS, SEGMENT_RIGHTS, SS, segmentAt } from '../segment';
import { checkEntryPoint, checkReturnTarget, enterCodeSegment, is64BitCode } from './code-segment';
import { accessed, dplOf, isConforming, isNull, isPresent, rightsOf } from './descriptors';
import {
  changeableByReturn,
  checkVirtualFlagImage,
  ioPrivilegeLevel,
  requireVirtualFlags,
  writeFlagImage,
  writeVirtualFlagImage,
} from './flag-image';
import { checkStackSegment, setNullSegment, setRealSegment, setSegmentFrom, usesDescriptors } from './segment-load';
import { movedStackPointer, peek } from './stack';
import { returnToTask } from './task-switch';
import { returnToVirtual8086 } from './virtual-8086';
import { iretWithinRing } from './within-ring';

/** Stands for a null SS, which a return to 64-bit code below CPL 3 may load. */
const NULL_STACK: u64 = 0;

/** Checks the SS of a return to `cpl`; returns its descriptor or NULL_STACK. */
function checkReturnStack(r: usize, selector: u32, cpl: u32, code: u64): u64 {
  if (isNull(selector)) {
    if (!is64BitCode(rightsOf(code)) || cpl == 3) faultWithCode(r, GP, 0);
    return NULL_STACK;
  }
  return checkStackSegment(r, selector, cpl, GP, 0);
}

/** Loads SS and RSP. A 16-bit stack gets only SP (SDM Vol. 3A 6.2.3 stack address size). */
function enterStack(selector: u32, stack: u64, rsp: u64, code: u64): void {
  if (stack == NULL_STACK) setNullSegment(SS, selector);
  else setSegmentFrom(SS, selector, stack);
  const isWide = is64BitCode(rightsOf(code)) || (rightsOf(stack) & RIGHTS_DB) != 0;
  cpu.rsp = isWide ? rsp : (cpu.rsp & ~(<u64>0xffff)) | (rsp & 0xffff);
}

/** After a return to an outer level, segments that the new level may not use become null (SDM Vol. 3A 5.8.6). */
function dropInnerSegments(): void {
  dropInnerSegment(ES);
  dropInnerSegment(DS);
  dropInnerSegment(FS);
  dropInnerSegment(GS);
}

function dropInnerSegment(number: u32): void {
  const rights = load<u32>(segmentAt(number), SEGMENT_RIGHTS);
  if (!isPresent(rights) || dplOf(rights) >= cpu.cpl) return;
  const isCode = (rights & (RIGHTS_S | RIGHTS_CODE)) == (RIGHTS_S | RIGHTS_CODE);
  if (!(isCode && isConforming(rights))) setNullSegment(number, 0);
}

/** RET far, with the bytes of parameters to release in the immediate. */
export function retFar<T>(r: usize): usize {
  const bytes: u64 = sizeof<T>();
  const released = <u64>imm<u16>(r);
  const rip = <u64>peek<T>(r, 0);
  const selector = (<u32>peek<T>(r, bytes)) & 0xffff;
  if (!usesDescriptors()) {
    if (rip > <u64>cpu.csLimit) faultWithCode(r, GP, 0);
    cpu.rsp = movedStackPointer(2 * bytes + released);
    setRealSegment(CS, selector);
    updateMode();
    return transferTo(rip);
  }
  const code = checkReturnTarget(r, selector);
  const cpl = selector & 3;
  if (cpl == cpu.cpl) {
    const entry = checkEntryPoint(r, code, rip);
    const marked = accessed(r, selector, code);
    cpu.rsp = movedStackPointer(2 * bytes + released);
    enterCodeSegment(selector, marked, cpl);
    return transferTo(entry);
  }
  const rsp = <u64>peek<T>(r, 2 * bytes + released);
  const stackSelector = (<u32>peek<T>(r, 3 * bytes + released)) & 0xffff;
  let stack = checkReturnStack(r, stackSelector, cpl, code);
  const entry = checkEntryPoint(r, code, rip);
  if (stack != NULL_STACK) stack = accessed(r, stackSelector, stack);
  const marked = accessed(r, selector, code);
  enterStack(stackSelector, stack, rsp + released, code);
  enterCodeSegment(selector, marked, cpl);
  dropInnerSegments();
  updateMode();
  return transferTo(entry);
}

/** IRET, IRETD, IRETQ. */
export function iret<T>(r: usize): usize {
  if (sizeof<T>() == 8) {
    const next = iretWithinRing();
    if (next != 0) return next;
  }
  const bytes: u64 = sizeof<T>();
  const isVirtual = isVirtual8086();
  const usesVirtualFlags = isVirtual && ioPrivilegeLevel() != 3;
  if (usesVirtualFlags) requireVirtualFlags(r, sizeof<T>());
  const isProtected = (cpu.cr0 & CR0_PE) != 0 && !isVirtual;
  if (isProtected && (cpu.flagsSystem & NT) != 0) {
    if (isLongMode()) faultWithCode(r, GP, 0);
    return returnToTask(r, nextRip(r) & 0xffffffff, readFlags());
  }
  const rip = <u64>peek<T>(r, 0);
  const selector = (<u32>peek<T>(r, bytes)) & 0xffff;
  const image = <u64>peek<T>(r, 2 * bytes);
  const changeable = changeableByReturn(sizeof<T>());
  if (!isProtected) {
    if (rip > <u64>cpu.csLimit) faultWithCode(r, GP, 0);
    if (usesVirtualFlags) checkVirtualFlagImage(r, image);
    cpu.rsp = movedStackPointer(3 * bytes);
    setRealSegment(CS, selector);
    updateMode();
    if (usesVirtualFlags) writeVirtualFlagImage(image);
    else writeFlagImage(image, changeable);
    return transferTo(rip);
  }
  if (!isLongMode() && sizeof<T>() == 4 && (image & VM) != 0 && cpu.cpl == 0) return returnToVirtual8086(r);
  const code = checkReturnTarget(r, selector);
  const cpl = selector & 3;
  const isOuter = cpl > cpu.cpl;
  if (isOuter || is64BitMode()) {
    const rsp = <u64>peek<T>(r, 3 * bytes);
    const stackSelector = (<u32>peek<T>(r, 4 * bytes)) & 0xffff;
    let stack = checkReturnStack(r, stackSelector, cpl, code);
    const entry = checkEntryPoint(r, code, rip);
    if (stack != NULL_STACK) stack = accessed(r, stackSelector, stack);
    const marked = accessed(r, selector, code);
    enterStack(stackSelector, stack, rsp, code);
    enterCodeSegment(selector, marked, cpl);
    if (isOuter) {
      dropInnerSegments();
      updateMode();
    }
    writeFlagImage(image, changeable);
    return transferTo(entry);
  }
  const entry = checkEntryPoint(r, code, rip);
  const marked = accessed(r, selector, code);
  cpu.rsp = movedStackPointer(3 * bytes);
  enterCodeSegment(selector, marked, cpl);
  writeFlagImage(image, changeable);
  return transferTo(entry);
}
