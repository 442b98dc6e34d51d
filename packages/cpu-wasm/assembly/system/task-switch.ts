// Task switches (SDM Vol. 3A chapter 8): JMP and CALL to a TSS or task gate, interrupts through a task gate, IRET with NT. 32-bit
// and 16-bit task-state segments; IA-32e mode has no task switches.
//
// Everything that can fault in the old task is tried first: both segments and both descriptors. Then the old state is saved and
// the new one loaded, and faults of the new state (8.3, table 8-1) are raised in the new task, before its first instruction.

import { CR0_PG, CR0_TS } from '../generated/control';
import { NT, RF, VM } from '../generated/rflags';
import { GP, NP, TS } from '../generated/vectors';
import { enter, refreshAttention } from '../blocks';
import { faultWithCode } from '../fault';
import { ARITHMETIC, writeArithmeticFlags } from '../flags';
import { STEP_TASK_SWITCH } from '../generated/delivery';
import { cpu } from '../generated/state';
import { updateMode } from '../mode';
import { RAX } from '../registers';
import { CS, DS, ES, FS, GS, LDTR, SEGMENT_SELECTOR, SS, TR, segmentAt } from '../segment';
import { loadSupervisor, probeSupervisorWrite, storeSupervisor } from '../slow-memory';
import { loadCr3 } from '../tlb';
import { updateBreakpoints } from './breakpoints';
import {
  LDT,
  NO_ADDRESS,
  SELECTOR_MASK,
  SELECTOR_TI,
  TSS_16_AVAILABLE,
  TSS_AVAILABLE,
  TSS_BUSY_BIT,
  TYPE_MASK,
  accessed,
  baseOf,
  descriptorAddress,
  dplOf,
  isCodeSegment,
  isConforming,
  isNull,
  isPresent,
  isReadable,
  limitOf,
  readDescriptor,
  rightsOf,
  systemAddress,
} from './descriptors';
import { frameStackPointer, openFrame, pushFrame } from './frame';
import { checkStackSegment, setNullSegment, setSegment, setSegmentFrom } from './segment-load';
import { setVirtual8086Segments } from './virtual-8086';

/** How a task switch came about; decides busy bits, NT and the link. */
export const TASK_JUMP: u32 = 0;
/** CALL, or an interrupt through a task gate: the new task is nested in the old one. */
export const TASK_CALL: u32 = 1;
export const TASK_RETURN: u32 = 2;

/** Bit of the TSS type that tells the 32-bit form from the 16-bit one. */
const TSS_32_BIT: u32 = 8;

// The 32-bit TSS (SDM Vol. 3A figure 8-2); the 16-bit one (figure 8-10) has words in the same order and neither CR3, FS, GS nor T.
const LIMIT_32: u32 = 0x67;
const CR3_32: u32 = 0x1c;
const EIP_32: u32 = 0x20;
const SEGMENTS_32: u32 = 0x48;
const LDT_32: u32 = 0x60;
const TRAP_32: u32 = 0x64;
const LIMIT_16: u32 = 0x2b;
const IP_16: u32 = 0x0e;
const SEGMENTS_16: u32 = 0x22;
const LDT_16: u32 = 0x2a;

/** L0 to L3 and LE, which belong to the task (SDM Vol. 3B 17.2.4). */
const DR7_LOCAL: u64 = 0x155;
/** DR6.BT: the new task has T set in its TSS. */
const DR6_BT: u32 = 1 << 15;
/** Flags that exist. */
const DEFINED_FLAGS: u64 = 0x3f7fd7;

@inline
function isWide(rights: u32): bool {
  return (rights & TSS_32_BIT) != 0;
}

@inline
function read32(r: usize, base: u64, offset: u32): u64 {
  return loadSupervisor<u32>(r, systemAddress(base + offset));
}

@inline
function read16(r: usize, base: u64, offset: u32): u32 {
  return loadSupervisor<u16>(r, systemAddress(base + offset));
}

/** Descriptor of the TSS that a task gate names. Bad ones are #GP, absent ones #NP. */
export function gateTask(r: usize, selector: u32, ext: u32): u64 {
  const code = (selector & SELECTOR_MASK) | ext;
  const address = (selector & SELECTOR_TI) != 0 ? NO_ADDRESS : descriptorAddress(selector, 8);
  if (address == NO_ADDRESS) faultWithCode(r, GP, code);
  const descriptor = readDescriptor(r, address);
  const rights = rightsOf(descriptor);
  const type = rights & TYPE_MASK;
  if (type != TSS_AVAILABLE && type != TSS_16_AVAILABLE) faultWithCode(r, GP, code);
  if (!isPresent(rights)) faultWithCode(r, NP, code);
  return descriptor;
}

/** IRET with NT set: back to the task in the link field, which must be busy; else #TS. */
export function returnToTask(r: usize, returnRip: u64, flags: u64): usize {
  const selector = read16(r, cpu.trBase, 0);
  const code = selector & SELECTOR_MASK;
  const address = (selector & SELECTOR_TI) != 0 || isNull(selector) ? NO_ADDRESS : descriptorAddress(selector, 8);
  if (address == NO_ADDRESS) faultWithCode(r, TS, code);
  const descriptor = readDescriptor(r, address);
  const rights = rightsOf(descriptor);
  const type = rights & TYPE_MASK & ~TSS_BUSY_BIT;
  if ((type != TSS_AVAILABLE && type != TSS_16_AVAILABLE) || (rights & TSS_BUSY_BIT) == 0) faultWithCode(r, TS, code);
  if (!isPresent(rights)) faultWithCode(r, NP, code);
  switchTask(r, selector, descriptor, TASK_RETURN, returnRip, flags & ~NT, 0, 0, 0);
  return enter();
}

/**
 * Switches to the task of `selector`, whose descriptor the caller has checked. `returnRip` and `flags` are saved in the old
 * task; an error code is pushed in the new one. `ext` is the EXT bit of the error codes of faults.
 */
export function switchTask(
  r: usize,
  selector: u32,
  descriptor: u64,
  kind: u32,
  returnRip: u64,
  flags: u64,
  hasErrorCode: u32,
  errorCode: u32,
  ext: u32,
): void {
  cpu.deliveryStep = STEP_TASK_SWITCH;
  const rights = rightsOf(descriptor);
  const wide = isWide(rights);
  const limit: u32 = wide ? LIMIT_32 : LIMIT_16;
  if (limitOf(descriptor) < limit) faultWithCode(r, TS, (selector & SELECTOR_MASK) | ext);
  const oldRights = cpu.trRights;
  const oldLimit: u32 = isWide(oldRights) ? LIMIT_32 : LIMIT_16;
  const oldSelector = cpu.trSelector;
  if (!isPresent(oldRights) || cpu.trLimit < oldLimit) faultWithCode(r, TS, (oldSelector & SELECTOR_MASK) | ext);
  const base = baseOf(descriptor);
  const oldBusy = descriptorAddress(oldSelector, 8) + 5;
  const newBusy = descriptorAddress(selector, 8) + 5;
  probeSupervisorWrite(r, systemAddress(cpu.trBase), oldLimit + 1, false);
  read16(r, base, 0);
  read16(r, base, limit - 1);
  if (kind == TASK_CALL) probeSupervisorWrite(r, base, 2, false);
  if (kind != TASK_CALL) probeSupervisorWrite(r, oldBusy, 1, false);
  if (kind != TASK_RETURN) probeSupervisorWrite(r, newBusy, 1, false);

  // From here on the old task cannot fault any more.
  if (kind != TASK_CALL) {
    storeSupervisor<u8>(r, oldBusy, loadSupervisor<u8>(r, oldBusy) & ~(<u8>TSS_BUSY_BIT));
  }
  saveState(r, cpu.trBase, isWide(oldRights), returnRip, flags);
  if (kind == TASK_CALL) storeSupervisor<u16>(r, base, <u16>oldSelector);
  if (kind != TASK_RETURN) {
    storeSupervisor<u8>(r, newBusy, loadSupervisor<u8>(r, newBusy) | (<u8>TSS_BUSY_BIT));
  }
  setSegment(TR, selector, base, limitOf(descriptor), rights | TSS_BUSY_BIT);
  cpu.cr0 |= CR0_TS;
  cpu.dr7 &= ~DR7_LOCAL;
  updateBreakpoints();
  cpu.stepPending = 0;
  loadState(base, wide, kind == TASK_CALL, ext);
  if (hasErrorCode != 0) {
    openFrame(0, cpu.ssBase, cpu.ssLimit, cpu.ssRights, cpu.rsp, wide ? 4 : 2, 1, cpu.cpl, ext);
    pushFrame(0, errorCode);
    cpu.rsp = frameStackPointer();
  }
  if (cpu.rip > <u64>cpu.csLimit) faultWithCode(0, GP, ext);
  refreshAttention();
}

function saveState(r: usize, base: u64, wide: bool, rip: u64, flags: u64): void {
  if (wide) {
    storeSupervisor<u32>(r, systemAddress(base + EIP_32), <u32>rip);
    storeSupervisor<u32>(r, systemAddress(base + EIP_32 + 4), <u32>flags);
    for (let i: u32 = 0; i < 8; i++) {
      storeSupervisor<u32>(r, systemAddress(base + EIP_32 + 8 + i * 4), load<u32>(RAX + i * 8));
    }
    for (let i: u32 = 0; i < 6; i++) {
      storeSupervisor<u16>(r, systemAddress(base + SEGMENTS_32 + i * 4), load<u16>(segmentAt(i), SEGMENT_SELECTOR));
    }
    return;
  }
  storeSupervisor<u16>(r, systemAddress(base + IP_16), <u16>rip);
  storeSupervisor<u16>(r, systemAddress(base + IP_16 + 2), <u16>flags);
  for (let i: u32 = 0; i < 8; i++) {
    storeSupervisor<u16>(r, systemAddress(base + IP_16 + 4 + i * 2), load<u16>(RAX + i * 8));
  }
  for (let i: u32 = 0; i < 4; i++) {
    storeSupervisor<u16>(r, systemAddress(base + SEGMENTS_16 + i * 2), load<u16>(segmentAt(i), SEGMENT_SELECTOR));
  }
}

/** Loads everything from the TSS at `base`. Registers first, so that a fault of a segment finds the new task complete. */
function loadState(base: u64, wide: bool, isNested: bool, ext: u32): void {
  // A TSS that cannot hold FS and GS leaves them null, and the upper halves of registers all ones, as processors do.
  let flags: u64;
  if (wide) {
    cpu.rip = read32(0, base, EIP_32);
    flags = read32(0, base, EIP_32 + 4);
    for (let i: u32 = 0; i < 8; i++) store<u64>(RAX + i * 8, read32(0, base, EIP_32 + 8 + i * 4));
  } else {
    cpu.rip = read16(0, base, IP_16);
    flags = read16(0, base, IP_16 + 2);
    for (let i: u32 = 0; i < 8; i++) store<u64>(RAX + i * 8, 0xffff0000 | read16(0, base, IP_16 + 4 + i * 2));
  }
  for (let i: u32 = ES; i <= GS; i++) {
    const selector = wide ? read16(0, base, SEGMENTS_32 + i * 4) : i < FS ? read16(0, base, SEGMENTS_16 + i * 2) : 0;
    setNullSegment(i, selector);
  }
  const ldt = read16(0, base, wide ? LDT_32 : LDT_16);
  const trap = wide ? read16(0, base, TRAP_32) & 1 : 0;
  const directory = wide ? read32(0, base, CR3_32) : 0;

  writeArithmeticFlags(flags);
  cpu.flagsSystem = (flags & DEFINED_FLAGS & ~ARITHMETIC) | 2 | (isNested ? NT : 0);
  const isVirtual = (flags & VM) != 0;
  cpu.cpl = isVirtual ? 3 : cpu.csSelector & 3;
  setNullSegment(LDTR, ldt);
  updateMode();
  if (trap != 0) cpu.debugPending |= DR6_BT;
  if (wide && (cpu.cr0 & CR0_PG) != 0) loadCr3(0, directory);
  loadLdt(ldt, ext);
  if (isVirtual) {
    setVirtual8086Segments(
      cpu.esSelector,
      cpu.csSelector,
      cpu.ssSelector,
      cpu.dsSelector,
      cpu.fsSelector,
      cpu.gsSelector,
    );
    updateMode();
    return;
  }
  loadCodeSegment(cpu.csSelector, ext);
  const ss = cpu.ssSelector;
  setSegmentFrom(SS, ss, accessed(0, ss, checkStackSegment(0, ss, cpu.cpl, TS, ext)));
  updateMode();
  loadDataSegment(ES, ext);
  loadDataSegment(DS, ext);
  loadDataSegment(FS, ext);
  loadDataSegment(GS, ext);
  updateMode();
}

function loadLdt(selector: u32, ext: u32): void {
  if (isNull(selector)) return;
  const code = (selector & SELECTOR_MASK) | ext;
  const address = (selector & SELECTOR_TI) != 0 ? NO_ADDRESS : descriptorAddress(selector, 8);
  if (address == NO_ADDRESS) faultWithCode(0, TS, code);
  const descriptor = readDescriptor(0, address);
  const rights = rightsOf(descriptor);
  if ((rights & TYPE_MASK) != LDT || !isPresent(rights)) faultWithCode(0, TS, code);
  setSegment(LDTR, selector, baseOf(descriptor), limitOf(descriptor), rights);
}

function loadCodeSegment(selector: u32, ext: u32): void {
  const code = (selector & SELECTOR_MASK) | ext;
  const address = isNull(selector) ? NO_ADDRESS : descriptorAddress(selector, 8);
  if (address == NO_ADDRESS) faultWithCode(0, TS, code);
  const descriptor = readDescriptor(0, address);
  const rights = rightsOf(descriptor);
  const dpl = dplOf(rights);
  const isAllowed = isConforming(rights) ? dpl <= cpu.cpl : dpl == cpu.cpl;
  if (!isCodeSegment(rights) || !isAllowed) faultWithCode(0, TS, code);
  if (!isPresent(rights)) faultWithCode(0, NP, code);
  setSegmentFrom(CS, selector, accessed(0, selector, descriptor));
  updateMode();
}

function loadDataSegment(number: u32, ext: u32): void {
  const selector = load<u32>(segmentAt(number), SEGMENT_SELECTOR);
  if (isNull(selector)) return;
  const code = (selector & SELECTOR_MASK) | ext;
  const address = descriptorAddress(selector, 8);
  if (address == NO_ADDRESS) faultWithCode(0, TS, code);
  const descriptor = readDescriptor(0, address);
  const rights = rightsOf(descriptor);
  if (!isReadable(rights)) faultWithCode(0, TS, code);
  const dpl = dplOf(rights);
  const isFree = isCodeSegment(rights) && isConforming(rights);
  if (!isFree && ((selector & 3) > dpl || cpu.cpl > dpl)) faultWithCode(0, TS, code);
  if (!isPresent(rights)) faultWithCode(0, NP, code);
  setSegmentFrom(number, selector, accessed(0, selector, descriptor));
}
