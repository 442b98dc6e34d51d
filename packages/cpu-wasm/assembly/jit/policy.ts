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
import { isTranslatable } from '../mode';
import { BLOCK_MODE, BLOCK_RIP, headerOf } from '../record';
import { readTable } from '../tlb';
import { faultCode, faultLinear, takePageFault } from './slow';
import { calledInstructions, stitchedInstructions } from './flow';
import { beginTable, runRecord } from './handlers';
import {
  COLD,
  ENTRY_COST,
  FLOW_LEAVE,
  flowOf,
  formNodes,
  instructionsOfNodes,
  isComputed,
  isNode,
  limitNodes,
  nodeCount,
  outermostLoop,
  terminatorOf,
  workOfNodes,
} from './nodes';
import { forgetJumps, noteJump } from './profile';
import {
  clearNotes,
  coolDown,
  countEntry,
  entryOf,
  failuresOf,
  heat,
  inclusionsOf,
  regionOf,
  setFailures,
  setHeatStep,
} from './notes';
import { orderNodes } from './order';
import {
  MAX_FAILURES,
  REGION_BANK,
  REGION_GAIN,
  REGION_NEED,
  REGION_SLOT,
  REGION_VALID,
  beginRegion,
  dropAll,
  dropContained,
  dropContaining,
  dropped,
  droppedInVain,
  giveUp,
  isMappedAsBefore,
  isModeAsBefore,
  isRestricted,
  publishRegion,
  rootOf,
} from './regions';
import { moduleBytes, translate } from './translate';

/**
 * Compiles the module at `at`, and places the function that it exports at `slot` of the function table. The host also gets to know the
 * RIP of the block that the region was formed from. Returns 0 when the host cannot: then it has forgotten all regions.
 */
@external("env", "compileRegion")
declare function compileRegion(at: usize, bytes: u32, slot: u32, ripLow: u32, ripHigh: u32): u32;

/** How much each slot was used since the host looked, 16 bytes each: entries u64, instructions u64. */
const USE_BYTES: usize = 16;
const USE_INSTRUCTIONS: usize = 8;

/** A page fault costs the interpreter so many instructions more, because it leaves through the host. */
const FAULT_GAIN: i32 = 500;
/** In instructions: what a region may lose before it is given up, and what it may gain beforehand for bad times. */
const MAX_LOSS: i32 = 1 << 14;
const MAX_GAIN: i32 = 1 << 18;

// What a region costs, in instructions that the interpreter executes in the same time; given by the host.
let moduleCost: u32 = 0;
let instructionCost: u32 = 0;

/**
 * What regions have retired, without what entering them cost, minus what their modules have cost: below 0, what was translated lately
 * has not paid yet. In good times no more is put aside than a few modules that do not pay.
 */
let balance: i32 = 0;
const MAX_BALANCE: i32 = 1 << 18;
const MIN_BALANCE: i32 = -(1 << 18);
/** The next module has to make up for so many times what is missing. */
const INTEREST: i32 = 16;

let threshold: u32 = 0;
// After a module that the host could not compile, so many regions are not translated: twice as many after the next one.
const SHORTEST_PAUSE: u32 = 64;
const LONGEST_PAUSE: u32 = 1 << 16;
let pause: u32 = 0;
let setback: u32 = SHORTEST_PAUSE;

let firstSlot: u32 = 0;
let slots: u32 = 0;
let usedSlots: u32 = 0;
let regionsPerTable: u32 = 1;

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
let abandoned: u32 = 0;
let failures: u32 = 0;

/**
 * Turns the translator on: a block that was entered `hot` times is looked at. A region has at most `blocks` blocks; a module costs as
 * much as `module` interpreted instructions, and `instruction` for each of its own. There are `count` slots of the function table
 * from `first` on; the regions of `perTable` of them share a table of helpers.
 */
export function enableTranslator(
  hot: u32,
  module: u32,
  instruction: u32,
  blocks: u32,
  first: u32,
  count: u32,
  perTable: u32,
): void {
  if (isDefined(JS_ENGINE)) return;
  const step: u32 = hot < 8 * COLD ? 1 : 8;
  setHeatStep(step);
  threshold = (hot + step - 1) & ~(step - 1);
  moduleCost = module;
  instructionCost = instruction;
  limitNodes(blocks, hot / COLD, instruction);
  firstSlot = first;
  regionsPerTable = perTable;
  slots = min(count, <u32>((REGION_USE_END - REGION_USE) / USE_BYTES));
  usedSlots = 0;
  balance = 0;
  forgetAllBlocks();
  countNewBlocks(true);
}

/** A block has been decoded; `rewrites` translations of code in its frame have been in vain. */
export function noteNewBlock(header: usize, rewrites: u32): void {
  if (isDefined(JS_ENGINE) || threshold == 0) return;
  clearNotes(header);
  if (rewrites != 0) setFailures(header, min(rewrites, MAX_FAILURES));
}

/** The bytes of a block have changed. Returns whether that was the end of a region that has not paid for its translation. */
export function dropRegionsOf(header: usize): bool {
  if (threshold == 0 || inclusionsOf(header) == 0) return false;
  // Where modules cost nothing, as in tests, none has been in vain.
  dropContaining(header, moduleCost != 0 ? <i32>moduleCost : i32.MIN_VALUE);
  droppedRegions += dropped;
  return droppedInVain != 0;
}

export function dropAllRegions(): void {
  if (threshold == 0) return;
  dropAll(true);
  forgetJumps();
  leftFrom = 0;
  usedSlots = 0;
}

/** Header of a block that is not translated: counts, translates when that pays, and interprets this time. */
export function warm(header: usize): usize {
  if (isDefined(JS_ENGINE)) return charge(header);
  if (leftFrom != 0) {
    noteMissed(header);
    if (<u32>load<u16>(header) == OP_REGION) return enterRegion(header);
  }
  return countEntry(header) ? look(header) : charge(header);
}

/** Looks at a block that is not translated. */
function look(header: usize): usize {
  const count = heat(header);
  noteCameFrom(header);
  const hot = threshold << (2 * failuresOf(header));
  if (count < hot || !isDue(count, hot) || cpu.attention != 0) return charge(header);
  translateFrom(header);
  return <u32>load<u16>(header) == OP_REGION ? enterRegion(header) : charge(header);
}

/** Whether a count is `first` or twice, four times, ... as much: looking again costs, too. */
function isDue(count: u32, first: u32): bool {
  const times = count / first;
  return (times & (times - 1)) == 0 && times * first == count;
}

/** What a region of the nodes costs. */
function costOfNodes(): u32 {
  return moduleCost + instructionCost * instructionsOfNodes();
}

/** What interpreting the nodes must have cost before they are translated: the more, the less well translating has paid lately. */
function priceOfNodes(): u32 {
  const cost = costOfNodes();
  // Where modules cost nothing, as in tests, none has to pay.
  return balance < 0 && moduleCost != 0 ? cost + <u32>(-balance * INTEREST) : cost;
}

/** The block that ran last may have got here by a computed jump. */
function noteCameFrom(header: usize): void {
  const from = lastRecent();
  if (from < BLOCK_ARENA || isGone(from)) return;
  if (isComputed(flowOf(from, terminatorOf(from)))) noteJump(from, header);
}

/**
 * Translates what is around a hot block that no region can be entered at, if interpreting that has already cost as much as its
 * translation does: then even code that never runs again has cost no more than twice what it had to.
 */
function translateFrom(header: usize): void {
  if (!isTranslatable()) {
    store<u16>(header, <u16>OP_BLOCK);
    return;
  }
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
  if (workOfNodes(restricted) >= priceOfNodes()) translateNodes(header, restricted);
}

/** Translates a region again, because more is known about what is around it, if so many exits have cost as much as that does. */
function translateAnew(region: usize, exits: u32): void {
  const root = rootOf(region);
  if (isGone(root) || load<u32>(root, BLOCK_MODE) != cpu.modeKey) return;
  formNodes(root, false);
  if (nodeCount == 1) return;
  const outer = outermostLoop();
  if (outer != root) {
    formNodes(outer, false);
    if (!isNode(root)) formNodes(root, false);
  }
  const cost = costOfNodes();
  const lost = exits * ENTRY_COST;
  // Only once: half as many exits were not enough.
  if (lost >= cost && (exits == threshold || lost / 2 < cost)) translateNodes(root, false);
}

function translateNodes(header: usize, restricted: bool): void {
  if (nodeCount == 1) return;
  if (pause != 0) {
    pause--;
    return;
  }
  if (usedSlots == slots) {
    forgetRegions();
    return;
  }
  orderNodes();
  if (!beginRegion(restricted)) {
    forgetRegions();
    return;
  }
  if (usedSlots % regionsPerTable == 0) beginTable();
  if (!translate()) {
    store<u16>(header, <u16>OP_BLOCK);
    return;
  }
  const rip = load<u64>(header, BLOCK_RIP);
  if (compileRegion(REGION_MODULE, moduleBytes, firstSlot + usedSlots, <u32>rip, <u32>(rip >> 32)) == 0) {
    failures++;
    pause = setback;
    setback = min(2 * setback, LONGEST_PAUSE);
    forgetRegions();
    return;
  }
  setback = SHORTEST_PAUSE;
  if (!restricted) dropContained();
  publishRegion(firstSlot + usedSlots);
  coolDownUnlessEntry(header);
  usedSlots++;
  balance = max(balance - <i32>costOfNodes(), MIN_BALANCE);
  regions++;
  regionNodes += nodeCount - 1;
  regionBytes += moduleBytes;
  stitched += stitchedInstructions;
  called += calledInstructions;
}

/** A block of a region where it cannot be entered: something has stopped it there, and is counted from now on. */
function coolDownUnlessEntry(header: usize): void {
  if (<u32>load<u16>(header) != OP_REGION) coolDown(header);
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

/**
 * Runs the handler of an instruction that transfers control, for a region that is running. Returns the number of the entry where
 * the region goes on, less than MAX_ENTRIES, or the record where the interpreter does.
 */
export function transfer(region: u64, record: u32): u32 {
  const next = runRecord(record);
  // The end of the run, or a block cut to the budget; or the code cache has been emptied.
  if (next < BLOCK_ARENA || load<u32>(<usize>region, REGION_VALID) == 0) return <u32>next;
  if (<u32>load<u16>(next) == OP_REGION && regionOf(next) == <usize>region) {
    return mayRun(<usize>region, load<u64>(next, BLOCK_RIP)) ? entryOf(next) : <u32>next;
  }
  const from = headerOf(record);
  // A region has one mode only: for others it would not help to know where control went.
  if (load<u32>(next, BLOCK_MODE) == load<u32>(from, BLOCK_MODE)) {
    leftRegion = <usize>region;
    leftFrom = from;
  }
  return <u32>next;
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
  const instructions = cpu.budgetStart - cpu.budget - retired;
  store<u64>(use, load<u64>(use, USE_INSTRUCTIONS) + <u64>instructions, USE_INSTRUCTIONS);
  noteExit(region, next);
  const hasFault = takePageFault();
  noteGain(region, hasFault ? instructions + FAULT_GAIN : instructions);
  return hasFault ? raisePageFault(next) : next;
}

/** Counts whether a region pays. One that has lost too much is given up, unless modules cost nothing. */
function noteGain(region: usize, instructions: i32): void {
  const earned = instructions - <i32>ENTRY_COST;
  balance = max(min(balance + earned, MAX_BALANCE), MIN_BALANCE);
  const gain = min(load<i32>(region, REGION_GAIN) + earned, MAX_GAIN);
  store<i32>(region, gain, REGION_GAIN);
  if (gain >= -MAX_LOSS || moduleCost == 0 || load<u32>(region, REGION_VALID) == 0) return;
  giveUp(region);
  abandoned++;
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
  if (leftFrom != 0) {
    // A handler has transferred control to where the region does not reach.
    jumpExits++;
    return;
  }
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
  if (isComputed(flow)) jumpExits++;
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
  const exits = noteJump(from, header);
  if (exits >= threshold && isDue(exits, threshold)) translateAnew(leftRegion, exits);
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
  if (number == 13) return droppedAll;
  if (number == 14) return abandoned;
  return failures;
}
