// Which kind of flags (flags.ts) each block of a region begins with: what all blocks before it agree on. The blocks that the
// dispatcher leads to begin with flags that are known only when the code runs.

import { BLOCK_COUNT, RECORD_BYTES } from '../record';
import { KIND_UNKNOWN, kindAfter, kindAfterCondition } from './flags';
import {
  FLOW_JCC,
  MAX_NODES,
  NODE_DISPATCHED,
  PAGES,
  flowOf,
  hasFlag,
  headerOfNode,
  nodeCount,
  otherOf,
  takenOf,
  terminatorOf,
} from './nodes';
import { nodeAt, orderedCount } from './order';
import { deadFlags } from './stitch';

/** By node: kind at its start, u8. */
const KINDS: usize = PAGES + 0x2000;
/** Nothing leads here yet. */
const NOT_REACHED: u8 = 0xfe;

export function kindAtStart(n: u32): u32 {
  return load<u8>(KINDS + <usize>n);
}

/** One edge to node `to`. True if that changes what is known there. */
function join(to: u32, kind: u32): bool {
  if (to == 0) return false;
  const known = load<u8>(KINDS + <usize>to);
  const joined = known == NOT_REACHED || known == <u8>kind ? <u8>kind : <u8>KIND_UNKNOWN;
  store<u8>(KINDS + <usize>to, joined);
  return joined != known;
}

/** The kind behind a block. */
function kindAtEnd(n: u32): u32 {
  const header = headerOfNode(n);
  const terminator = terminatorOf(header);
  const first = header + RECORD_BYTES;
  const dead = deadFlags(first, load<u32>(header, BLOCK_COUNT));
  let kind = kindAtStart(n);
  let index: u64 = 0;
  for (let record = first; record < terminator; record += RECORD_BYTES, index++) {
    kind = kindAfter(record, kind, ((dead >> index) & 1) != 0);
  }
  return flowOf(header, terminator) == FLOW_JCC ? kindAfterCondition(kind) : kind;
}

/** Finds the kinds of all ordered nodes. */
export function flowFlags(): void {
  memory.fill(KINDS, NOT_REACHED, <usize>MAX_NODES + 1);
  for (let n: u32 = 1; n < nodeCount; n++)
    if (hasFlag(n, NODE_DISPATCHED)) store<u8>(KINDS + <usize>n, <u8>KIND_UNKNOWN);
  let isChanged = true;
  while (isChanged) {
    isChanged = false;
    for (let i: u32 = 1; i < orderedCount; i++) {
      const n = nodeAt(i);
      if (kindAtStart(n) == NOT_REACHED) continue;
      const kind = kindAtEnd(n);
      if (join(takenOf(n), kind)) isChanged = true;
      if (join(otherOf(n), kind)) isChanged = true;
    }
  }
}
