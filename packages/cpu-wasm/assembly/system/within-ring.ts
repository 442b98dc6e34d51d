// Interrupts in ring 0 that stay there and in 64-bit mode, and returns from them (SDM Vol. 3A 6.14): nearly all of them in kernels
// without user programs. Here every check has to pass, and all that is read or written has to lie in the fast TLB; else nothing
// happens, and the general way (deliver.ts, far-return.ts) makes the same checks one by one and raises what fails. Left to it are
// other rings, stacks of the interrupt stack table, and descriptors that have not been accessed yet.

import { IF, NT, RF, TF, VM } from '../generated/rflags';
import { STEP_READ_CODE_DESCRIPTOR, STEP_READ_STACK_DESCRIPTOR } from '../generated/delivery';
import { cpu } from '../generated/state';
import { transferTo } from '../flow';
import {
  RIGHTS_ACCESSED,
  RIGHTS_CODE,
  RIGHTS_DB,
  RIGHTS_DC,
  RIGHTS_L,
  RIGHTS_P,
  RIGHTS_RW,
  RIGHTS_S,
  is64BitMode,
} from '../mode';
import { CS, SS } from '../segment';
import { isCanonical } from '../slow-memory';
import { implicitHost } from '../tlb';
import { SELECTOR_MASK, SELECTOR_TI, dplOf, isNull, rightsOf } from './descriptors';
import { changeableByReturn, writeFlagImage } from './flag-image';
import { setNullSegment, setSegmentFrom } from './segment-load';

/** Bits 40-47 of a present 64-bit interrupt gate of DPL 0; a trap gate has bit 40 set, too. */
const GATE: u32 = 0x8e;
const GATE_MASK: u32 = 0x9e;
const GATE_BYTES: u32 = 16;
const FRAME_BYTES: u32 = 40;

const CODE_MASK: u32 = RIGHTS_P | RIGHTS_S | RIGHTS_CODE | RIGHTS_DC | RIGHTS_L | RIGHTS_DB | RIGHTS_ACCESSED;
const CODE: u32 = RIGHTS_P | RIGHTS_S | RIGHTS_CODE | RIGHTS_L | RIGHTS_ACCESSED;
const STACK: u32 = RIGHTS_P | RIGHTS_S | RIGHTS_RW | RIGHTS_ACCESSED;
const STACK_MASK: u32 = STACK | RIGHTS_CODE;

/** The descriptor of a selector of the GDT, 0 when it is not at hand. No descriptor that is present is 0. */
@inline
function descriptorAtHand(selector: u32): u64 {
  const offset = selector & 0xfff8;
  if ((selector & SELECTOR_TI) != 0 || isNull(selector) || <u64>(offset + 7) > cpu.gdtrLimit) return 0;
  const host = implicitHost(cpu.gdtrBase + offset, 8, false);
  return host != 0 ? load<u64>(host, 0, 1) : 0;
}

/** Whether a descriptor is code of ring 0 that runs in 64-bit mode: loading it changes no mode. */
@inline
function isUsualCode(descriptor: u64): bool {
  const rights = rightsOf(descriptor);
  return (rights & CODE_MASK) == CODE && dplOf(rights) == 0;
}

/**
 * Delivers an event if it finds ring 0 and leaves it there, on its own stack. Returns whether it has.
 * @param image RFLAGS for the frame
 */
export function deliverWithinRing(vector: u32, hasErrorCode: u32, errorCode: u32, returnRip: u64, image: u64): bool {
  if (!is64BitMode() || cpu.cpl != 0 || <u64>(vector * GATE_BYTES + GATE_BYTES - 1) > cpu.idtrLimit) return false;
  const gateHost = implicitHost(cpu.idtrBase + vector * GATE_BYTES, GATE_BYTES, false);
  if (gateHost == 0) return false;
  const gate = load<u64>(gateHost, 0, 1);
  // No entry of the interrupt stack table. In ring 0 every DPL is as good as the next.
  if (((<u32>(gate >> 40)) & GATE_MASK) != GATE || ((<u32>(gate >> 32)) & 7) != 0) return false;
  const entry = (gate & 0xffff) | ((gate >> 32) & 0xffff0000) | (load<u64>(gateHost, 8, 1) << 32);
  const selector = (<u32>(gate >> 16)) & 0xffff;
  const code = descriptorAtHand(selector);
  if (!isCanonical(entry) || !isUsualCode(code)) return false;
  const bytes = FRAME_BYTES + (hasErrorCode << 3);
  const pointer = (cpu.rsp & ~(<u64>15)) - bytes;
  let frame = implicitHost(pointer, bytes, true);
  if (frame == 0) return false;

  if (hasErrorCode != 0) {
    store<u64>(frame, errorCode, 0, 1);
    frame += 8;
  }
  store<u64>(frame, returnRip, 0, 1);
  store<u64>(frame, cpu.csSelector, 8, 1);
  store<u64>(frame, image, 16, 1);
  store<u64>(frame, cpu.rsp, 24, 1);
  store<u64>(frame, cpu.ssSelector, 32, 1);
  cpu.rsp = pointer;
  cpu.flagsSystem &= ((<u32>(gate >> 40)) & 1) != 0 ? ~(TF | NT | RF | VM) : ~(TF | NT | RF | VM | IF);
  cpu.deliveryStep = STEP_READ_CODE_DESCRIPTOR;
  setSegmentFrom(CS, selector & SELECTOR_MASK, code);
  cpu.rip = entry;
  return true;
}

/** IRETQ in ring 0 that stays there. Returns the record to run next, 0 when the general way has to be taken. */
export function iretWithinRing(): usize {
  if (!is64BitMode() || cpu.cpl != 0 || (cpu.flagsSystem & NT) != 0) return 0;
  const frame = implicitHost(cpu.rsp, FRAME_BYTES, false);
  if (frame == 0) return 0;
  const rip = load<u64>(frame, 0, 1);
  const selector = (<u32>load<u64>(frame, 8, 1)) & 0xffff;
  const stackSelector = (<u32>load<u64>(frame, 32, 1)) & 0xffff;
  const code = descriptorAtHand(selector);
  if (((selector | stackSelector) & 3) != 0 || !isCanonical(rip) || !isUsualCode(code)) return 0;
  let stack: u64 = 0;
  if (!isNull(stackSelector)) {
    stack = descriptorAtHand(stackSelector);
    const rights = rightsOf(stack);
    if ((rights & STACK_MASK) != STACK || dplOf(rights) != 0) return 0;
  }

  const image = load<u64>(frame, 16, 1);
  cpu.rsp = load<u64>(frame, 24, 1);
  if (stack == 0) setNullSegment(SS, stackSelector);
  else {
    // The step that the general way comes to.
    cpu.deliveryStep = STEP_READ_STACK_DESCRIPTOR;
    setSegmentFrom(SS, stackSelector, stack);
  }
  setSegmentFrom(CS, selector, code);
  writeFlagImage(image, changeableByReturn(8));
  return transferTo(rip);
}
