// String instructions (SDM Vol. 1 7.3.9; Vol. 2: MOVS, CMPS, STOS, LODS, SCAS, REP/REPE/REPNE). A repeated instruction retires
// once per iteration: the charge of its block covers one, each further one is taken from the budget here. When the budget
// ends, or an interrupt or the host wants attention, it is left with RIP on the instruction and the registers exact, and
// goes on from there, as on hardware (Vol. 2B REP). A fault keeps the iterations before it and the flags from before the
// instruction. Runs of elements are in string-elements.ts, what translated code tries in string-tried.ts. INS and OUTS are system
// instructions.

import { enter, refreshAttention } from '../blocks';
import { ripOf, unretired } from '../fault';
import { flagsSub } from '../flags';
import { next } from '../flow';
import { RF } from '../generated/rflags';
import { cpu } from '../generated/state';
import { directHost, implicitAddress } from '../implicit';
import { loadGuest, storeGuest } from '../memory';
import { writeRegister } from '../operands';
import { RECORD_BYTES, SEGMENT } from '../record';
import { RAX, RCX, RDI, RSI, cutToAddressSize, writeByAddressSize } from '../registers';
import { ES } from '../segment';
import { readTable } from '../tlb';
import {
  addressShift,
  countCompared,
  countScanned,
  elementsInPage,
  goesOn,
  isForward,
  isRepeated,
  moveBulk,
  step,
  storeBulk,
} from './string-elements';
import { cmpsQuickly, isQuick, lodsQuickly, movsQuickly, scasQuickly, stosQuickly } from './string-tried';

/** Linear address of the source, which is an element of T. */
@inline
export function sourceAddress<T>(r: usize, shift: u64): u64 {
  return implicitAddress(r, load<u8>(r, SEGMENT), cutToAddressSize(cpu.rsi, shift), sizeof<T>(), false);
}

/** The same of the destination, in ES. */
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
  if (isQuick()) return movsQuickly<T>(r) ? r : 0;
  if (isRepeated(r)) return repeatMovs<T>(r);
  moveOne<T>(r, addressShift(r));
  return r + RECORD_BYTES;
}

function repeatMovs<T>(r: usize): usize {
  const shift = addressShift(r);
  let count = cutToAddressSize(cpu.rcx, shift);
  if (count == 0) return r + RECORD_BYTES;
  const isBulk = isForward(r, true);
  while (true) {
    let done: u64 = isBulk ? moveBulk<T>(shift, min<u64>(count, allowed(r))) : 0;
    if (done == 0) {
      // Raises the faults and fills the TLB.
      moveOne<T>(r, shift);
      done = 1;
    }
    count -= done;
    writeByAddressSize(RCX, count, shift);
    if (count == 0) return finish(r, done);
    if (done == allowed(r) || cpu.attention != 0) return interrupt(r, done);
    cpu.budget -= <i32>done;
  }
}

export function stos<T>(r: usize): usize {
  if (isQuick()) return stosQuickly<T>(r) ? r : 0;
  if (isRepeated(r)) return repeatStos<T>(r);
  storeOne<T>(r, addressShift(r));
  return r + RECORD_BYTES;
}

function repeatStos<T>(r: usize): usize {
  const shift = addressShift(r);
  let count = cutToAddressSize(cpu.rcx, shift);
  if (count == 0) return r + RECORD_BYTES;
  const isBulk = isForward(r, false);
  while (true) {
    let done: u64 = isBulk ? storeBulk<T>(shift, min<u64>(count, allowed(r))) : 0;
    if (done == 0) {
      storeOne<T>(r, shift);
      done = 1;
    }
    count -= done;
    writeByAddressSize(RCX, count, shift);
    if (count == 0) return finish(r, done);
    if (done == allowed(r) || cpu.attention != 0) return interrupt(r, done);
    cpu.budget -= <i32>done;
  }
}

export function lods<T>(r: usize): usize {
  if (isQuick()) return lodsQuickly<T>(r) ? r : 0;
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

export function cmps<T>(r: usize): usize {
  if (isQuick()) return cmpsQuickly<T>(r) ? r : 0;
  const shift = addressShift(r);
  if (!isRepeated(r)) {
    const a = loadSource<T>(r, shift);
    const b = loadDestination<T>(r, shift);
    step<T>(RSI, shift);
    step<T>(RDI, shift);
    flagsSub<T>(a, b, <T>(a - b));
    return r + RECORD_BYTES;
  }
  return repeatCmps<T>(r, shift);
}

function repeatCmps<T>(r: usize, shift: u64): usize {
  let count = cutToAddressSize(cpu.rcx, shift);
  if (count == 0) return r + RECORD_BYTES;
  const isBulk = isForward(r, true);
  while (true) {
    let done: u64 = 0;
    let a: T = 0;
    let b: T = 0;
    if (isBulk) {
      const source = cutToAddressSize(cpu.rsi, shift);
      const destination = cutToAddressSize(cpu.rdi, shift);
      const inPages = min<u64>(elementsInPage<T>(source), elementsInPage<T>(destination));
      const most = min<u64>(min<u64>(count, allowed(r)), inPages);
      const first = directHost(readTable, source);
      const second = directHost(readTable, destination);
      if (first != 0 && second != 0 && most != 0) {
        done = countCompared<T>(r, first, second, most);
        a = load<T>(first + <usize>(done - 1) * sizeof<T>(), 0, 1);
        b = load<T>(second + <usize>(done - 1) * sizeof<T>(), 0, 1);
        writeByAddressSize(RSI, source + done * sizeof<T>(), shift);
        writeByAddressSize(RDI, destination + done * sizeof<T>(), shift);
      }
    }
    if (done == 0) {
      a = loadSource<T>(r, shift);
      b = loadDestination<T>(r, shift);
      step<T>(RSI, shift);
      step<T>(RDI, shift);
      done = 1;
    }
    count -= done;
    writeByAddressSize(RCX, count, shift);
    const isFinished = count == 0 || !goesOn(r, a == b);
    if (isFinished || done == allowed(r) || cpu.attention != 0) {
      flagsSub<T>(a, b, <T>(a - b));
      return isFinished ? finish(r, done) : interrupt(r, done);
    }
    cpu.budget -= <i32>done;
  }
}

export function scas<T>(r: usize): usize {
  if (isQuick()) return scasQuickly<T>(r) ? r : 0;
  const shift = addressShift(r);
  const a = load<T>(RAX);
  if (!isRepeated(r)) {
    const b = loadDestination<T>(r, shift);
    step<T>(RDI, shift);
    flagsSub<T>(a, b, <T>(a - b));
    return r + RECORD_BYTES;
  }
  return repeatScas<T>(r, shift, a);
}

function repeatScas<T>(r: usize, shift: u64, a: T): usize {
  let count = cutToAddressSize(cpu.rcx, shift);
  if (count == 0) return r + RECORD_BYTES;
  const isBulk = isForward(r, false);
  while (true) {
    let done: u64 = 0;
    let b: T = 0;
    if (isBulk) {
      const destination = cutToAddressSize(cpu.rdi, shift);
      const most = min<u64>(min<u64>(count, allowed(r)), elementsInPage<T>(destination));
      const first = directHost(readTable, destination);
      if (first != 0 && most != 0) {
        done = countScanned<T>(r, a, first, most);
        b = load<T>(first + <usize>(done - 1) * sizeof<T>(), 0, 1);
        writeByAddressSize(RDI, destination + done * sizeof<T>(), shift);
      }
    }
    if (done == 0) {
      b = loadDestination<T>(r, shift);
      step<T>(RDI, shift);
      done = 1;
    }
    count -= done;
    writeByAddressSize(RCX, count, shift);
    const isFinished = count == 0 || !goesOn(r, a == b);
    if (isFinished || done == allowed(r) || cpu.attention != 0) {
      flagsSub<T>(a, b, <T>(a - b));
      return isFinished ? finish(r, done) : interrupt(r, done);
    }
    cpu.budget -= <i32>done;
  }
}
