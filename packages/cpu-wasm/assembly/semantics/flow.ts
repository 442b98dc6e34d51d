// Near control transfer (SDM Vol. 1 6.4.2, 7.3.8; Vol. 2: JMP, Jcc, CALL, RET, LOOP/LOOPcc, JCXZ). The decoder has put the target
// of a direct branch, cut to the operand size, into the record. A target outside the canonical range or the limit of CS
// raises #GP(0) at the branch, before anything has changed; a linked branch has passed that check before.

import { GP } from '../generated/vectors';
import { faultWithCode, ripOf } from '../fault';
import { condition, zero } from '../flags';
import { idleLoop, into, jumpTo, nextRip, notTaken, taken } from '../flow';
import { cpu } from '../generated/state';
import { loadFromStack, setStackPointer, stackPointer, storeToStack } from '../implicit';
import { is64BitMode } from '../mode';
import { imm, read, wideImmediate } from '../operands';
import { ADDRESS_SHIFT, BLOCK_RIP, LINK, SRC, headerOf } from '../record';
import { RCX, cutToAddressSize, writeByAddressSize } from '../registers';
import { isCanonical } from '../slow-memory';

/** `isSurely64` folds the question for operands that exist in 64-bit mode only. */
@inline
function checkTarget(r: usize, rip: u64, isSurely64: bool): void {
  if (isSurely64 || is64BitMode() ? isCanonical(rip) : rip <= <u64>cpu.csLimit) return;
  faultWithCode(r, GP, 0);
}

/** Checks the target of a direct branch that has no link yet. */
@inline
function checkDirect(r: usize): void {
  if (load<u32>(r, LINK) == 0) checkTarget(r, wideImmediate(r), false);
}

@inline
export function jmp(r: usize): usize {
  const link = load<u32>(r, LINK);
  return link != 0 ? into(<usize>link) : jmpUnlinked(r);
}

/** A jump to itself never gets a link, so it is found here each time. */
function jmpUnlinked(r: usize): usize {
  const target = wideImmediate(r);
  if (target == ripOf(r)) return idleLoop(r);
  checkTarget(r, target, false);
  return taken(r);
}

export function jmpIndirect<T, D>(r: usize): usize {
  const target = <u64>read<T, D>(r);
  checkTarget(r, target, sizeof<T>() == 8);
  return jumpTo(target);
}

@inline
export function jcc(r: usize, code: u32): usize {
  if (!condition(code)) return notTaken(r);
  checkDirect(r);
  return taken(r);
}

/**
 * RIP behind a call. Its distance from the start of the block is kept in the record's `src`, which no call uses: finding it
 * means adding up the lengths of the whole block.
 */
@inline
function returnRip(r: usize): u64 {
  const distance = load<u16>(r, SRC);
  return distance != 0 ? load<u64>(headerOf(r), BLOCK_RIP) + distance : measureReturnRip(r);
}

function measureReturnRip(r: usize): u64 {
  const rip = nextRip(r);
  store<u16>(r, <u16>(rip - load<u64>(headerOf(r), BLOCK_RIP)), SRC);
  return rip;
}

@inline
function pushReturnRip<T>(r: usize): void {
  const pointer = stackPointer<T>() - sizeof<T>();
  storeToStack<T>(r, pointer, <T>returnRip(r));
  setStackPointer<T>(pointer);
}

@inline
export function call<T>(r: usize): usize {
  checkDirect(r);
  pushReturnRip<T>(r);
  return taken(r);
}

export function callIndirect<T, D>(r: usize): usize {
  const target = <u64>read<T, D>(r);
  checkTarget(r, target, sizeof<T>() == 8);
  pushReturnRip<T>(r);
  return jumpTo(target);
}

/** RET, and RET imm16 that also drops arguments; the immediate of the first is 0. */
@inline
export function ret<T>(r: usize): usize {
  const pointer = stackPointer<T>();
  const target = <u64>loadFromStack<T>(r, pointer);
  checkTarget(r, target, sizeof<T>() == 8);
  setStackPointer<T>(pointer + sizeof<T>() + <u64>imm<u16>(r));
  return jumpTo(target);
}

/** Counts rCX down by address size and branches while it is not 0 and `isWanted`. */
@inline
function countDown(r: usize, isWanted: bool): usize {
  const shift = <u64>load<u8>(r, ADDRESS_SHIFT);
  const count = cutToAddressSize(cpu.rcx - 1, shift);
  const branches = count != 0 && isWanted;
  if (branches) checkDirect(r);
  writeByAddressSize(RCX, count, shift);
  return branches ? taken(r) : notTaken(r);
}

export function loop(r: usize): usize {
  return countDown(r, true);
}

export function loope(r: usize): usize {
  return countDown(r, zero());
}

export function loopne(r: usize): usize {
  return countDown(r, !zero());
}

/** JCXZ, JECXZ, JRCXZ by address size. */
export function jcxz(r: usize): usize {
  if (cutToAddressSize(cpu.rcx, <u64>load<u8>(r, ADDRESS_SHIFT)) != 0) return notTaken(r);
  checkDirect(r);
  return taken(r);
}
