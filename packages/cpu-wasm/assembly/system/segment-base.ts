// SWAPGS (the decoder checks CPL) and RDFSBASE/RDGSBASE/WRFSBASE/WRGSBASE (SDM Vol. 2; Vol. 3A 3.4.4).

import { CR4_FSGSBASE } from '../generated/control';
import { GP, UD } from '../generated/vectors';
import { fault, faultWithCode } from '../fault';
import { cpu } from '../generated/state';
import { Reg, read, write } from '../operands';

import { isCanonical } from '../slow-memory';

export function swapgs(r: usize): void {
  const base = cpu.gsBase;
  cpu.gsBase = cpu.kernelGsBase;
  cpu.kernelGsBase = base;
}

@inline
function requireBaseAccess(r: usize): void {
  if ((cpu.cr4 & CR4_FSGSBASE) == 0) fault(r, UD);
}

@inline
function newBase<T>(r: usize): u64 {
  requireBaseAccess(r);
  const base = <u64>read<T, Reg>(r);
  if (!isCanonical(base)) faultWithCode(r, GP, 0);
  return base;
}

export function rdfsbase<T>(r: usize): void {
  requireBaseAccess(r);
  write<T, Reg>(r, <T>cpu.fsBase);
}

export function rdgsbase<T>(r: usize): void {
  requireBaseAccess(r);
  write<T, Reg>(r, <T>cpu.gsBase);
}

export function wrfsbase<T>(r: usize): void {
  cpu.fsBase = newBase<T>(r);
}

export function wrgsbase<T>(r: usize): void {
  cpu.gsBase = newBase<T>(r);
}
