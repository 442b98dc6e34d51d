// Exchanges with memory (SDM Vol. 3A 8.1.2.2; Vol. 2: XADD, CMPXCHG, CMPXCHG8B/16B). There is one processor and no interrupt
// inside an instruction, so LOCK changes nothing. CMPXCHG writes its destination in either case (Vol. 2A CMPXCHG, "to simplify
// the interface to the processor's bus"), so read-only memory faults even when the comparison fails.

import { ZF } from '../generated/rflags';
import { GP } from '../generated/vectors';
import { faultWithCode } from '../fault';
import { ARITHMETIC, flagsAdd, flagsSub, readFlags, writeArithmeticFlags } from '../flags';
import { cpu } from '../generated/state';
import { hostForWrite, loadGuest, storeGuest } from '../memory';
import { Reg, dst, linearAddress, setDst, setSrc, src, writeRegister } from '../operands';
import { RAX, RDX } from '../registers';

export function xadd<T, D>(r: usize): void {
  const a = dst<T, D>(r);
  const b = src<T, Reg>(r);
  const result = <T>(a + b);
  setSrc<T>(r, a);
  setDst<T, D>(r, result);
  flagsAdd<T>(a, b, result);
}

export function cmpxchg<T, D>(r: usize): void {
  const a = dst<T, D>(r);
  const b = src<T, Reg>(r);
  const accumulator = load<T>(RAX);
  const isEqual = a == accumulator;
  // A 32-bit register that differs keeps its upper half; memory is written in any case.
  if (sizeof<D>() != sizeof<Reg>() || isEqual) setDst<T, D>(r, isEqual ? b : a);
  if (!isEqual) writeRegister<T>(RAX, a);
  flagsSub<T>(accumulator, a, <T>(accumulator - a));
}

/** Sets ZF alone. */
function setZero(isZero: bool): void {
  writeArithmeticFlags((readFlags() & ARITHMETIC & ~ZF) | (isZero ? ZF : 0));
}

export function cmpxchg8b<T, D>(r: usize): void {
  const a = dst<u64, D>(r);
  const isEqual = a == ((cpu.rdx << 32) | (<u64>(<u32>cpu.rax)));
  setDst<u64, D>(r, isEqual ? (cpu.rcx << 32) | (<u64>(<u32>cpu.rbx)) : a);
  if (!isEqual) {
    writeRegister<u32>(RAX, <u32>a);
    writeRegister<u32>(RDX, <u32>(a >> 32));
  }
  setZero(isEqual);
}

export function cmpxchg16b<T, D>(r: usize): void {
  const linear = linearAddress<u64, D>(r, true);
  if ((linear & 15) != 0) faultWithCode(r, GP, 0);
  // Aligned, so both halves lie in one page: when the first is writable, so is the second.
  const low = load<u64>(hostForWrite<u64>(r, linear), 0, 1);
  const high = loadGuest<u64>(r, linear + 8);
  const isEqual = low == cpu.rax && high == cpu.rdx;
  storeGuest<u64>(r, linear, isEqual ? cpu.rbx : low);
  storeGuest<u64>(r, linear + 8, isEqual ? cpu.rcx : high);
  if (!isEqual) {
    cpu.rax = low;
    cpu.rdx = high;
  }
  setZero(isEqual);
}
