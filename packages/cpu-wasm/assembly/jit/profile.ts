// Where control went that a region did not know: pairs of a block and the block that followed it. They are noted while a block
// is not translated yet and ends in a computed jump, and whenever a region was left at a branch or jump. The pairs of a block
// are a list, the newest first. When it is full, its oldest pair makes room; when the memory is full, all pairs are forgotten.
//
//   pair, 16 bytes:  +0 from u32;  +4 to u32;  +8 how often it was noted u32;  +12 next pair of the same block u32, 0 = none

import { JUMP_PROFILE, JUMP_PROFILE_END } from '../layout';
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
  let length: u32 = 0;
  let last: usize = 0;
  for (let pair = firstPair(from); pair != 0; pair = nextPair(pair)) {
    if (<usize>load<u32>(pair, TO) == to) {
      const times = load<u32>(pair, TIMES) + 1;
      store<u32>(pair, times, TIMES);
      return times;
    }
    last = pair;
    length++;
  }
  if (length == MAX_PAIRS) {
    store<u32>(last, <u32>to, TO);
    store<u32>(last, 1, TIMES);
    return 1;
  }
  if (end == JUMP_PROFILE_END) forgetJumps();
  const pair = end;
  const next = firstPair(from);
  end += PAIR_BYTES;
  store<u32>(pair, <u32>from, FROM);
  store<u32>(pair, <u32>to, TO);
  store<u32>(pair, 1, TIMES);
  store<u32>(pair, <u32>next, NEXT);
  setFirstJump(from, <u32>((pair - JUMP_PROFILE) / PAIR_BYTES) + 1);
  return 1;
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
