// Checks and loads of CS by far transfers (SDM Vol. 3A 5.8.1 direct calls and jumps, 5.8.6 returns; 5.2.1 for L and D).

import { GP, NP } from '../generated/vectors';
import { faultWithCode } from '../fault';
import { cpu } from '../generated/state';
import { RIGHTS_L, is64BitMode, isLongMode, updateMode } from '../mode';
import { CS } from '../segment';
import { isCanonical } from '../slow-memory';
import {
  NO_ADDRESS,
  SELECTOR_MASK,
  descriptorAddress,
  dplOf,
  isCodeSegment,
  isConforming,
  isNull,
  isPresent,
  isReservedCode,
  limitOf,
  readDescriptor,
  rightsOf,
} from './descriptors';
import { setSegmentFrom } from './segment-load';

/** Whether code in a segment with these rights runs in 64-bit mode. */
@inline
export function is64BitCode(rights: u32): bool {
  return isLongMode() && (rights & RIGHTS_L) != 0;
}

/** The instruction pointer of a transfer into a segment: 64 bits canonical, or within the limit; else #GP(0). */
export function checkEntryPoint(r: usize, descriptor: u64, rip: u64): u64 {
  if (is64BitCode(rightsOf(descriptor))) {
    if (!isCanonical(rip)) faultWithCode(r, GP, 0);
    return rip;
  }
  const eip = rip & 0xffffffff;
  if (eip > <u64>limitOf(descriptor)) faultWithCode(r, GP, 0);
  return eip;
}

/** Address of a code or system descriptor that a transfer names; null is #GP(0), outside its table #GP(selector). */
export function transferTarget(r: usize, selector: u32): u64 {
  if (isNull(selector)) faultWithCode(r, GP, 0);
  const address = descriptorAddress(selector, 8);
  if (address == NO_ADDRESS) faultWithCode(r, GP, selector & SELECTOR_MASK);
  return address;
}

/** Checks a code descriptor for a direct JMP or CALL. */
export function checkDirectTransfer(r: usize, selector: u32, descriptor: u64): void {
  const code = selector & SELECTOR_MASK;
  const rights = rightsOf(descriptor);
  const dpl = dplOf(rights);
  if (isConforming(rights)) {
    if (dpl > cpu.cpl) faultWithCode(r, GP, code);
  } else if ((selector & 3) > cpu.cpl || dpl != cpu.cpl) faultWithCode(r, GP, code);
  if (isReservedCode(rights)) faultWithCode(r, GP, code);
  if (!isPresent(rights)) faultWithCode(r, NP, code);
}

/** Reads and checks the code descriptor of a far return or IRET. The new CPL is the selector's RPL. */
export function checkReturnTarget(r: usize, selector: u32): u64 {
  const address = transferTarget(r, selector);
  const descriptor = readDescriptor(r, address);
  const rights = rightsOf(descriptor);
  const code = selector & SELECTOR_MASK;
  const rpl = selector & 3;
  if (!isCodeSegment(rights) || rpl < cpu.cpl || isReservedCode(rights)) faultWithCode(r, GP, code);
  if (isConforming(rights) ? dplOf(rights) > rpl : dplOf(rights) != rpl) faultWithCode(r, GP, code);
  if (!isPresent(rights)) faultWithCode(r, NP, code);
  return descriptor;
}

/** Loads CS, and CPL with it. The caller has made all checks. */
export function enterCodeSegment(selector: u32, descriptor: u64, cpl: u32): void {
  // Between two 64-bit code segments of the same rights nothing else makes a difference.
  const isSameMode = is64BitMode() && cpu.cpl == cpl && cpu.csRights == rightsOf(descriptor);
  setSegmentFrom(CS, (selector & SELECTOR_MASK) | cpl, descriptor);
  cpu.cpl = cpl;
  if (!isSameMode) updateMode();
}
