// INT n, INT3, INTO and INT1 (SDM Vol. 2 INT n/INTO/INT3/INT1).

import { CR4_VME } from '../generated/control';
import { BP, DB, GP, OVERFLOW } from '../generated/vectors';
import { faultWithCode } from '../fault';
import { overflow } from '../flags';
import { transferTo, next, nextRip } from '../flow';
import {
  EVENT_PRIVILEGED_SOFTWARE_EXCEPTION,
  EVENT_SOFTWARE_EXCEPTION,
  EVENT_SOFTWARE_INTERRUPT,
} from '../generated/delivery';
import { cpu } from '../generated/state';
import { isVirtual8086, ripMask } from '../mode';
import { imm } from '../operands';
import { deliverSoftware } from './deliver';
import { ioPrivilegeLevel } from './flag-image';
import { isRedirected, toVirtual8086Handler } from './virtual-8086';

@inline
function software(r: usize, vector: u32, kind: u32): usize {
  deliverSoftware(r, vector, kind, nextRip(r) & ripMask);
  return transferTo(cpu.rip);
}

/** INT n. In virtual-8086 mode CR4.VME may keep it within the task; else IOPL 3 is needed (SDM Vol. 3B table 20-2). */
export function int(r: usize): usize {
  if (isVirtual8086()) {
    if ((cpu.cr4 & CR4_VME) != 0 && isRedirected(r, imm<u8>(r))) return toVirtual8086Handler(r, imm<u8>(r));
    if (ioPrivilegeLevel() != 3) faultWithCode(r, GP, 0);
  }
  return software(r, imm<u8>(r), EVENT_SOFTWARE_INTERRUPT);
}

export function int3(r: usize): usize {
  return software(r, BP, EVENT_SOFTWARE_EXCEPTION);
}

/** INTO: #OF as a trap when OF is set. */
export function into(r: usize): usize {
  return overflow() != 0 ? software(r, OVERFLOW, EVENT_SOFTWARE_EXCEPTION) : next(r);
}

/** INT1 (ICEBP): #DB that no DPL can forbid. */
export function int1(r: usize): usize {
  return software(r, DB, EVENT_PRIVILEGED_SOFTWARE_EXCEPTION);
}
