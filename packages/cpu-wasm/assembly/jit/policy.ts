// When code is translated, when translated code may run, and when it is forgotten. Nothing here may change what the guest can
// see: a region runs the same blocks, charged at the same places, as the interpreter would.
//
// A region is entered only when nothing asks for attention, the budget pays for its first block, and its mappings and its bank
// of the TLB are those it was made for; in all other cases its block is interpreted.

import { charge, countNewBlocks, enter, exitRecord, forgetAllBlocks, isGone, lastRecent, noteRecent } from '../blocks';
import { OP_BLOCK, OP_BLOCK_COLD, OP_BLOCK_GONE, OP_REGION } from '../generated/operations';
import { cpu } from '../generated/state';
import { PF_VECTOR } from '../generated/vectors';
import { rewind } from '../fault';
import { BLOCK_ARENA, REGION_MODULE, REGION_USE, REGION_USE_END } from '../layout';
import { beginPending } from '../system/deliver';
import { is64BitMode } from '../mode';
import { BLOCK_MODE, BLOCK_RIP, headerOf } from '../record';
import { readTable } from '../tlb';
import { faultCode, faultLinear, takePageFault } from './slow';
import { calledInstructions, stitchedInstructions } from './flow';
import {
  FLOW_CALL_INDIRECT,
  FLOW_JMP_INDIRECT,
  FLOW_LEAVE,
  FLOW_RET,
  flowOf,
  formNodes,
  isNode,
  limitNodes,
  nodeCount,
  outermostLoop,
  terminatorOf,
} from './nodes';
import { forgetJumps, noteJump } from './profile';
import { clearNotes, coolDown, entryOf, heat, inclusionsOf, regionOf } from './notes';
import { orderNodes } from './order';
import {
  REGION_BANK,
  REGION_NEED,
  REGION_SLOT,
  REGION_VALID,
  beginRegion,
  dropAll,
  dropContained,
  dropContaining,
  isMappedAsBefore,
  isModeAsBefore,
  isRestricted,
  publishRegion,
  rootOf,
} from './regions';
import { moduleBytes, translate } from './translate';

/**
 * Compiles the module at `at`, and places the function that it exports at `slot` of the function table. The host also gets to know the
 * RIP of the block that the region was formed from.
 */
@external("env", "compileRegion")
declare function compileRegion(at: usize, bytes: u32, slot: u32, ripLow: u32, ripHigh: u32): void;

/** How much each slot was used since the host looked, 16 bytes each: entries u64, instructions u64. */
const USE_BYTES: usize = 16;
const USE_INSTRUCTIONS: usize = 8;

/** A block that has been entered so many times less often than a hot one is cold. */
const COLD: u32 = 32;

let threshold: u32 = 0;
/** What is added to it for every 64 regions. */
let growth: u32 = 0;
let firstSlot: u32 = 0;
let slots: u32 = 0;
let usedSlots: u32 = 0;

/** The region that was left last at a branch or jump to a block outside, and the block that it was left from; 0 = none. */
let leftRegion: usize = 0;
let leftFrom: usize = 0;

// What the host can ask for, see `statistic`.
let regions: u32 = 0;
let regionNodes: u32 = 0;
let regionBytes: u32 = 0;
let stitched: u32 = 0;
let called: u32 = 0;
let entries: u32 = 0;
let refusedEntries: u32 = 0;
let budgetExits: u32 = 0;
let branchExits: u32 = 0;
let jumpExits: u32 = 0;
let terminatorExits: u32 = 0;
let instructionExits: u32 = 0;
let droppedRegions: u32 = 0;
let droppedAll: u32 = 0;

/**
 * Turns the translator on: blocks entered `hot` times, and `more` for every 64 regions that there were, are translated, with at most `blocks` around them, into `count` slots of the
 * function table from `first` on.
 */
export function enableTranslator(hot: u32, more: u32, blocks: u32, first: u32, count: u32): void {
  if (isDefined(JS_ENGINE)) return;
  threshold = hot;
  growth = more;
  limitNodes(blocks, hot / COLD);
  firstSlot = first;
  slots = min(count, <u32>((REGION_USE_END - REGION_USE) / USE_BYTES));
  usedSlots = 0;
  forgetAllBlocks();
  countNewBlocks(true);
}

export function noteNewBlock(header: usize): void {
  if (!isDefined(JS_ENGINE) && threshold != 0) clearNotes(header);
}

export function dropRegionsOf(header: usize): void {
  if (threshold != 0 && inclusionsOf(header) != 0) droppedRegions += dropContaining(header);
}

export function dropAllRegions(): void {
  if (threshold == 0) return;
  dropAll(true);
  forgetJumps();
  leftFrom = 0;
  usedSlots = 0;
}

/**
 * Entries that make a block hot. The more has been translated, the more is asked: a guest with much code that runs a little would
 * spend its time on translation, and one that keeps changing its code, too.
 */
@inline
function hotEntries(): u32 {
  return threshold + ((growth * regions) >> 6);
}

/** Header of a block that is not translated: counts, translates when it is hot, and interprets this time. */
export function warm(header: usize): usize {
  if (isDefined(JS_ENGINE)) return charge(header);
  noteCameFrom(header);
  if (<u32>load<u16>(header) == OP_REGION) return enterRegion(header);
  if (heat(header) < hotEntries() || cpu.attention != 0) return charge(header);
  translateFrom(header);
  return <u32>load<u16>(header) == OP_REGION ? enterRegion(header) : charge(header);
}

/** The block that ran last may have got here by a computed jump. */
function noteCameFrom(header: usize): void {
  if (leftFrom != 0) {
    noteMissed(header);
    return;
  }
  const from = lastRecent();
  if (from < BLOCK_ARENA || isGone(from)) return;
  const flow = flowOf(from, terminatorOf(from));
  if (flow == FLOW_RET || flow == FLOW_JMP_INDIRECT || flow == FLOW_CALL_INDIRECT) noteJump(from, header);
}

/** Translates what is around a hot block that no region can be entered at. */
function translateFrom(header: usize): void {
  coolDown(header);
  if (!is64BitMode()) {
    store<u16>(header, <u16>OP_BLOCK);
    return;
  }
  if (usedSlots == slots) forgetRegions();
  // In a block of a region something has stopped it before; there are ways back to its entries.
  const restricted = inclusionsOf(header) != 0;
  formNodes(header, restricted);
  if (!restricted && nodeCount > 1) {
    const outer = outermostLoop();
    if (outer != header) {
      formNodes(outer, false);
      if (!isNode(header)) formNodes(header, false);
    }
  }
  translateNodes(header, restricted);
}

/** Translates a region again, because more is known about what is around it. */
function translateAnew(region: usize): void {
  const root = rootOf(region);
  if (isGone(root) || load<u32>(root, BLOCK_MODE) != cpu.modeKey) return;
  if (usedSlots == slots) {
    forgetRegions();
    return;
  }
  formNodes(root, false);
  if (nodeCount == 1) return;
  const outer = outermostLoop();
  if (outer != root) {
    formNodes(outer, false);
    if (!isNode(root)) formNodes(root, false);
  }
  translateNodes(root, false);
}

function translateNodes(header: usize, restricted: bool): void {
  if (nodeCount == 1) return;
  orderNodes();
  if (!beginRegion(restricted)) {
    forgetRegions();
    return;
  }
  if (!translate()) {
    store<u16>(header, <u16>OP_BLOCK);
    return;
  }
  const rip = load<u64>(header, BLOCK_RIP);
  compileRegion(REGION_MODULE, moduleBytes, firstSlot + usedSlots, <u32>rip, <u32>(rip >> 32));
  if (!restricted) dropContained();
  publishRegion(firstSlot + usedSlots);
  usedSlots++;
  regions++;
  regionNodes += nodeCount - 1;
  regionBytes += moduleBytes;
  stitched += stitchedInstructions;
  called += calledInstructions;
}

function forgetRegions(): void {
  dropAll(false);
  leftFrom = 0;
  usedSlots = 0;
  droppedAll++;
}

/** Whether nothing has changed that a region relies on, and nothing asks for attention. The page of `rip` is about to be executed. */
@inline
function mayRun(region: usize, rip: u64): bool {
  return (
    cpu.attention == 0 &&
    load<u32>(region, REGION_BANK) == <u32>readTable &&
    isMappedAsBefore(region, rip) &&
    isModeAsBefore(region)
  );
}

/** Whether a region that is running may go on at `rip` behind a handler that has ended a block. */
export function mayGoOn(rip: u64, region: u32): bool {
  return load<u32>(region, REGION_VALID) != 0 && mayRun(region, rip);
}

/** Header of a block where a region can be entered. */
export function enterRegion(header: usize): usize {
  if (isDefined(JS_ENGINE)) return charge(header);
  if (leftFrom != 0) {
    noteMissed(header);
    if (<u32>load<u16>(header) != OP_REGION) return charge(header);
  }
  const region = regionOf(header);
  if (cpu.budget < load<i32>(region, REGION_NEED) || !mayRun(region, load<u64>(header, BLOCK_RIP))) {
    refusedEntries++;
    return charge(header);
  }
  entries++;
  noteRecent(header);
  const slot = load<u32>(region, REGION_SLOT);
  const retired = cpu.budgetStart - cpu.budget;
  const next = call_indirect<usize>(slot, entryOf(header));
  // A run that a handler leaves by a fault is not counted; it is for people who look for what is hot.
  const use = REGION_USE + <usize>(slot - firstSlot) * USE_BYTES;
  store<u64>(use, load<u64>(use) + 1);
  store<u64>(use, load<u64>(use, USE_INSTRUCTIONS) + <u64>(cpu.budgetStart - cpu.budget - retired), USE_INSTRUCTIONS);
  noteExit(region, next);
  return takePageFault() ? raisePageFault(next) : next;
}

/**
 * The instruction of `record`, before which the region was left, meets a page fault: as `pageFault` and the host's call of `run`
 * after it, without the way through the host.
 */
function raisePageFault(record: usize): usize {
  rewind(record);
  cpu.cr2 = faultLinear;
  cpu.faultPending = 1;
  cpu.faultVector = PF_VECTOR;
  cpu.faultHasErrorCode = 1;
  cpu.faultErrorCode = faultCode;
  if (!beginPending()) return exitRecord();
  return enter();
}

/** Counts why a region was left: at a header, at a record of a block, or at what ends it. */
function noteExit(region: usize, next: usize): void {
  const operation = <u32>load<u16>(next);
  if (operation == OP_BLOCK || operation == OP_BLOCK_GONE || operation == OP_BLOCK_COLD || operation == OP_REGION) {
    budgetExits++;
    return;
  }
  if (next < BLOCK_ARENA) {
    // A handler that ends a block has been called and has chosen what follows: the end of the run, or a block cut to the budget.
    terminatorExits++;
    return;
  }
  const header = headerOf(next);
  noteRecent(header);
  if (next != terminatorOf(header)) {
    instructionExits++;
    return;
  }
  const flow = flowOf(header, next);
  if (flow == FLOW_LEAVE) {
    terminatorExits++;
    return;
  }
  if (flow == FLOW_RET || flow == FLOW_JMP_INDIRECT || flow == FLOW_CALL_INDIRECT) jumpExits++;
  else branchExits++;
  leftRegion = region;
  leftFrom = header;
}

/** A region did not contain what follows its block `leftFrom`: the block of `header`, as has turned out. */
function noteMissed(header: usize): void {
  const from = leftFrom;
  leftFrom = 0;
  if (isGone(from) || load<u32>(leftRegion, REGION_VALID) == 0) return;
  if (isRestricted(leftRegion) && <u32>load<u16>(header) == OP_REGION) return;
  // Once, when it has happened often enough: form the region anew.
  if (noteJump(from, header) == threshold) translateAnew(leftRegion);
}

/** Numbers about the translator, by their order in src/translator.ts. */
export function statistic(number: u32): u32 {
  if (number == 0) return regions;
  if (number == 1) return regionNodes;
  if (number == 2) return regionBytes;
  if (number == 3) return stitched;
  if (number == 4) return called;
  if (number == 5) return entries;
  if (number == 6) return refusedEntries;
  if (number == 7) return budgetExits;
  if (number == 8) return branchExits;
  if (number == 9) return jumpExits;
  if (number == 10) return terminatorExits;
  if (number == 11) return instructionExits;
  if (number == 12) return droppedRegions;
  return droppedAll;
}
