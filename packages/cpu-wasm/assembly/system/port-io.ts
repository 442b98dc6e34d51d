// IN, OUT, INS and OUTS (SDM Vol. 2; Vol. 1 chapter 19 for IOPL and the I/O permission bitmap). Ports belong to the host. INS
// translates its destination before it reads the port, so that a page fault never loses data that a device gave away.

import { GP } from '../generated/vectors';
import { faultWithCode } from '../fault';
import { next } from '../flow';
import { cpu } from '../generated/state';
import { loadGuest, storeGuest } from '../memory';
import { isProtectedMode, isVirtual8086 } from '../mode';
import { Imm, imm, writeRegister } from '../operands';
import { RAX, RCX, RDI, RSI, cutToAddressSize, writeByAddressSize } from '../registers';
import { allowed, destinationAddress, finish, interrupt, sourceAddress } from '../semantics/string';
import { addressShift, isRepeated, step } from '../semantics/string-elements';
import { loadSupervisor, probeWrite } from '../slow-memory';
import { watchAccess, watchPort } from './breakpoints';
import { TSS_BUSY, TYPE_MASK, isPresent, systemAddress } from './descriptors';
import { ioPrivilegeLevel } from './flag-image';

@external("env", "portRead")
declare function portRead(port: u32, sizeBytes: u32): u32;

@external("env", "portWrite")
declare function portWrite(port: u32, sizeBytes: u32, value: u32): void;

/** Offset in the TSS of the 16-bit offset of the I/O permission bitmap. */
const IO_MAP_BASE: u32 = 102;

/** #GP(0) unless IOPL or the bitmap of the TSS allows all bytes of the access (SDM Vol. 1 19.5). */
function checkPort(r: usize, port: u32, bytes: u32): void {
  if (!isProtectedMode()) return;
  if (cpu.cpl <= ioPrivilegeLevel() && !isVirtual8086()) return;
  // The bitmap exists in 32-bit and 64-bit TSSs only; LTR has made the type "busy".
  if (!isPresent(cpu.trRights) || (cpu.trRights & TYPE_MASK) != TSS_BUSY || cpu.trLimit < IO_MAP_BASE + 1) {
    faultWithCode(r, GP, 0);
  }
  const map = <u32>loadSupervisor<u16>(r, systemAddress(cpu.trBase + IO_MAP_BASE));
  const at = map + (port >> 3);
  // Two bytes are read always, so the bitmap must end in one more byte of ones.
  if (at + 1 > cpu.trLimit) faultWithCode(r, GP, 0);
  const bits = (<u32>loadSupervisor<u16>(r, systemAddress(cpu.trBase + at))) >> (port & 7);
  if ((bits & ((1 << bytes) - 1)) != 0) faultWithCode(r, GP, 0);
}

/** Port of an immediate byte or of DX. */
@inline
function portOf<K>(r: usize): u32 {
  return sizeof<K>() == sizeof<Imm>() ? <u32>imm<u8>(r) : (<u32>cpu.rdx) & 0xffff;
}

export function inPort<T, D, S>(r: usize): void {
  const port = portOf<S>(r);
  checkPort(r, port, sizeof<T>());
  watchPort(r, port, sizeof<T>());
  writeRegister<T>(RAX, <T>portRead(port, sizeof<T>()));
}

export function outPort<T, D, S>(r: usize): void {
  const port = portOf<D>(r);
  checkPort(r, port, sizeof<T>());
  watchPort(r, port, sizeof<T>());
  portWrite(port, sizeof<T>(), <u32>load<T>(RAX));
}

@inline
function inOne<T>(r: usize, shift: u64): void {
  const linear = destinationAddress<T>(r, shift, true);
  probeWrite(r, linear, sizeof<T>());
  // Everything that may take the instruction back comes before the device gives its data away.
  watchAccess(r, linear, sizeof<T>(), true);
  watchPort(r, (<u32>cpu.rdx) & 0xffff, sizeof<T>());
  storeGuest<T>(r, linear, <T>portRead((<u32>cpu.rdx) & 0xffff, sizeof<T>()));
  step<T>(RDI, shift);
}

@inline
function outOne<T>(r: usize, shift: u64): void {
  const value = loadGuest<T>(r, sourceAddress<T>(r, shift));
  watchPort(r, (<u32>cpu.rdx) & 0xffff, sizeof<T>());
  portWrite((<u32>cpu.rdx) & 0xffff, sizeof<T>(), <u32>value);
  step<T>(RSI, shift);
}

@inline
function transfer<T>(r: usize, shift: u64, isInput: bool): void {
  if (isInput) inOne<T>(r, shift);
  else outOne<T>(r, shift);
}

/** One element, or with REP as many as the budget and the host allow. */
@inline
function transferAll<T>(r: usize, isInput: bool): usize {
  checkPort(r, (<u32>cpu.rdx) & 0xffff, sizeof<T>());
  const shift = addressShift(r);
  if (!isRepeated(r)) {
    transfer<T>(r, shift, isInput);
    return next(r);
  }
  let count = cutToAddressSize(cpu.rcx, shift);
  while (count != 0) {
    transfer<T>(r, shift, isInput);
    count -= 1;
    writeByAddressSize(RCX, count, shift);
    if (count == 0) return finish(r, 1);
    if (allowed(r) == 1 || cpu.attention != 0) return interrupt(r, 1);
    cpu.budget -= 1;
  }
  return next(r);
}

export function ins<T>(r: usize): usize {
  return transferAll<T>(r, true);
}

export function outs<T>(r: usize): usize {
  return transferAll<T>(r, false);
}
