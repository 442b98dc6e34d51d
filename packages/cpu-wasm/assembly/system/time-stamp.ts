// RDTSC, RDTSCP and RDPMC (SDM Vol. 2; Vol. 3B 17.17). Guest time is the count of retired instructions, so the
// time-stamp counter is that count plus an offset that WRMSR can change. There are no performance counters.

import { CR4_TSD } from '../generated/control';
import { GP } from '../generated/vectors';
import { faultWithCode, retired } from '../fault';
import { cpu } from '../generated/state';

/** The counter as the instruction of `r` sees it. */
export function timeStamp(r: usize): u64 {
  return retired(r) + cpu.tscOffset;
}

function readCounter(r: usize): void {
  if ((cpu.cr4 & CR4_TSD) != 0 && cpu.cpl != 0) faultWithCode(r, GP, 0);
  const value = timeStamp(r);
  cpu.rax = value & 0xffffffff;
  cpu.rdx = value >> 32;
}

export function rdtsc(r: usize): void {
  readCounter(r);
}

export function rdtscp(r: usize): void {
  readCounter(r);
  cpu.rcx = cpu.tscAux;
}

/** No counter exists: every index is #GP(0). */
export function rdpmc(r: usize): void {
  faultWithCode(r, GP, 0);
}
