// The nodes of a region: blocks of the code cache, and the edges between them. Node 0 is the dispatcher, which leads to every
// block that can be entered from outside or by a computed jump (return sites); a region begins there. Only blocks that have run
// are known to the code cache, so what never ran is left out by itself.
//
//   node, 32 bytes:  +0 header u32;  +4 taken u32, +8 other u32: successor nodes, 0 = leaves the region;  +12 flags u32
//                    +16 order u32: position in reverse post-order;  +20 immediate dominator u32;
//                    +24 forward predecessors u32;  +28 return site u32: node behind a call, 0 = none

import { executeTable, ENTRY_FRAME, INDEX_MASK, INDEX_SHIFT } from '../tlb';
import { isGone, knownBlock } from '../blocks';
import { cpu } from '../generated/state';
import { firstPair, jumpTarget, nextPair } from './profile';
import { ripOf } from '../fault';
import { nextRip } from '../flow';
import { ripMask } from '../mode';
import { FLOW_KINDS } from '../generated/flow-kinds';
import { OP_BLOCK_COLD, OP_REGION } from '../generated/operations';
import { PAGE_BYTES, REGION_NODES } from '../layout';
import {
  BLOCK_COUNT,
  BLOCK_FRAME,
  BLOCK_MODE,
  BLOCK_RIP,
  BLOCK_SECOND_FRAME,
  DISP,
  NO_FRAME,
  RECORD_BYTES,
} from '../record';
import { heatOf, inclusionsOf, nodeMark, setNodeMark } from './notes';

export const MAX_NODES: u32 = 250;
/** Numbers of entries are less; records lie far above. */
export const MAX_ENTRIES: u32 = 256;
/** What the policy allows of them. */
let maxNodes: u32 = MAX_NODES;
/** A block that has been entered less often is cold; what is asked at least, and what is asked for the region being formed. */
let leastHeat: u32 = 0;
let minHeat: u32 = 0;
/** What translating an instruction costs, in interpreted instructions. */
let instructionCost: u32 = 0;
export const MAX_PAGES: u32 = 16;
/** A block is in so many regions at most before it stays out of restricted ones. */
const MAX_INCLUSIONS: u32 = 3;
/** A block that is entered so many times less often than the one where its region begins is cold. */
export const COLD: u32 = 32;
/** Entering and leaving a region takes as long as the interpreter needs for so many instructions. */
export const ENTRY_COST: u32 = 16;
/** Entering a block and counting that takes the interpreter as long as so many instructions. */
const BLOCK_WORK: u32 = 4;

const NODE_BYTES: usize = 32;
const HEADER: usize = 0;
const TAKEN: usize = 4;
const OTHER: usize = 8;
const FLAGS: usize = 12;
const ORDER: usize = 16;
const DOMINATOR: usize = 20;
const PREDECESSORS: usize = 24;
const RETURN_SITE: usize = 28;

/** The dispatcher leads here. */
export const NODE_DISPATCHED: u32 = 1;
/** Can be entered from outside. */
export const NODE_PUBLISHED: u32 = 2;
/** A back edge leads here. */
export const NODE_LOOP: u32 = 4;
/** Asks whether the budget suffices (budget.ts). */
export const NODE_ASKS: u32 = 8;

/** How a block ends (generated/flow-kinds.ts), the condition removed. */
export const FLOW_ON: u32 = 0x00;
export const FLOW_LEAVE: u32 = 0x10;
export const FLOW_JCC: u32 = 0x20;
export const FLOW_JMP: u32 = 0x30;
export const FLOW_CALL: u32 = 0x40;
export const FLOW_RET: u32 = 0x50;
export const FLOW_JMP_INDIRECT: u32 = 0x60;
export const FLOW_CALL_INDIRECT: u32 = 0x70;
/** The interpreter's handler does it, and mostly goes on behind it: string instructions, MOV to CR3. */
export const FLOW_BEHIND: u32 = 0x80;
/** The interpreter's handler does it, and goes on elsewhere: interrupts, system calls, far transfers, and returns from them. */
export const FLOW_TRANSFER: u32 = 0x90;
/** LOOP, LOOPE, LOOPNE, JCXZ (counting.ts). */
export const FLOW_COUNT: u32 = 0xa0;

/** Whether only running tells where a block goes on. */
export function isComputed(flow: u32): bool {
  return flow == FLOW_RET || flow == FLOW_JMP_INDIRECT || flow == FLOW_CALL_INDIRECT || flow == FLOW_TRANSFER;
}

/** Number of nodes, the dispatcher included. */
export let nodeCount: u32 = 1;
export let pageCount: u32 = 0;
/** Pages of the region: linear page u64, frame u32; 16 bytes each. */
export const PAGES: usize = REGION_NODES + (<usize>MAX_NODES + 1) * NODE_BYTES;

export function limitNodes(blocks: u32, heat: u32, cost: u32): void {
  maxNodes = min(blocks, MAX_NODES);
  leastHeat = heat;
  instructionCost = cost;
}

@inline
function node(n: u32): usize {
  return REGION_NODES + <usize>n * NODE_BYTES;
}

@inline
export function headerOfNode(n: u32): usize {
  return <usize>load<u32>(node(n), HEADER);
}

@inline
export function takenOf(n: u32): u32 {
  return load<u32>(node(n), TAKEN);
}

@inline
export function otherOf(n: u32): u32 {
  return load<u32>(node(n), OTHER);
}

@inline
export function returnSiteOf(n: u32): u32 {
  return load<u32>(node(n), RETURN_SITE);
}

@inline
export function hasFlag(n: u32, flag: u32): bool {
  return (load<u32>(node(n), FLAGS) & flag) != 0;
}

@inline
export function setFlag(n: u32, flag: u32): void {
  store<u32>(node(n), load<u32>(node(n), FLAGS) | flag, FLAGS);
}

@inline
export function clearFlag(n: u32, flag: u32): void {
  store<u32>(node(n), load<u32>(node(n), FLAGS) & ~flag, FLAGS);
}

@inline
export function orderOf(n: u32): u32 {
  return load<u32>(node(n), ORDER);
}

@inline
export function setOrder(n: u32, order: u32): void {
  store<u32>(node(n), order, ORDER);
}

@inline
export function dominatorOf(n: u32): u32 {
  return load<u32>(node(n), DOMINATOR);
}

@inline
export function setDominator(n: u32, dominator: u32): void {
  store<u32>(node(n), dominator, DOMINATOR);
}

@inline
export function predecessorsOf(n: u32): u32 {
  return load<u32>(node(n), PREDECESSORS);
}

@inline
export function setPredecessors(n: u32, count: u32): void {
  store<u32>(node(n), count, PREDECESSORS);
}

/** Last instruction of a block, or its closing record if the block goes on behind it. */
export function terminatorOf(header: usize): usize {
  const last = header + <usize>load<u16>(header, BLOCK_COUNT) * RECORD_BYTES;
  return load<u8>(FLOW_KINDS + <usize>load<u16>(last)) == <u8>FLOW_ON ? last + RECORD_BYTES : last;
}

/** FLOW_* of a terminator; closing records have FLOW_ON. */
export function flowOf(header: usize, terminator: usize): u32 {
  const closing = header + (<usize>load<u16>(header, BLOCK_COUNT) + 1) * RECORD_BYTES;
  return terminator == closing ? FLOW_ON : (<u32>load<u8>(FLOW_KINDS + <usize>load<u16>(terminator))) & 0xf0;
}

/** Whether a block goes on at one of two places. */
@inline
export function isConditional(flow: u32): bool {
  return flow == FLOW_JCC || flow == FLOW_COUNT;
}

/** The condition of a Jcc; which one a FLOW_COUNT is. */
export function conditionOf(terminator: usize): u32 {
  return (<u32>load<u8>(FLOW_KINDS + <usize>load<u16>(terminator))) & 15;
}

/** Whether the operand of an indirect branch is in memory. */
export function isMemoryForm(terminator: usize): bool {
  return (load<u8>(FLOW_KINDS + <usize>load<u16>(terminator)) & 1) != 0;
}

/** Adds the page of `linear` to the region's pages. False when there are too many or the fetch TLB cannot hold them all. */
function addPage(linear: u64, frame: u32): bool {
  const page = linear & ~(<u64>(PAGE_BYTES - 1));
  const offset = ((<usize>linear) >> INDEX_SHIFT) & INDEX_MASK;
  for (let i: u32 = 0; i < pageCount; i++) {
    const known = load<u64>(PAGES + ((<usize>i) << 4));
    if (known == page) return load<u32>(PAGES + ((<usize>i) << 4), 8) == frame;
    if ((((<usize>known) >> INDEX_SHIFT) & INDEX_MASK) == offset) return false;
  }
  if (pageCount == MAX_PAGES) return false;
  const entry = executeTable + offset;
  if (load<u64>(entry) != page || load<u32>(entry, ENTRY_FRAME) != frame) return false;
  store<u64>(PAGES + ((<usize>pageCount) << 4), page);
  store<u32>(PAGES + ((<usize>pageCount) << 4), frame, 8);
  pageCount++;
  return true;
}

/**
 * Whether a block has run so rarely that leaving the region for it costs less than translating it, or far more rarely than where
 * the region begins. Blocks of a region are not counted any more.
 */
function isCold(header: usize): bool {
  if (<u32>load<u16>(header) != OP_BLOCK_COLD || inclusionsOf(header) != 0) return false;
  const times = heatOf(header);
  const count = <u32>load<u16>(header, BLOCK_COUNT);
  return times < minHeat || <u64>times * (count + ENTRY_COST) < <u64>instructionCost * count;
}

/** Node of a block; adds it when there is room for it. 0 when it stays outside. */
function nodeFor(header: usize, isRestricted: bool): u32 {
  if (header == 0) return 0;
  if (isNode(header)) return nodeMark(header);
  const ends = <u32>load<u16>(header) == OP_REGION || inclusionsOf(header) >= MAX_INCLUSIONS;
  if (isRestricted && nodeCount > 1 && ends) return 0;
  if (nodeCount > maxNodes || (nodeCount > 1 && isCold(header))) return 0;
  const rip = load<u64>(header, BLOCK_RIP);
  if (!addPage(rip, load<u32>(header, BLOCK_FRAME))) return 0;
  const second = load<u32>(header, BLOCK_SECOND_FRAME);
  if (second != NO_FRAME && !addPage(rip + PAGE_BYTES, second)) return 0;
  const n = nodeCount++;
  memory.fill(node(n), 0, NODE_BYTES);
  store<u32>(node(n), <u32>header, HEADER);
  setNodeMark(header, n);
  return n;
}

/** RIP that a block goes to: `taken` of a branch, or what is behind it. */
function targetRip(header: usize, isTaken: bool): u64 {
  const terminator = terminatorOf(header);
  const flow = flowOf(header, terminator);
  if (flow == FLOW_ON) return load<u64>(terminator, DISP) & ripMask;
  return isTaken && flow != FLOW_BEHIND ? load<u64>(terminator, DISP) : nextRip(terminator);
}

/** Collects the blocks that can be reached from `root`. A restricted region ends where another one can be entered. */
export function formNodes(root: usize, isRestricted: bool): void {
  nodeCount = 1;
  pageCount = 0;
  minHeat = <u32>load<u16>(root) == OP_BLOCK_COLD ? max(leastHeat, heatOf(root) / COLD) : leastHeat;
  memory.fill(node(0), 0, NODE_BYTES);
  const first = nodeFor(root, false);
  if (first == 0) return;
  setFlag(first, NODE_DISPATCHED | NODE_PUBLISHED);
  for (let n: u32 = 1; n < nodeCount; n++) {
    const header = headerOfNode(n);
    const terminator = terminatorOf(header);
    const flow = flowOf(header, terminator);
    if (flow == FLOW_LEAVE) continue;
    if (isComputed(flow)) {
      addJumpTargets(header, isRestricted);
      if (flow == FLOW_CALL_INDIRECT) addReturnSite(n, header, isRestricted);
      continue;
    }
    if (flow == FLOW_JMP && load<u64>(terminator, DISP) == ripOf(terminator)) continue;
    if (isConditional(flow)) {
      store<u32>(node(n), nodeFor(knownBlock(targetRip(header, false)), isRestricted), OTHER);
    }
    store<u32>(node(n), nodeFor(knownBlock(targetRip(header, true)), isRestricted), TAKEN);
    if (flow == FLOW_CALL && takenOf(n) != 0) addReturnSite(n, header, isRestricted);
  }
}

function addReturnSite(n: u32, header: usize, isRestricted: bool): void {
  const site = nodeFor(knownBlock(targetRip(header, false)), isRestricted);
  store<u32>(node(n), site, RETURN_SITE);
  if (site != 0) setFlag(site, NODE_DISPATCHED | NODE_PUBLISHED);
}

/** Adds the known targets of the computed jump at the end of a block. */
function addJumpTargets(from: usize, isRestricted: bool): void {
  for (let pair = firstPair(from); pair != 0; pair = nextPair(pair)) {
    const to = jumpTarget(pair);
    if (isGone(to) || load<u32>(to, BLOCK_MODE) != cpu.modeKey) continue;
    const target = nodeFor(to, isRestricted);
    if (target != 0) setFlag(target, NODE_DISPATCHED | NODE_PUBLISHED);
  }
}

/** Instructions of all nodes. */
export function instructionsOfNodes(): u32 {
  let instructions: u32 = 0;
  for (let n: u32 = 1; n < nodeCount; n++) instructions += <u32>load<u16>(headerOfNode(n), BLOCK_COUNT);
  return instructions;
}

/** What interpreting the nodes has cost since they are counted, in instructions; no more than 2^30. */
export function workOfNodes(isRestricted: bool): u32 {
  let work: u64 = 0;
  for (let n: u32 = 1; n < nodeCount; n++) {
    const header = headerOfNode(n);
    // What made a block part of another region has been paid for.
    if (<u32>load<u16>(header) != OP_BLOCK_COLD || (!isRestricted && inclusionsOf(header) != 0)) continue;
    work += <u64>heatOf(header) * (<u32>load<u16>(header, BLOCK_COUNT) + BLOCK_WORK);
  }
  return <u32>min<u64>(work, 1 << 30);
}

/** Whether the block is a node. */
export function isNode(header: usize): bool {
  const mark = nodeMark(header);
  return mark != 0 && mark < nodeCount && headerOfNode(mark) == header;
}

/** Node of a block, 0 = none. */
export function nodeOf(header: usize): u32 {
  return isNode(header) ? nodeMark(header) : 0;
}

/** Header of the outermost loop around the first node, as far as the addresses of backward branches tell. */
export function outermostLoop(): usize {
  const own = load<u64>(headerOfNode(1), BLOCK_RIP);
  let best = own;
  let header = headerOfNode(1);
  for (let n: u32 = 1; n < nodeCount; n++) {
    const from = headerOfNode(n);
    const flow = flowOf(from, terminatorOf(from));
    const to = takenOf(n);
    if ((!isConditional(flow) && flow != FLOW_JMP) || to == 0) continue;
    const target = load<u64>(headerOfNode(to), BLOCK_RIP);
    if (target < best && load<u64>(from, BLOCK_RIP) >= own) {
      best = target;
      header = headerOfNode(to);
    }
  }
  return header;
}
