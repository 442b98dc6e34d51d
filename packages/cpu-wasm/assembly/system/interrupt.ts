// INT n, INT3, INTO and INT1 (SDM Vol. 2 INT n/INTO/INT3/INT1).

import { BP, DB, GP, OVERFLOW } from '../generated/vectors';
import { faultWithCode } from '../fault';
import { overflow } from '../flags';
import { jumpTo, next, nextRip } from '../flow';
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

function software(r: usize, vector: u32, kind: u32): usize {
  deliverSoftware(r, vector, kind, nextRip(r) & ripMask);
  return jumpTo(cpu.rip);
}

/** INT n. */
export function int(r: usize): usize {
  if (isVirtual8086() && ioPrivilegeLevel() != 3) faultWithCode(r, GP, 0);
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
