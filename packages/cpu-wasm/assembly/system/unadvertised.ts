// Instructions of features that CPUID denies: #UD is what the manual says of them (SDM Vol. 2 MONITOR, MWAIT).

import { UD } from '../generated/vectors';
import { fault } from '../fault';

export function monitor(r: usize): void {
  fault(r, UD);
}

export function mwait(r: usize): void {
  fault(r, UD);
}
