// FPREM and FPREM1 (SDM Vol. 2): the remainder of ST(0) by ST(1) and the low three bits of the quotient.

import { DE, flags, IE, raise, setRoundedUp } from '../float/control';
import { settlesLarger } from '../float/nan';
import { quotient, takeRemainder } from '../float/remainder';
import { round } from '../float/round';
import { INFINITY, ZERO, copy, r as result, setIndefinite, x, y } from '../float/unpacked';
import { cpu } from '../generated/state';
import {
  STATUS_C0,
  STATUS_C2,
  STATUS_C3,
  begin,
  end,
  isStopped,
  setConditions,
  underflowStack,
} from '../x87/exceptions';
import { isEmpty, readRegister, writeIndefinite, writeRegister } from '../x87/registers';

function remainder(r: usize, isNearest: bool): void {
  begin(r);
  cpu.x87Status &= ~STATUS_C2;
  if (isEmpty(0) || isEmpty(1)) {
    if (underflowStack()) writeIndefinite(0);
    end(r);
    return;
  }
  readRegister(x, 0);
  readRegister(y, 1);
  let isComplete = true;
  let hasQuotient = false;
  let bits: u64 = 0;
  if (!settlesLarger()) {
    const hasDenormal = x.denormal | y.denormal;
    if (x.kind == INFINITY || y.kind == ZERO) {
      raise(IE);
      setIndefinite(result);
    } else if (x.kind == ZERO || y.kind == INFINITY) {
      copy(result, x);
      hasQuotient = true;
    } else {
      hasQuotient = true;
      isComplete = takeRemainder(isNearest);
      bits = quotient;
    }
    if (hasDenormal != 0 && (flags & IE) == 0) raise(DE);
  }
  if (!isStopped()) {
    round(result, 64, 16383);
    writeRegister(0, result);
    // Without a quotient C0 and C3 stay.
    if (hasQuotient) {
      let conditions: u32 = isComplete ? 0 : STATUS_C2;
      if ((bits & 4) != 0) conditions |= STATUS_C0;
      if ((bits & 2) != 0) conditions |= STATUS_C3;
      setConditions(conditions);
    }
    setRoundedUp((bits & 1) != 0);
  }
  end(r);
}

export function fprem(r: usize): void {
  remainder(r, false);
}

export function fprem1(r: usize): void {
  remainder(r, true);
}
