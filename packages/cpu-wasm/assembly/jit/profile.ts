// Where control went that a region did not know: pairs of a block and the block that followed it. They are noted while a block
// is not translated yet and ends in a computed jump, and whenever a region was left at a branch or jump. The pairs of a block
// are a list; the one that was noted last is in front unless it is new in the place of another. A pair whose target is gone makes
// room, in a full list the last one; when the memory is full, all pairs are forgotten.
//
//   pair, 16 bytes:  +0 from u32;  +4 to u32;  +8 how often it was noted u32;  +12 next pair of the same block u32, 0 = none

import { JUMP_PROFILE, JUMP_PROFILE_END } from '../layout';
import { isGone } from '../blocks';
import { firstJump, setFirstJump } from './notes';

const PAIR_BYTES: usize = 16;
const FROM: usize = 0;
const TO: usize = 4;
const TIMES: usize = 8;
const NEXT: usize = 12;
/** Pairs of one block: the targets of a large switch. */
const MAX_PAIRS: u32 = 256;

let end: usize = JUMP_PROFILE;

/** All pairs are forgotten: their blocks are gone. */
export function forgetJumps(): void {
  end = JUMP_PROFILE;
}

/** A list that was forgotten may still have its head: a pair counts only if it is in use, and is older than who names it. */
@inline
function checked(pair: usize, from: usize, newer: usize): usize {
  return pair < newer && pair >= JUMP_PROFILE && <usize>load<u32>(pair, FROM) == from ? pair : 0;
}

/** The first pair of a block, 0 = none. Its number 0 makes an address below all pairs. */
export function firstPair(from: usize): usize {
  return checked(JUMP_PROFILE + (<usize>firstJump(from) - 1) * PAIR_BYTES, from, end);
}

/** The next pair of the same block, 0 = none. */
export function nextPair(pair: usize): usize {
  return checked(<usize>load<u32>(pair, NEXT), <usize>load<u32>(pair, FROM), pair);
}

/** Notes a pair. Returns how often it was noted. */
export function noteJump(from: usize, to: usize): u32 {
  const first = firstPair(from);
  let length: u32 = 0;
  /** The pair that makes room when the list is full: one whose block is gone, else the oldest. */
  let victim: usize = 0;
  let hasRoom = false;
  for (let pair = first; pair != 0; pair = nextPair(pair)) {
    const known = <usize>load<u32>(pair, TO);
    if (known == to) {
      const times = load<u32>(pair, TIMES) + 1;
      // To the front, because it is most likely the next one, too.
      if (pair != first) write(pair, <usize>load<u32>(first, TO), load<u32>(first, TIMES));
      write(first, to, times);
      return times;
    }
    if (!hasRoom) victim = pair;
    if (isGone(known)) hasRoom = true;
    length++;
  }
  if (hasRoom || length == MAX_PAIRS) {
    write(victim, to, 1);
    return 1;
  }
  if (end == JUMP_PROFILE_END) forgetJumps();
  const pair = end;
  const next = firstPair(from);
  end += PAIR_BYTES;
  store<u32>(pair, <u32>from, FROM);
  write(pair, to, 1);
  store<u32>(pair, <u32>next, NEXT);
  setFirstJump(from, <u32>((pair - JUMP_PROFILE) / PAIR_BYTES) + 1);
  return 1;
}

function write(pair: usize, to: usize, times: u32): void {
  store<u32>(pair, <u32>to, TO);
  store<u32>(pair, times, TIMES);
}

/** Where a pair goes to. */
@inline
export function jumpTarget(pair: usize): usize {
  return <usize>load<u32>(pair, TO);
}

/** How often a pair was noted. */
@inline
export function jumpTimes(pair: usize): u32 {
  return load<u32>(pair, TIMES);
}
