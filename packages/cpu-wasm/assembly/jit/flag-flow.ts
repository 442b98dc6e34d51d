// What is known about flags across the blocks of a region.
//
// Which kind of flags (flags.ts) each block begins with: what all blocks before it agree on. The blocks that the dispatcher leads
// to begin with flags that are known only when the code runs.
//
// Whether somebody looks at the flags that a block leaves. Nobody does when the only way on leads to a block that overwrites
// them first, as where a page ends within straight code. Blocks that ask for the budget may be left where they begin, with all
// flags.

import { RECORD_BYTES } from '../record';
import { looksAtZero } from './counting';
import { KIND_UNKNOWN, kindAfter, kindAfterCondition } from './flags';
import {
  FLOW_BEHIND,
  FLOW_COUNT,
  FLOW_JCC,
  FLOW_JMP,
  FLOW_ON,
  MAX_NODES,
  NODE_ASKS,
  NODE_DISPATCHED,
  PAGES,
  conditionOf,
  flowOf,
  hasFlag,
  headerOfNode,
  nodeCount,
  otherOf,
  takenOf,
  terminatorOf,
} from './nodes';
import { nodeAt, orderedCount } from './order';
import { deadFlags, isDeadBefore } from './stitch';

/** By node: kind at its start, u8. */
const KINDS: usize = PAGES + 0x2000;
/** By node: 1 when it overwrites the flags that it begins with before anybody looks, u8. */
const OVERWRITES: usize = KINDS + 0x100;
/** Nothing leads here yet. */
const NOT_REACHED: u8 = 0xfe;

export function kindAtStart(n: u32): u32 {
  return load<u8>(KINDS + <usize>n);
}

/** Whether nobody looks at the flags behind a block. */
function areDeadBehind(n: u32, flow: u32): bool {
  const to = takenOf(n);
  if ((flow != FLOW_ON && flow != FLOW_JMP) || to == 0) return false;
  return !hasFlag(to, NODE_ASKS) && load<u8>(OVERWRITES + <usize>to) != 0;
}

/** Which instructions of a block set flags that nobody looks at: bit n for the n-th. The branch at its end has none. */
export function deadFlagsOf(n: u32): u64 {
  const header = headerOfNode(n);
  const terminator = terminatorOf(header);
  const first = header + RECORD_BYTES;
  return deadFlags(first, <u32>((terminator - first) / RECORD_BYTES), areDeadBehind(n, flowOf(header, terminator)));
}

/** Finds which blocks overwrite the flags. Edges that go back lead to blocks that ask, so one pass from the last block on does. */
function findOverwriters(): void {
  memory.fill(OVERWRITES, 0, <usize>MAX_NODES + 1);
  for (let i = orderedCount - 1; i > 0; i--) {
    const n = nodeAt(i);
    deadFlagsOf(n);
    store<u8>(OVERWRITES + <usize>n, <u8>isDeadBefore);
  }
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
  const dead = deadFlagsOf(n);
  let kind = kindAtStart(n);
  let index: u64 = 0;
  for (let record = first; record < terminator; record += RECORD_BYTES, index++) {
    kind = kindAfter(record, kind, ((dead >> index) & 1) != 0);
  }
  const flow = flowOf(header, terminator);
  // Handlers leave flag words.
  if (flow == FLOW_BEHIND) return 0;
  const looks = flow == FLOW_JCC || (flow == FLOW_COUNT && looksAtZero(conditionOf(terminator)));
  return looks ? kindAfterCondition(kind) : kind;
}

/** Finds all that for the ordered nodes, which know already where they ask for the budget. */
export function flowFlags(): void {
  findOverwriters();
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
