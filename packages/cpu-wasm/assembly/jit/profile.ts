// Where control went that a region did not know: pairs of a block and the block that followed it. They are noted while a block
// is not translated yet and ends in a computed jump, and whenever a region was left at a branch or jump. A hash without
// chains: a pair that collides with another takes its place.
//
//   entry, 16 bytes:  +0 from u32;  +4 to u32;  +8 how often it was noted u32;  +12 unused

import { JUMP_PROFILE, JUMP_PROFILE_END } from '../layout';

const ENTRY_BYTES: usize = 16;
const INDEX_MASK: usize = (JUMP_PROFILE_END - JUMP_PROFILE) / ENTRY_BYTES - 1;

/** All pairs are forgotten: their blocks are gone. */
export function forgetJumps(): void {
  memory.fill(JUMP_PROFILE, 0, JUMP_PROFILE_END - JUMP_PROFILE);
}

/** Notes a pair. Returns how often it was noted. */
export function noteJump(from: usize, to: usize): u32 {
  const entry = JUMP_PROFILE + (((from >> 5) ^ (to >> 4) ^ (to >> 9)) & INDEX_MASK) * ENTRY_BYTES;
  let count: u32 = 0;
  if (<usize>load<u32>(entry) == from && <usize>load<u32>(entry, 4) == to) count = load<u32>(entry, 8);
  store<u32>(entry, <u32>from);
  store<u32>(entry, <u32>to, 4);
  store<u32>(entry, ++count, 8);
  return count;
}

/** The pair of `from` behind the pair `position` (0: the first). 0 = no more. */
export function nextJump(from: usize, position: usize): usize {
  let entry = position == 0 ? JUMP_PROFILE : position + ENTRY_BYTES;
  for (; entry < JUMP_PROFILE_END; entry += ENTRY_BYTES) if (<usize>load<u32>(entry) == from) return entry;
  return 0;
}

/** Where the pair goes to. */
@inline
export function jumpTarget(pair: usize): usize {
  return <usize>load<u32>(pair, 4);
}
