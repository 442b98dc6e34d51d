// Instructions of features that CPUID denies: #UD is what the manual says of them (SDM Vol. 2 MONITOR, MWAIT, XGETBV, XSETBV;
// CR4.OSXSAVE, without which the last two are undefined, cannot be set).

import { UD } from '../generated/vectors';
import { fault } from '../fault';

export function monitor(r: usize): void {
  fault(r, UD);
}

export function mwait(r: usize): void {
  fault(r, UD);
}

export function xgetbv(r: usize): void {
  fault(r, UD);
}

export function xsetbv(r: usize): void {
  fault(r, UD);
}
