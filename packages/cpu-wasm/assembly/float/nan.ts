// Which NaN an operation on NaNs delivers (SDM Vol. 1 4.8.3.5 and table 4-7), and IE for signaling NaNs and unsupported patterns.
// The two units of the processor differ: SSE takes the first NaN of its operands, the x87 FPU compares significands.

import { IE, raise } from './control';
import { QUIET, QUIET_BIT, SIGNALING, UNSUPPORTED, Unpacked, copy, isNaN, r, setIndefinite, x, y, z } from './unpacked';

/** r = n made quiet. */
function quieted(n: Unpacked): void {
  copy(r, n);
  r.kind = QUIET;
  r.significand |= QUIET_BIT;
}

/** When x is a NaN (or unsupported): sets r and returns true. */
export function settlesUnary(): bool {
  if (x.kind < QUIET) return false;
  if (x.kind != QUIET) raise(IE);
  if (x.kind == UNSUPPORTED) setIndefinite(r);
  else quieted(x);
  return true;
}

/** SSE: when x or y is a NaN, sets r and returns true. */
export function settlesFirst(): bool {
  if (x.kind < QUIET && y.kind < QUIET) return false;
  if (x.kind == SIGNALING || y.kind == SIGNALING) raise(IE);
  quieted(isNaN(x) ? x : y);
  return true;
}

/** Fused multiply-add: when x, y or z is a NaN, sets r and returns true. Infinity times 0 raises IE only without a NaN. */
export function settlesFused(): bool {
  if (x.kind < QUIET && y.kind < QUIET && z.kind < QUIET) return false;
  if (x.kind == SIGNALING || y.kind == SIGNALING || z.kind == SIGNALING) raise(IE);
  quieted(isNaN(x) ? x : isNaN(y) ? y : z);
  return true;
}

/** x87: when x or y is a NaN or unsupported, sets r and returns true. */
export function settlesLarger(): bool {
  if (x.kind < QUIET && y.kind < QUIET) return false;
  if (x.kind > QUIET || y.kind > QUIET) raise(IE);
  if (x.kind == UNSUPPORTED || y.kind == UNSUPPORTED) {
    setIndefinite(r);
    return true;
  }
  if (!isNaN(y)) quieted(x);
  else if (!isNaN(x)) quieted(y);
  else if (x.kind != y.kind) quieted(x.kind == QUIET ? x : y);
  else if (x.significand != y.significand) quieted(x.significand > y.significand ? x : y);
  else quieted(x.sign == 0 ? x : y);
  return true;
}
