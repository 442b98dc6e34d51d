// Calls of x87 handlers. Most of them keep to the x87 registers and their operand in memory (KEEPS_LOCALS): general registers and
// flags stay in the region's locals around the call, and nobody has to look whether anything asks for attention behind it.
//
// Such a handler must not raise a fault, because the state does not hold the locals then. Two things could make it: a pending x87
// exception, and its operand. Both are looked at before, as a template would, and where they stand in the way the region is left.

import { access, byte, i32const } from './bytes';
import { callHandler } from './handlers';
import { leaveIf, probeOperand, storeAddressRegisters, templateInfo } from './stitch';
import { KEEPS_LOCALS, KIND_SHIFT, SEGMENTED, WRITES_OPERAND } from '../generated/templates';
import { CpuState, STATE } from '../generated/state';
import { is64BitMode } from '../mode';
import { OP } from '../record';
import { STATUS_ES } from '../x87/exceptions';

const STATUS: u32 = STATE + <u32>offsetof<CpuState>('x87Status');
const I32_LOAD: u32 = 0x28;
const I32_AND: u32 = 0x71;
const DROP: u32 = 0x1a;

/** Whether the handler of a record can be called so. Outside 64-bit mode its operand must be in a flat segment. */
export function keepsLocals(r: usize): bool {
  const info = templateInfo(<u32>load<u16>(r, OP));
  return (info & KEEPS_LOCALS) != 0 && (is64BitMode() || (info & SEGMENTED) == 0);
}

/** Appends such a call; arguments as those of `stitch`. */
export function callKeepingLocals(r: usize, depth: u32, leave: i32): void {
  const operation = <u32>load<u16>(r, OP);
  const info = templateInfo(operation);
  i32const(0);
  access(I32_LOAD, STATUS);
  i32const(STATUS_ES);
  byte(I32_AND);
  leaveIf(depth, leave);
  const bytes = info >> KIND_SHIFT;
  if (bytes != 0) {
    probeOperand(r, bytes, (info & WRITES_OPERAND) != 0, depth, leave);
    storeAddressRegisters(r);
  }
  i32const(<i32>r);
  callHandler(operation);
  byte(DROP);
}
