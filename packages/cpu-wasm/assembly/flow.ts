// Where execution goes after an instruction that ends its block. Flow bodies return the record to run next; these functions
// find it: by a link within the page, by the block hash, or after decoding.

import { ripOf } from './fault';
import { EXIT_IDLE_LOOP } from './generated/exits';
import { cpu } from './generated/state';
import { codeBaseOf, enter, exitRecord, jump, proceed } from './blocks';
import { BLOCK_ARENA } from './layout';
import {
  BLOCK_FRAME,
  BLOCK_RIP,
  BLOCK_SECOND_FRAME,
  DISP,
  FALL_LINK,
  LENGTH,
  LINK,
  NO_FRAME,
  headerOf,
} from './record';

/** RIP behind the instruction of a record, before the wrap to the instruction pointer's size. */
@inline
export function nextRip(r: usize): u64 {
  return ripOf(r) + <u64>load<u8>(r, LENGTH);
}

/** Goes on behind this instruction, after looking for interrupts and changed modes. */
export function next(r: usize): usize {
  cpu.rip = nextRip(r);
  return enter();
}

/** Goes on at `rip`, which the caller has checked (canonical, within the limit of CS). */
@inline
export function jumpTo(rip: u64): usize {
  return jump(rip);
}

/**
 * Goes on at `rip`, which the caller has checked, behind an instruction that may have changed anything but RIP. Returns the header of
 * the block, which has not been entered yet: translated code asks whether it is its own.
 */
export function transferTo(rip: u64): usize {
  cpu.rip = rip;
  return enter();
}

function follow(r: usize, rip: u64, slot: usize): usize {
  const header = headerOf(r);
  const base = codeBaseOf(header);
  // A link skips the translation of RIP, so it stays within one page of one mapping.
  if ((((load<u64>(header, BLOCK_RIP) + base) ^ (rip + base)) & ~(<u64>0xfff)) != 0) return jump(rip);
  cpu.rip = rip;
  const target = enter();
  if (
    load<u64>(target, BLOCK_RIP) == rip &&
    load<u32>(target, BLOCK_FRAME) == load<u32>(header, BLOCK_FRAME) &&
    load<u32>(target, BLOCK_SECOND_FRAME) == NO_FRAME &&
    target >= BLOCK_ARENA
  ) {
    store<u32>(r + slot, <u32>target);
  }
  return target;
}

/**
 * Enters a linked block without a dispatch of its header, unless the block has been retired meanwhile, is counted or is
 * translated. Interrupts and requests of the host are looked for here too: whether a branch has a link must not be noticed.
 */
@inline
export function into(block: usize): usize {
  if (cpu.attention != 0) return attendBefore(block);
  return proceed(block);
}

function attendBefore(block: usize): usize {
  cpu.rip = load<u64>(block, BLOCK_RIP);
  return enter();
}

/** Direct branch taken; its target RIP is in the record. */
@inline
export function taken(r: usize): usize {
  const link = load<u32>(r, LINK);
  return link != 0 ? into(<usize>link) : takenSlow(r);
}

/** Direct branch not taken. */
@inline
export function notTaken(r: usize): usize {
  const link = load<u32>(r, FALL_LINK);
  return link != 0 ? into(<usize>link) : notTakenSlow(r);
}

function takenSlow(r: usize): usize {
  return follow(r, load<u64>(r, DISP), LINK);
}

function notTakenSlow(r: usize): usize {
  return follow(r, nextRip(r), FALL_LINK);
}

/** `jmp $`: only an interrupt can end it, so the host decides what becomes of the time until then. */
export function idleLoop(r: usize): usize {
  cpu.rip = load<u64>(r, DISP);
  if (cpu.attention != 0) return enter(); // or a debug trap, or what waits already
  cpu.exitReason = EXIT_IDLE_LOOP;
  return exitRecord();
}
