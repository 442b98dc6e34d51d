// What the instructions that replace ST(0) by a function of it have in common.

import { DE, IE, ZE, flags, raise } from '../float/control';
import { settlesUnary } from '../float/nan';
import { r as result, x } from '../float/unpacked';
import { cpu } from '../generated/state';
import { begin, end, isStopped, underflowStack } from './exceptions';
import { isEmpty, readRegister, writeIndefinite, writeRegister } from './registers';

/** Denormal operands are reported when nothing worse is. */
@inline
export function checkDenormals(hasDenormal: u32): void {
  if (hasDenormal != 0 && (flags & (IE | ZE)) == 0) raise(DE);
}

/**
 * Reads ST(0) into x; `conditions` of the status word are cleared first. Returns false when an empty register or a NaN has
 * settled the matter and the instruction has ended.
 */
export function beginUnary(r: usize, conditions: u32 = 0): bool {
  begin(r);
  cpu.x87Status &= ~conditions;
  if (isEmpty(0)) {
    if (underflowStack()) writeIndefinite(0);
    end(r);
    return false;
  }
  readRegister(x, 0);
  if (settlesUnary()) {
    if (!isStopped()) writeRegister(0, result);
    end(r);
    return false;
  }
  return true;
}
