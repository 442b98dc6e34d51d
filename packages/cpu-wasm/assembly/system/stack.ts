// Reads and pushes of the current stack by system instructions. Reads peek at elements above the stack pointer, so that a
// body can read all, check all, and only then move the pointer (SDM Vol. 3A 6.2.3 and Vol. 1 6.2.3 stack address size).

import { SS_VECTOR, faultWithCode } from "../fault";
import { cpu } from "../generated/state";
import { loadGuest, storeGuest } from "../memory";
import { is64BitMode, isLongMode, stackBase, stackFlat, stackMask } from "../mode";
import { SS, checkSegment } from "../segment";
import { isCanonical } from "./descriptors";

/** Linear address of `bytes` at `offset` in the stack segment; #SS(0) when the access is illegal. */
function stackAddress(r: usize, offset: u64, bytes: u32, isWrite: bool): u64 {
  if (is64BitMode()) {
    if (!isCanonical(offset) || !isCanonical(offset + bytes - 1)) faultWithCode(r, SS_VECTOR, 0);
    return offset;
  }
  if (stackFlat) return stackBase + offset;
  const linear = checkSegment(r, SS, offset, bytes, isWrite);
  return isLongMode() ? linear : linear & 0xffffffff;
}

/** Element of type T, `position` bytes above the stack pointer. */
export function peek<T>(r: usize, position: u64): T {
  return loadGuest<T>(r, stackAddress(r, (cpu.rsp + position) & stackMask, sizeof<T>(), false));
}

/** RSP moved by `delta`, in the bits that the current stack address size has. */
export function movedStackPointer(delta: u64): u64 {
  return (cpu.rsp & ~stackMask) | ((cpu.rsp + delta) & stackMask);
}

/** Writes `value` of type T below the stack pointer without moving it. */
export function pushAt<T>(r: usize, position: u64, value: T): void {
  storeGuest<T>(r, stackAddress(r, (cpu.rsp - position) & stackMask, sizeof<T>(), true), value);
}
