// String instructions as translated code tries them before it puts its registers into the state: all of the instruction or
// nothing, without a fault and without a write to code. What takes more than a page, goes backward or through a segment that is not
// flat is left to the bodies of string.ts, which ask `isQuick` first and return the record for what has been done, else 0.

import { flagsSub } from '../flags';
import { cpu } from '../generated/state';
import { directHost } from '../implicit';
import { writeRegister } from '../operands';
import { RAX, RCX, RDI, RSI, cutToAddressSize, writeByAddressSize } from '../registers';
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

const NOT_QUICK: i32 = -1;
/** The budget that has to be left behind the instruction, or NOT_QUICK. */
let quickNeed: i32 = NOT_QUICK;

/** From now on bodies do all or nothing. */
export function beginQuick(need: i32): void {
  quickNeed = need;
}

/** They do what they have to again. */
export function endQuick(): void {
  quickNeed = NOT_QUICK;
}

/** Whether bodies do all or nothing. */
@inline
export function isQuick(): bool {
  return !isDefined(JS_ENGINE) && quickNeed != NOT_QUICK;
}

/** Iterations of an instruction that is tried. */
@inline
function iterations(r: usize, shift: u64): u64 {
  return isRepeated(r) ? cutToAddressSize(cpu.rcx, shift) : 1;
}

/** Pays for `done` iterations, at most a page of them, unless the budget does not suffice. The charge of the block covers one. */
function payQuickly(done: u64): bool {
  const left = cpu.budget - (<i32>done - 1);
  if (left < quickNeed) return false;
  cpu.budget = left;
  return true;
}

@inline
function countDown(r: usize, shift: u64, done: u64): void {
  if (isRepeated(r)) writeByAddressSize(RCX, cutToAddressSize(cpu.rcx, shift) - done, shift);
}

/** Does all of a MOVS, or nothing and returns false. */
export function movsQuickly<T>(r: usize): bool {
  const shift = addressShift(r);
  const count = iterations(r, shift);
  if (count == 0) return true;
  const inPages = min<u64>(
    elementsInPage<T>(cutToAddressSize(cpu.rsi, shift)),
    elementsInPage<T>(cutToAddressSize(cpu.rdi, shift)),
  );
  if (count > inPages || !isForward(r, true) || cpu.budget - <i32>count < quickNeed) return false;
  if (moveBulk<T>(shift, count) == 0) return false;
  countDown(r, shift, count);
  return payQuickly(count);
}

/** Does all of a STOS, or nothing and returns false. */
export function stosQuickly<T>(r: usize): bool {
  const shift = addressShift(r);
  const count = iterations(r, shift);
  if (count == 0) return true;
  const inPage = elementsInPage<T>(cutToAddressSize(cpu.rdi, shift));
  if (count > inPage || !isForward(r, false) || cpu.budget - <i32>count < quickNeed) return false;
  if (storeBulk<T>(shift, count) == 0) return false;
  countDown(r, shift, count);
  return payQuickly(count);
}

/** Does all of a LODS, or nothing and returns false. A repeated one loads for nothing, so it is not tried. */
export function lodsQuickly<T>(r: usize): bool {
  if (isRepeated(r) || !isForward(r, true)) return false;
  const shift = addressShift(r);
  const source = cutToAddressSize(cpu.rsi, shift);
  const host = directHost(readTable, source);
  if (host == 0 || elementsInPage<T>(source) == 0) return false;
  writeRegister<T>(RAX, load<T>(host, 0, 1));
  step<T>(RSI, shift);
  return true;
}

/** Does all of a CMPS, or nothing and returns false. */
export function cmpsQuickly<T>(r: usize): bool {
  const shift = addressShift(r);
  const count = iterations(r, shift);
  const source = cutToAddressSize(cpu.rsi, shift);
  const destination = cutToAddressSize(cpu.rdi, shift);
  const first = directHost(readTable, source);
  const second = directHost(readTable, destination);
  const most = min<u64>(count, min<u64>(elementsInPage<T>(source), elementsInPage<T>(destination)));
  // Without an iteration the flags stay, which the state does not have.
  if (most == 0 || first == 0 || second == 0 || !isForward(r, true)) return false;
  const done = countCompared<T>(r, first, second, most);
  const last = <usize>(done - 1) * sizeof<T>();
  const a = load<T>(first + last, 0, 1);
  const b = load<T>(second + last, 0, 1);
  if ((done < count && goesOn(r, a == b)) || !payQuickly(done)) return false;
  writeByAddressSize(RSI, source + done * sizeof<T>(), shift);
  writeByAddressSize(RDI, destination + done * sizeof<T>(), shift);
  countDown(r, shift, done);
  flagsSub<T>(a, b, <T>(a - b));
  return true;
}

/** Does all of a SCAS, or nothing and returns false. */
export function scasQuickly<T>(r: usize): bool {
  const shift = addressShift(r);
  const count = iterations(r, shift);
  const destination = cutToAddressSize(cpu.rdi, shift);
  const first = directHost(readTable, destination);
  const most = min<u64>(count, elementsInPage<T>(destination));
  if (most == 0 || first == 0 || !isForward(r, false)) return false;
  const a = load<T>(RAX);
  const done = countScanned<T>(r, a, first, most);
  const b = load<T>(first + <usize>(done - 1) * sizeof<T>(), 0, 1);
  if ((done < count && goesOn(r, a == b)) || !payQuickly(done)) return false;
  writeByAddressSize(RDI, destination + done * sizeof<T>(), shift);
  countDown(r, shift, done);
  flagsSub<T>(a, b, <T>(a - b));
  return true;
}
