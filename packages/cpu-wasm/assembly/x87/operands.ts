// Memory operands of x87 instructions (SDM Vol. 1 8.2 and table 8-2): single and double reals, integers, and the ten bytes of
// double extended reals and packed decimals, which go in two accesses.

import { PAGE_BYTES } from '../layout';
import { loadGuest, storeGuest } from '../memory';
import { Mem, effectiveAddress, write } from '../operands';
import { X87_OPCODE } from '../record';
import { segmentedAddress } from '../segment';
import { probeWrite } from '../slow-memory';

/** i of ST(i): the low bits of ModRM. */
@inline
export function registerNumber(r: usize): u32 {
  return (<u32>load<u8>(r, X87_OPCODE)) & 7;
}

@inline
export function writeMemory<T, D>(r: usize, value: u64): void {
  write<T, D>(r, <T>value);
}

/** Linear address of a memory operand of `bytes` bytes. */
@inline
export function operandAddress<D>(r: usize, bytes: u32, isWrite: bool): u64 {
  const offset = effectiveAddress(r);
  return sizeof<D>() == sizeof<Mem>() ? offset : segmentedAddress(r, offset, bytes, isWrite);
}

/** Whether an access of `bytes` reaches into the next page. */
@inline
function crossesPage(linear: u64, bytes: u32): bool {
  return ((<u32>linear) & (PAGE_BYTES - 1)) + bytes > PAGE_BYTES;
}

// An image in memory is touched at its first word (of `wordBytes`) and then at its last byte, before the rest: the fault of an
// image that crosses into a page that is not there names that byte.

export function probeImageRead(r: usize, linear: u64, bytes: u32, wordBytes: u32): void {
  if (!crossesPage(linear, bytes)) return;
  if (wordBytes == 2) loadGuest<u16>(r, linear);
  else loadGuest<u32>(r, linear);
  loadGuest<u8>(r, linear + bytes - 1);
}

export function probeImageWrite(r: usize, linear: u64, bytes: u32, wordBytes: u32): void {
  if (!crossesPage(linear, bytes)) return;
  probeWrite(r, linear, wordBytes);
  probeWrite(r, linear + bytes - 1, 1);
}

/** Sign and exponent (or the last digits) of a ten-byte operand, beside the significand that was returned. */
export let upperWord: u32 = 0;

export function load80<D>(r: usize): u64 {
  const linear = operandAddress<D>(r, 10, false);
  const low = loadGuest<u64>(r, linear);
  upperWord = loadGuest<u16>(r, linear + 8);
  return low;
}

export function store80<D>(r: usize, low: u64, upper: u32): void {
  const linear = operandAddress<D>(r, 10, true);
  // Two stores, as on processors: a fault of the second one leaves the first one done.
  storeGuest<u64>(r, linear, low);
  storeGuest<u16>(r, linear + 8, <u16>upper);
}
