// The order of a region's nodes: reverse post-order and dominators (Cooper, Harvey and Kennedy, "A Simple, Fast Dominance
// Algorithm"). A branch back to a node that does not dominate its source goes through the dispatcher, which makes every region
// reducible: what remains can be written with Wasm's loops and blocks alone (structure.ts).

import {
  MAX_NODES,
  NODE_DISPATCHED,
  NODE_LOOP,
  PAGES,
  clearFlag,
  dominatorOf,
  hasFlag,
  nodeCount,
  orderOf,
  otherOf,
  predecessorsOf,
  setDominator,
  setFlag,
  setOrder,
  setPredecessors,
  takenOf,
} from './nodes';

/** Nodes in reverse post-order, u16 each; the dispatcher is the first. */
const SEQUENCE: usize = PAGES + 0x200;
const VISITED: usize = SEQUENCE + 0x400;

let next: u32 = 0;
/** Nodes that can be reached, the dispatcher included. */
export let orderedCount: u32 = 0;

@inline
export function nodeAt(order: u32): u32 {
  return load<u16>(SEQUENCE + ((<usize>order) << 1));
}

function visit(n: u32): void {
  store<u8>(VISITED + <usize>n, 1);
  if (n == 0) {
    for (let entry = nodeCount - 1; entry > 0; entry--) if (hasFlag(entry, NODE_DISPATCHED)) visitNew(entry);
  } else {
    visitNew(takenOf(n));
    visitNew(otherOf(n));
  }
  next--;
  store<u16>(SEQUENCE + ((<usize>next) << 1), <u16>n);
}

function visitNew(n: u32): void {
  if (n != 0 && load<u8>(VISITED + <usize>n) == 0) visit(n);
}

function sequence(): void {
  memory.fill(VISITED, 0, <usize>MAX_NODES + 1);
  next = nodeCount;
  visit(0);
  // Nodes that nothing reaches leave a gap at the front.
  orderedCount = nodeCount - next;
  memory.copy(SEQUENCE, SEQUENCE + ((<usize>next) << 1), (<usize>orderedCount) << 1);
  for (let n: u32 = 0; n < nodeCount; n++) setOrder(n, 0xffff);
  for (let i: u32 = 0; i < orderedCount; i++) setOrder(nodeAt(i), i);
}

/** Whether the edge goes back to where control has been: such edges do not count as forward. */
@inline
export function isBack(from: u32, to: u32): bool {
  return orderOf(to) <= orderOf(from);
}

/** Whether the edge has to go through the dispatcher. */
export function isDispatched(from: u32, to: u32): bool {
  return isBack(from, to) && !dominates(to, from);
}

export function dominates(a: u32, b: u32): bool {
  while (orderOf(b) > orderOf(a)) b = dominatorOf(b);
  return a == b;
}

function intersect(a: u32, b: u32): u32 {
  while (a != b) {
    while (orderOf(a) > orderOf(b)) a = dominatorOf(a);
    while (orderOf(b) > orderOf(a)) b = dominatorOf(b);
  }
  return a;
}

const UNKNOWN: u32 = 0xffff;

/** One forward edge into `to`: all predecessors in front of a node are final when its turn comes. */
function meet(from: u32, to: u32): void {
  if (to == 0 || isBack(from, to)) return;
  setPredecessors(to, predecessorsOf(to) + 1);
  setDominator(to, dominatorOf(to) == UNKNOWN ? from : intersect(dominatorOf(to), from));
}

function findDominators(): void {
  for (let n: u32 = 0; n < nodeCount; n++) {
    setPredecessors(n, 0);
    setDominator(n, n == 0 ? 0 : UNKNOWN);
    clearFlag(n, NODE_LOOP);
  }
  // Back edges never change a dominator of a reducible graph; those of an irreducible one are turned away below.
  for (let i: u32 = 0; i < orderedCount; i++) {
    const n = nodeAt(i);
    if (n == 0) {
      for (let entry: u32 = 1; entry < nodeCount; entry++) if (hasFlag(entry, NODE_DISPATCHED)) meet(0, entry);
      continue;
    }
    meet(n, takenOf(n));
    meet(n, otherOf(n));
  }
}

/** Turns an edge back to a node that does not dominate its source to the dispatcher. True when that is new. */
function turnAway(from: u32, to: u32): bool {
  if (to == 0 || !isBack(from, to)) return false;
  if (dominates(to, from)) {
    setFlag(to, NODE_LOOP);
    return false;
  }
  if (hasFlag(to, NODE_DISPATCHED)) return false;
  setFlag(to, NODE_DISPATCHED);
  return true;
}

/** Orders the nodes and finds their dominators. */
export function orderNodes(): void {
  let isChanged = true;
  while (isChanged) {
    isChanged = false;
    sequence();
    findDominators();
    for (let i: u32 = 1; i < orderedCount; i++) {
      const n = nodeAt(i);
      if (turnAway(n, takenOf(n))) isChanged = true;
      if (turnAway(n, otherOf(n))) isChanged = true;
    }
  }
}
