// Where a region looks whether the budget suffices. Every block subtracts its instructions, so that the count is exact wherever
// the region is left; but only some ask: the targets of back edges and of the dispatcher, and blocks on very long paths. Such a
// block is entered only when the budget pays for everything up to the next one that asks. Else the interpreter goes on there,
// and stops at the very instruction.

import { BLOCK_COUNT } from '../record';
import {
  MAX_NODES,
  NODE_ASKS,
  NODE_DISPATCHED,
  NODE_LOOP,
  PAGES,
  clearFlag,
  hasFlag,
  headerOfNode,
  otherOf,
  setFlag,
  takenOf,
} from './nodes';
import { nodeAt, orderedCount } from './order';

/** By node: instructions on the longest way from its start to the next block that asks, u32. */
const NEEDS: usize = PAGES + 0x2400;
/** Blocks ask when the way from there is longer. */
const LONGEST: u32 = 512;

/** What the most demanding block of the region needs. */
export let greatestNeed: u32 = 0;

/** Instructions on the longest way from the start of a block to the next block that asks. */
export function needOf(n: u32): u32 {
  return load<u32>(NEEDS + ((<usize>n) << 2));
}

/** The same behind a block. */
export function needBehind(n: u32): u32 {
  return needOf(n) - <u32>load<u16>(headerOfNode(n), BLOCK_COUNT);
}

/** What goes on from an edge needs. */
function needOfEdge(to: u32): u32 {
  return to == 0 || hasFlag(to, NODE_ASKS) ? 0 : needOf(to);
}

/** Finds the blocks that ask and what they need. The nodes have been ordered. */
export function findNeeds(): void {
  memory.fill(NEEDS, 0, (<usize>MAX_NODES + 1) << 2);
  greatestNeed = 0;
  for (let i: u32 = 1; i < orderedCount; i++) {
    const n = nodeAt(i);
    if (hasFlag(n, NODE_LOOP | NODE_DISPATCHED)) setFlag(n, NODE_ASKS);
    else clearFlag(n, NODE_ASKS);
  }
  for (let i = orderedCount - 1; i > 0; i--) {
    const n = nodeAt(i);
    const need = <u32>load<u16>(headerOfNode(n), BLOCK_COUNT) + max(needOfEdge(takenOf(n)), needOfEdge(otherOf(n)));
    store<u32>(NEEDS + ((<usize>n) << 2), need);
    if (need > LONGEST) setFlag(n, NODE_ASKS);
    if (hasFlag(n, NODE_ASKS)) greatestNeed = max(greatestNeed, need);
  }
}
