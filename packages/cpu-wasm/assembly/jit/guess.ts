// Where a computed jump or a return mostly goes, as the profile says: the most frequent targets are compared before the map is
// asked, and branched to without the dispatcher. A target that lies behind in the order of the region can only be reached by the
// dispatcher, so it is no guess.

import { byte, get, i64const } from './bytes';
import { REGION_TARGET } from './emit';
import { NODE_DISPATCHED, hasFlag, headerOfNode, nodeOf } from './nodes';
import { firstPair, jumpTarget, jumpTimes, nextPair } from './profile';
import { isAhead } from './structure';
import { BLOCK_RIP } from '../record';

/** A guess is worth its comparison if one in so many jumps goes there. */
const WORTHWHILE: u32 = 4;
const I64_EQ: u32 = 0x51;

/** The most frequent target of the block of `header`, other than node `known`, that can be branched to from here; 0 = none. */
function best(header: usize, known: u32): u32 {
  let found: u32 = 0;
  let most: u32 = 0;
  let total: u32 = 0;
  for (let pair = firstPair(header); pair != 0; pair = nextPair(pair)) {
    const times = jumpTimes(pair);
    total += times;
    const n = nodeOf(jumpTarget(pair));
    if (n == 0 || n == known || times <= most || !hasFlag(n, NODE_DISPATCHED) || !isAhead(n)) continue;
    found = n;
    most = times;
  }
  return most * WORTHWHILE >= total ? found : 0;
}

/** The first or second guess for the computed jump of a block: a node, or 0. */
export function guessOf(header: usize, isSecond: bool): u32 {
  const first = best(header, 0);
  return first == 0 || !isSecond ? first : best(header, first);
}

/** Pushes whether the jump goes to node `n`. */
export function pushIsTarget(n: u32): void {
  get(REGION_TARGET);
  i64const(<i64>load<u64>(headerOfNode(n), BLOCK_RIP));
  byte(I64_EQ);
}
