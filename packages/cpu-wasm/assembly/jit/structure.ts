// Writes the ordered nodes of a region as nested blocks and loops (Ramsey, "Beyond Relooper"): a node with several predecessors
// becomes the end of a `block` that its dominator opens, the target of a back edge a `loop`, every other node stands where its
// only predecessor branches to it. The dispatcher is the outermost loop around a `br_table`.

import { branch, byte, get, set, i32const, u32leb } from './bytes';
import { startCharge } from './charge';
import { REGION_STATE } from './emit';
import { emitBlock } from './flow';
import { NODE_DISPATCHED, NODE_LOOP, PAGES, dominatorOf, hasFlag, nodeCount, orderOf, predecessorsOf } from './nodes';
import { isBack, isDispatched, nodeAt, orderedCount } from './order';

const WASM_BLOCK: u32 = 0x02;
const WASM_LOOP: u32 = 0x03;
const WASM_BR_TABLE: u32 = 0x0e;
const WASM_END: u32 = 0x0b;
const WASM_VOID: u32 = 0x40;

/** Open labels from the outermost on, u16 each: a node, with LABEL_LOOP for its loop; LABEL_NONE for an `if` and the exit. */
const LABELS: usize = PAGES + 0xa00;
const LABEL_LOOP: u32 = 0x8000;
const LABEL_NONE: u32 = 0x7fff;
const NOT_OPEN: u32 = 0xffffffff;

let labels: u32 = 0;

export function openLabel(label: u32 = LABEL_NONE): void {
  store<u16>(LABELS + ((<usize>labels) << 1), <u16>label);
  labels++;
}

export function closeLabel(): void {
  labels--;
}

/** Depth of the label that leaves the region: the outermost. */
export function exitDepth(): u32 {
  return labels - 1;
}

/** Depth of an open label, or NOT_OPEN. */
function findLabel(label: u32): u32 {
  for (let i = labels; i > 0; i--) {
    if (<u32>load<u16>(LABELS + ((<usize>(i - 1)) << 1)) == label) return labels - i;
  }
  return NOT_OPEN;
}

function depthOf(label: u32): u32 {
  const depth = findLabel(label);
  return depth == NOT_OPEN ? unreachable() : depth;
}

/** Whether a node that the dispatcher leads to can be branched to from here: it comes later. */
export function isAhead(n: u32): bool {
  return findLabel(n) != NOT_OPEN;
}

/** Goes on at a node that the dispatcher leads to and that is ahead. */
export function branchAhead(n: u32): void {
  branch(depthOf(n));
}

function isMerge(n: u32): bool {
  return dominatorOf(n) == 0 || predecessorsOf(n) > 1;
}

/** Number of a node among those that the dispatcher leads to. */
export function stateOf(n: u32): u32 {
  let state: u32 = 0;
  for (let i: u32 = 1; i < n; i++) if (hasFlag(i, NODE_DISPATCHED)) state++;
  return state;
}

/** Whether the code of node `to` stands where node `from` goes on there, its only predecessor. */
export function isNested(from: u32, to: u32): bool {
  return !isDispatched(from, to) && !isBack(from, to) && !isMerge(to);
}

/** Goes on at node `to`; nothing may follow. */
export function emitEdge(from: u32, to: u32): void {
  if (isDispatched(from, to)) {
    i32const(<i32>stateOf(to));
    set(REGION_STATE);
    branchToDispatcher();
  } else if (isBack(from, to)) branch(depthOf(to | LABEL_LOOP));
  else if (isMerge(to)) branch(depthOf(to));
  else emitTree(to);
}

/** Goes on at the node whose number is in the local REGION_STATE. */
export function branchToDispatcher(): void {
  branch(depthOf(LABEL_LOOP));
}

function emitTree(n: u32): void {
  const isLoop = n == 0 || hasFlag(n, NODE_LOOP);
  if (n == 0 || isMerge(n)) startCharge();
  if (isLoop) {
    byte(WASM_LOOP);
    byte(WASM_VOID);
    openLabel(n | LABEL_LOOP);
  }
  for (let i = orderedCount - 1; i > 0; i--) {
    const child = nodeAt(i);
    if (dominatorOf(child) != n || !isMerge(child)) continue;
    byte(WASM_BLOCK);
    byte(WASM_VOID);
    openLabel(child);
  }
  if (n == 0) emitDispatcher();
  else emitBlock(n);
  for (let i: u32 = 1; i < orderedCount; i++) {
    const child = nodeAt(i);
    if (dominatorOf(child) != n || !isMerge(child)) continue;
    byte(WASM_END);
    closeLabel();
    emitTree(child);
  }
  if (isLoop) {
    byte(WASM_END);
    closeLabel();
  }
}

function emitDispatcher(): void {
  let targets: u32 = 0;
  let last: u32 = 0;
  for (let n: u32 = 1; n < nodeCount; n++) {
    if (!hasFlag(n, NODE_DISPATCHED)) continue;
    targets++;
    last = n;
  }
  if (targets > 1) get(REGION_STATE);
  if (targets == 1) {
    branch(depthOf(last));
    return;
  }
  byte(WASM_BR_TABLE);
  u32leb(targets - 1);
  for (let n: u32 = 1; n < nodeCount; n++) if (hasFlag(n, NODE_DISPATCHED)) u32leb(depthOf(n));
}

/** Everything inside the exit block. */
export function emitStructure(): void {
  labels = 0;
  openLabel();
  emitTree(0);
}
