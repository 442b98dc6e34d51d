// Instructions that do nothing that can be seen here, that only check, or that always fault (SDM Vol. 2: NOP, PAUSE, ENDBR,
// PREFETCHh, fences, CLFLUSH, SERIALIZE, RDPID, BOUND, UD). There are no caches and memory is in order, so prefetches and fences
// are NOP; CLFLUSH and its kin still touch their line, because they fault like a load of a byte.

import { BR, UD } from '../generated/vectors';
import { fault } from '../fault';
import { signed } from '../flags';
import { cpu } from '../generated/state';
import { hostForRead, loadGuest } from '../memory';
import { Mem, Reg, effectiveAddress, linearAddress, read, write } from '../operands';
import { ADDRESS_SHIFT } from '../record';
import { cutToAddressSize } from '../registers';
import { segmentedAddress } from '../segment';

export function nop(r: usize): void {}

/** CLFLUSH, CLFLUSHOPT, CLWB: a byte load without its value. */
export function clflush<T, D>(r: usize): void {
  hostForRead<u8>(r, linearAddress<u8, D>(r, false));
}

export function rdpid<T>(r: usize): void {
  write<T, Reg>(r, <T>cpu.tscAux);
}

/** Nothing is fetched or executed ahead. */
export function serialize(r: usize): void {}

/** #BR unless the signed index lies within the two bounds in memory. */
export function bound<T, D, S>(r: usize): void {
  const index = signed<T>(read<T, Reg>(r));
  const second = cutToAddressSize(effectiveAddress(r) + <u64>sizeof<T>(), <u64>load<u8>(r, ADDRESS_SHIFT));
  const lower = signed<T>(loadGuest<T>(r, linearAddress<T, S>(r, false)));
  const upper = signed<T>(
    loadGuest<T>(r, sizeof<S>() == sizeof<Mem>() ? second : segmentedAddress(r, second, sizeof<T>(), false)),
  );
  if (index < lower || index > upper) fault(r, BR);
}

/** UD0, UD1, UD2. */
export function undefinedInstruction(r: usize): usize {
  fault(r, UD);
  return 0;
}
