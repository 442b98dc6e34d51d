// The elements of strings, as registers and prefixes of a string instruction name them (SDM Vol. 1 7.3.9): how rSI and rDI move, and
// runs of elements forward inside pages that the TLB knows, which are done without looking again at each. What cannot be done so is
// done element by element in string.ts.

import { copyBytes, fillBytes } from '../bulk';
import { DF } from '../generated/rflags';
import { cpu } from '../generated/state';
import { directHost, isFlatSegment } from '../implicit';
import { PAGE_BYTES } from '../layout';
import { ADDRESS_SHIFT, PREFIXES, PREFIX_REPE, PREFIX_REPNE, SEGMENT } from '../record';
import { RAX, RDI, RSI, cutToAddressSize, writeByAddressSize } from '../registers';
import { ES } from '../segment';
import { readTable, writeTable } from '../tlb';

/** Fewest bytes worth a bulk operation of the host. */
const BULK_MINIMUM: u64 = 32;

/** Bits above the address size, as `cutToAddressSize` takes them. */
@inline
export function addressShift(r: usize): u64 {
  return <u64>load<u8>(r, ADDRESS_SHIFT);
}

/** Whether there is a REP prefix. */
@inline
export function isRepeated(r: usize): bool {
  return (load<u8>(r, PREFIXES) & (PREFIX_REPE | PREFIX_REPNE)) != 0;
}

@inline
function isBackward(): bool {
  return (cpu.flagsSystem & DF) != 0;
}

/** Moves rSI or rDI on by one element of T. */
@inline
export function step<T>(register: usize, shift: u64): void {
  const size: u64 = sizeof<T>();
  writeByAddressSize(register, load<u64>(register) + (isBackward() ? 0 - size : size), shift);
}

/** Whether the elements follow each other in linear addresses. `hasSource`: some are read at rSI. */
@inline
export function isForward(r: usize, hasSource: bool): bool {
  return !isBackward() && isFlatSegment(ES) && (!hasSource || isFlatSegment(load<u8>(r, SEGMENT)));
}

/** Elements of T from `address` to the end of its page. */
@inline
export function elementsInPage<T>(address: u64): u64 {
  return (PAGE_BYTES - (address & (PAGE_BYTES - 1))) / sizeof<T>();
}

/** Moves up to `most` elements forward within one source and one destination page of RAM. Returns how many. */
export function moveBulk<T>(shift: u64, most: u64): u64 {
  const source = cutToAddressSize(cpu.rsi, shift);
  const destination = cutToAddressSize(cpu.rdi, shift);
  const count = min<u64>(most, min<u64>(elementsInPage<T>(source), elementsInPage<T>(destination)));
  const bytes = <usize>count * sizeof<T>();
  const from = directHost(readTable, source);
  const to = directHost(writeTable, destination);
  if (from == 0 || to == 0) return 0;
  if (bytes < BULK_MINIMUM || (to > from && to < from + bytes)) {
    // Where the destination overtakes the source the first elements repeat.
    for (let i: usize = 0; i < bytes; i += sizeof<T>()) store<T>(to + i, load<T>(from + i, 0, 1), 0, 1);
  } else copyBytes(to, from, bytes);
  writeByAddressSize(RSI, source + bytes, shift);
  writeByAddressSize(RDI, destination + bytes, shift);
  return count;
}

/** Stores up to `most` elements forward within one page of RAM. Returns how many. */
export function storeBulk<T>(shift: u64, most: u64): u64 {
  const destination = cutToAddressSize(cpu.rdi, shift);
  const count = min<u64>(most, elementsInPage<T>(destination));
  const bytes = <usize>count * sizeof<T>();
  const to = directHost(writeTable, destination);
  if (to == 0) return 0;
  const value = load<T>(RAX);
  if (bytes >= BULK_MINIMUM && (value == 0 || sizeof<T>() == 1)) fillBytes(to, <u8>value, bytes);
  else for (let i: usize = 0; i < bytes; i += sizeof<T>()) store<T>(to + i, value, 0, 1);
  writeByAddressSize(RDI, destination + bytes, shift);
  return count;
}

/** REPE goes on while the elements are equal, REPNE while they differ. */
@inline
export function goesOn(r: usize, isEqual: bool): bool {
  return isEqual == ((load<u8>(r, PREFIXES) & PREFIX_REPE) != 0);
}

/** How many of `most` pairs of elements are compared, with the one that ends the instruction. */
export function countCompared<T>(r: usize, first: usize, second: usize, most: u64): u64 {
  for (let i: u64 = 0; i < most; i++) {
    const at = <usize>i * sizeof<T>();
    if (!goesOn(r, load<T>(first + at, 0, 1) == load<T>(second + at, 0, 1))) return i + 1;
  }
  return most;
}

/** How many of `most` elements are compared with `a`, with the one that ends the instruction. */
export function countScanned<T>(r: usize, a: T, first: usize, most: u64): u64 {
  for (let i: u64 = 0; i < most; i++) {
    if (!goesOn(r, a == load<T>(first + <usize>i * sizeof<T>(), 0, 1))) return i + 1;
  }
  return most;
}
