// When code is translated, when translated code may run, and when it is forgotten. Nothing here may change what the guest can
// see: a region runs the same blocks, charged at the same places, as the interpreter would.
//
// A region is entered only when nothing asks for attention, the budget pays for its first block, and its mappings and its bank
// of the TLB are those it was made for; in all other cases its block is interpreted.

import { charge, countNewBlocks, exitRecord, forgetAllBlocks, noteRecent } from '../blocks';
import { OP_BLOCK, OP_BLOCK_COLD, OP_BLOCK_GONE, OP_REGION } from '../generated/operations';
import { cpu } from '../generated/state';
import { BLOCK_ARENA, REGION_MODULE } from '../layout';
import { is64BitMode } from '../mode';
import { BLOCK_COUNT, headerOf } from '../record';
import { readTable } from '../tlb';
import { calledInstructions, stitchedInstructions } from './flow';
import { formNodes, nodeCount, outermostLoop } from './nodes';
import { clearNotes, coolDown, entryOf, heat, inclusionsOf, regionOf } from './notes';
import { orderNodes } from './order';
import {
  REGION_BANK,
  REGION_SLOT,
  beginRegion,
  dropAll,
  dropContaining,
  isMappedAsBefore,
  publishRegion,
} from './regions';
import { moduleBytes, translate } from './translate';

/** Compiles the module at `at` and instantiates it, which places its function in the function table. */
@external("env", "compileRegion")
declare function compileRegion(at: usize, bytes: u32): void;

let threshold: u32 = 0;
let firstSlot: u32 = 0;
let slots: u32 = 0;
let usedSlots: u32 = 0;

// What the host can ask for, see `statistic`.
let regions: u32 = 0;
let regionNodes: u32 = 0;
let regionBytes: u32 = 0;
let stitched: u32 = 0;
let called: u32 = 0;
let entries: u32 = 0;
let refusedEntries: u32 = 0;
let exitsToBlocks: u32 = 0;
let exitsInBlocks: u32 = 0;
let droppedRegions: u32 = 0;
let droppedAll: u32 = 0;

/** Turns the translator on: blocks entered `hot` times are translated into `count` slots of the function table from `first` on. */
export function enableTranslator(hot: u32, first: u32, count: u32): void {
  if (isDefined(JS_ENGINE)) return;
  threshold = hot;
  firstSlot = first;
  slots = count;
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
  usedSlots = 0;
}

/** Header of a block that is not translated: counts, translates when it is hot, and interprets this time. */
export function warm(header: usize): usize {
  if (isDefined(JS_ENGINE)) return charge(header);
  if (heat(header) < threshold || cpu.attention != 0) return charge(header);
  translateFrom(header);
  return <u32>load<u16>(header) == OP_REGION ? enterRegion(header) : charge(header);
}

function translateFrom(header: usize): void {
  coolDown(header);
  if (!is64BitMode()) {
    store<u16>(header, <u16>OP_BLOCK);
    return;
  }
  if (usedSlots == slots) forgetRegions();
  const isRestricted = inclusionsOf(header) != 0;
  formNodes(header, isRestricted);
  if (!isRestricted && nodeCount > 1) {
    const outer = outermostLoop();
    if (outer != header) formNodes(outer, false);
  }
  if (nodeCount == 1) return;
  orderNodes();
  if (!beginRegion()) {
    forgetRegions();
    return;
  }
  if (!translate(firstSlot + usedSlots)) {
    store<u16>(header, <u16>OP_BLOCK);
    return;
  }
  compileRegion(REGION_MODULE, moduleBytes);
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
  usedSlots = 0;
  droppedAll++;
}

/** Header of a block where a region can be entered. */
export function enterRegion(header: usize): usize {
  if (isDefined(JS_ENGINE)) return charge(header);
  const region = regionOf(header);
  if (
    cpu.attention != 0 ||
    cpu.budget < load<i32>(header, BLOCK_COUNT) ||
    load<u32>(region, REGION_BANK) != <u32>readTable ||
    !isMappedAsBefore(region)
  ) {
    refusedEntries++;
    return charge(header);
  }
  entries++;
  noteRecent(header);
  const next = call_indirect<usize>(load<u32>(region, REGION_SLOT), entryOf(header));
  const operation = <u32>load<u16>(next);
  if (operation == OP_BLOCK || operation == OP_BLOCK_GONE || operation == OP_BLOCK_COLD || operation == OP_REGION) exitsToBlocks++;
  else {
    exitsInBlocks++;
    noteRecent(headerOf(next));
  }
  return next;
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
  if (number == 7) return exitsToBlocks;
  if (number == 8) return exitsInBlocks;
  if (number == 9) return droppedRegions;
  return droppedAll;
}
