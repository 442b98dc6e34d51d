// String instructions (SDM Vol. 1 7.3.9; Vol. 2: MOVS, CMPS, STOS, LODS, SCAS, REP/REPE/REPNE). A repeated instruction retires
// once per iteration: the charge of its block covers one, each further one is taken from the budget here. When the budget
// ends, or an interrupt or the host wants attention, it is left with RIP on the instruction and the registers exact, and
// goes on from there, as on hardware (Vol. 2B REP). A fault keeps the iterations before it and the flags from before the
// instruction. Runs inside one page are moved and filled in bulk. INS and OUTS are system instructions.

import { DF, RF } from '../generated/rflags';
import { copyBytes, fillBytes } from '../bulk';
import { ripOf, unretired } from '../fault';
import { flagsSub } from '../flags';
import { next } from '../flow';
import { enter, refreshAttention } from '../blocks';
import { cpu } from '../generated/state';
import { directHost, implicitAddress, isFlatSegment } from '../implicit';
import { PAGE_BYTES } from '../layout';
import { loadGuest, storeGuest } from '../memory';
import { writeRegister } from '../operands';
import { ADDRESS_SHIFT, PREFIXES, PREFIX_REPE, PREFIX_REPNE, RECORD_BYTES, SEGMENT } from '../record';
import { RAX, RCX, RDI, RSI, cutToAddressSize, writeByAddressSize } from '../registers';
import { ES } from '../segment';
import { readTable, writeTable } from '../tlb';

/** Fewest bytes worth a bulk operation. */
const BULK_MINIMUM: u64 = 32;

@inline
export function addressShift(r: usize): u64 {
  return <u64>load<u8>(r, ADDRESS_SHIFT);
}

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

@inline
export function sourceAddress<T>(r: usize, shift: u64): u64 {
  return implicitAddress(r, load<u8>(r, SEGMENT), cutToAddressSize(cpu.rsi, shift), sizeof<T>(), false);
}

@inline
export function destinationAddress<T>(r: usize, shift: u64, isWrite: bool): u64 {
  return implicitAddress(r, ES, cutToAddressSize(cpu.rdi, shift), sizeof<T>(), isWrite);
}

@inline
function loadSource<T>(r: usize, shift: u64): T {
  return loadGuest<T>(r, sourceAddress<T>(r, shift));
}

@inline
function loadDestination<T>(r: usize, shift: u64): T {
  return loadGuest<T>(r, destinationAddress<T>(r, shift, false));
}

@inline
function moveOne<T>(r: usize, shift: u64): void {
  const value = loadSource<T>(r, shift);
  storeGuest<T>(r, destinationAddress<T>(r, shift, true), value);
  step<T>(RSI, shift);
  step<T>(RDI, shift);
}

@inline
function storeOne<T>(r: usize, shift: u64): void {
  storeGuest<T>(r, destinationAddress<T>(r, shift, true), load<T>(RAX));
  step<T>(RDI, shift);
}

@inline
function loadOne<T>(r: usize, shift: u64): void {
  writeRegister<T>(RAX, loadSource<T>(r, shift));
  step<T>(RSI, shift);
}

/** Iterations that the budget allows, at least 1: the charges of this instruction and of those behind it in the block count. */
@inline
export function allowed(r: usize): u64 {
  return <u64>(cpu.budget + unretired(r));
}

/** Ends the instruction after `done` iterations that are not yet paid. */
export function finish(r: usize, done: u64): usize {
  cpu.budget += unretired(r) - <i32>done;
  return next(r);
}

/**
 * Leaves the instruction unfinished after `done` iterations that are not yet paid. RF keeps an instruction breakpoint from
 * breaking once more on the rest (SDM Vol. 3B 17.3.1.1).
 */
export function interrupt(r: usize, done: u64): usize {
  cpu.flagsSystem |= RF;
  refreshAttention();
  cpu.budget += unretired(r) - <i32>done;
  cpu.rip = ripOf(r);
  return enter();
}

export function movs<T>(r: usize): usize {
  if (isRepeated(r)) return repeatMovs<T>(r);
  moveOne<T>(r, addressShift(r));
  return r + RECORD_BYTES;
}

function repeatMovs<T>(r: usize): usize {
  const shift = addressShift(r);
  let count = cutToAddressSize(cpu.rcx, shift);
  if (count == 0) return r + RECORD_BYTES;
  const isBulk = !isBackward() && isFlatSegment(ES) && isFlatSegment(load<u8>(r, SEGMENT));
  while (true) {
    const most = min<u64>(count, allowed(r));
    // The first element raises the faults and fills the TLB; the others on its pages need neither.
    moveOne<T>(r, shift);
    count -= 1;
    writeByAddressSize(RCX, count, shift);
    let done: u64 = 1;
    if (isBulk && most > 1) {
      const more = moveBulk<T>(shift, most - 1);
      count -= more;
      done += more;
      writeByAddressSize(RCX, count, shift);
    }
    if (count == 0) return finish(r, done);
    if (done == allowed(r) || cpu.attention != 0) return interrupt(r, done);
    cpu.budget -= <i32>done;
  }
}

/** Elements of T from `address` to the end of its page. */
@inline
function elementsInPage<T>(address: u64): u64 {
  return (PAGE_BYTES - (address & (PAGE_BYTES - 1))) / sizeof<T>();
}

/** Moves up to `most` elements forward within one source and one destination page of RAM. Returns how many. */
function moveBulk<T>(shift: u64, most: u64): u64 {
  const source = cutToAddressSize(cpu.rsi, shift);
  const destination = cutToAddressSize(cpu.rdi, shift);
  const count = min<u64>(most, min<u64>(elementsInPage<T>(source), elementsInPage<T>(destination)));
  const bytes = <usize>count * sizeof<T>();
  if (bytes < BULK_MINIMUM) return 0;
  const from = directHost(readTable, source);
  const to = directHost(writeTable, destination);
  if (from == 0 || to == 0) return 0;
  if (to > from && to < from + bytes) {
    // The destination overtakes the source: the first elements repeat.
    for (let i: usize = 0; i < bytes; i += sizeof<T>()) store<T>(to + i, load<T>(from + i, 0, 1), 0, 1);
  } else copyBytes(to, from, bytes);
  writeByAddressSize(RSI, source + bytes, shift);
  writeByAddressSize(RDI, destination + bytes, shift);
  return count;
}

export function stos<T>(r: usize): usize {
  if (isRepeated(r)) return repeatStos<T>(r);
  storeOne<T>(r, addressShift(r));
  return r + RECORD_BYTES;
}

function repeatStos<T>(r: usize): usize {
  const shift = addressShift(r);
  let count = cutToAddressSize(cpu.rcx, shift);
  if (count == 0) return r + RECORD_BYTES;
  const isBulk = !isBackward() && isFlatSegment(ES);
  while (true) {
    const most = min<u64>(count, allowed(r));
    storeOne<T>(r, shift);
    count -= 1;
    writeByAddressSize(RCX, count, shift);
    let done: u64 = 1;
    if (isBulk && most > 1) {
      const more = storeBulk<T>(shift, most - 1);
      count -= more;
      done += more;
      writeByAddressSize(RCX, count, shift);
    }
    if (count == 0) return finish(r, done);
    if (done == allowed(r) || cpu.attention != 0) return interrupt(r, done);
    cpu.budget -= <i32>done;
  }
}

/** Stores up to `most` elements forward within one page of RAM. Returns how many. */
function storeBulk<T>(shift: u64, most: u64): u64 {
  const destination = cutToAddressSize(cpu.rdi, shift);
  const count = min<u64>(most, elementsInPage<T>(destination));
  const bytes = <usize>count * sizeof<T>();
  if (bytes < BULK_MINIMUM) return 0;
  const to = directHost(writeTable, destination);
  if (to == 0) return 0;
  const value = load<T>(RAX);
  if (value == 0 || sizeof<T>() == 1) fillBytes(to, <u8>value, bytes);
  else for (let i: usize = 0; i < bytes; i += sizeof<T>()) store<T>(to + i, value, 0, 1);
  writeByAddressSize(RDI, destination + bytes, shift);
  return count;
}

export function lods<T>(r: usize): usize {
  const shift = addressShift(r);
  if (!isRepeated(r)) {
    loadOne<T>(r, shift);
    return r + RECORD_BYTES;
  }
  let count = cutToAddressSize(cpu.rcx, shift);
  if (count == 0) return r + RECORD_BYTES;
  while (true) {
    loadOne<T>(r, shift);
    count -= 1;
    writeByAddressSize(RCX, count, shift);
    if (count == 0) return finish(r, 1);
    if (allowed(r) == 1 || cpu.attention != 0) return interrupt(r, 1);
    cpu.budget -= 1;
  }
}

/** REPE goes on while the elements are equal, REPNE while they differ. */
@inline
function goesOn(r: usize, isEqual: bool): bool {
  return isEqual == ((load<u8>(r, PREFIXES) & PREFIX_REPE) != 0);
}

export function cmps<T>(r: usize): usize {
  const shift = addressShift(r);
  if (!isRepeated(r)) {
    const a = loadSource<T>(r, shift);
    const b = loadDestination<T>(r, shift);
    step<T>(RSI, shift);
    step<T>(RDI, shift);
    flagsSub<T>(a, b, <T>(a - b));
    return r + RECORD_BYTES;
  }
  let count = cutToAddressSize(cpu.rcx, shift);
  if (count == 0) return r + RECORD_BYTES;
  while (true) {
    const a = loadSource<T>(r, shift);
    const b = loadDestination<T>(r, shift);
    step<T>(RSI, shift);
    step<T>(RDI, shift);
    count -= 1;
    writeByAddressSize(RCX, count, shift);
    const isFinished = count == 0 || !goesOn(r, a == b);
    if (isFinished || allowed(r) == 1 || cpu.attention != 0) {
      flagsSub<T>(a, b, <T>(a - b));
      return isFinished ? finish(r, 1) : interrupt(r, 1);
    }
    cpu.budget -= 1;
  }
}

export function scas<T>(r: usize): usize {
  const shift = addressShift(r);
  const a = load<T>(RAX);
  if (!isRepeated(r)) {
    const b = loadDestination<T>(r, shift);
    step<T>(RDI, shift);
    flagsSub<T>(a, b, <T>(a - b));
    return r + RECORD_BYTES;
  }
  let count = cutToAddressSize(cpu.rcx, shift);
  if (count == 0) return r + RECORD_BYTES;
  while (true) {
    const b = loadDestination<T>(r, shift);
    step<T>(RDI, shift);
    count -= 1;
    writeByAddressSize(RCX, count, shift);
    const isFinished = count == 0 || !goesOn(r, a == b);
    if (isFinished || allowed(r) == 1 || cpu.attention != 0) {
      flagsSub<T>(a, b, <T>(a - b));
      return isFinished ? finish(r, 1) : interrupt(r, 1);
    }
    cpu.budget -= 1;
  }
}
