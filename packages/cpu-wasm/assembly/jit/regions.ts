// The regions that have been translated. A region is code for a set of blocks in one mode, one set of mappings and one bank of
// the TLB; it is dropped as a whole when the bytes of one of its blocks change, and all are dropped when their memory is full.
//
//   +0 bytes of this record u32;  +4 function table index u32;  +8 generation of the TLB u32;  +12 bank (its read table) u32
//   +16 valid u32;  +20 pages u32;  +24 blocks u32;  +28 entries that still lead here u32
//   +32 flags u32: 1 restricted, ends where other regions can be entered; 2 assumes something of MXCSR (float-mode.ts);  +36 budget that every entry needs u32 (budget.ts);
//   +40 gain i32: instructions that it has retired, minus what its entries cost;  +44 unused;  then its pages (16 bytes each: linear address u64, frame u32), its blocks (u32 each, padded to 8) and the map of its
//   entries (map.ts)

import { PAGE_BYTES, REGIONS, REGIONS_END } from '../layout';
import { greatestNeed } from './budget';
import { isHindered, isRelied, isUsual, noteFailure } from './float-mode';
import { buildMap } from './map';
import { NODE_PUBLISHED, PAGES, hasFlag, headerOfNode, isNode, nodeCount, pageCount } from './nodes';
import { coolDown, exclude, failuresOf, include, regionOf, setEntry, setFailures } from './notes';
import { stateOf } from './structure';
import { ACCESS_EXECUTE, AS_CURRENT, FOUND, find, findQuietly } from '../paging';
import {
  ENTRY_FRAME,
  INDEX_MASK,
  INDEX_SHIFT,
  executeTable,
  fillExecute,
  foundPhysical,
  foundRights,
  generation,
  readTable,
} from '../tlb';
import { OP_BLOCK_COLD, OP_REGION } from '../generated/operations';

export const REGION_SLOT: usize = 4;
export const REGION_GENERATION: usize = 8;
export const REGION_BANK: usize = 12;
export const REGION_VALID: usize = 16;
const REGION_PAGES: usize = 20;
const REGION_BLOCKS: usize = 24;
const REGION_ENTRIES: usize = 28;
const REGION_FLAGS: usize = 32;
/** More failures are not counted. */
export const MAX_FAILURES: u32 = 7;
const RESTRICTED: u32 = 1;
const ASSUMES_MODE: u32 = 2;
/** Could be better in the usual mode of MXCSR. */
const HINDERED: u32 = 4;
export const REGION_NEED: usize = 36;
export const REGION_GAIN: usize = 40;
const HEAD_BYTES: usize = 48;

let regionsEnd: usize = REGIONS;
/** The region whose code is being written. */
export let emittedRegion: usize = 0;
let emittedEnd: usize = 0;

@inline
function blocksOf(region: usize): usize {
  return region + HEAD_BYTES + ((<usize>load<u32>(region, REGION_PAGES)) << 4);
}

/** Makes the record of a region from the nodes. False when there is no room. */
export function beginRegion(restricted: bool): bool {
  const region = regionsEnd;
  const blocks = region + HEAD_BYTES + ((<usize>pageCount) << 4);
  const map = (blocks + ((<usize>nodeCount) << 2) + 7) & ~7;
  if (map >= REGIONS_END) return false;
  const end = buildMap(map, REGIONS_END);
  if (end == 0) return false;
  store<u32>(region, <u32>(end - region));
  store<u32>(region, generation, REGION_GENERATION);
  store<u32>(region, <u32>readTable, REGION_BANK);
  store<u32>(region, 1, REGION_VALID);
  store<u32>(region, pageCount, REGION_PAGES);
  store<u32>(region, nodeCount - 1, REGION_BLOCKS);
  store<u32>(region, 0, REGION_ENTRIES);
  store<i32>(region, 0, REGION_GAIN);
  store<u32>(region, restricted ? RESTRICTED : 0, REGION_FLAGS);
  memory.copy(region + HEAD_BYTES, PAGES, (<usize>pageCount) << 4);
  for (let n: u32 = 1; n < nodeCount; n++) store<u32>(blocks + ((<usize>(n - 1)) << 2), <u32>headerOfNode(n));
  emittedRegion = region;
  emittedEnd = end;
  return true;
}

/** The region's code is in the function table at `slot`: its entries lead there from now on. */
export function publishRegion(slot: u32): void {
  store<u32>(emittedRegion, slot, REGION_SLOT);
  store<u32>(emittedRegion, greatestNeed, REGION_NEED);
  const mode = isRelied ? ASSUMES_MODE : isHindered ? HINDERED : 0;
  store<u32>(emittedRegion, load<u32>(emittedRegion, REGION_FLAGS) | mode, REGION_FLAGS);
  regionsEnd = emittedEnd;
  for (let n: u32 = 1; n < nodeCount; n++) {
    const header = headerOfNode(n);
    include(header);
    if (!hasFlag(n, NODE_PUBLISHED)) continue;
    if (<u32>load<u16>(header) == OP_REGION) loseEntry(regionOf(header));
    store<u32>(emittedRegion, load<u32>(emittedRegion, REGION_ENTRIES) + 1, REGION_ENTRIES);
    setEntry(header, emittedRegion, stateOf(n));
    store<u16>(header, <u16>OP_REGION);
  }
}

/** An entry of a region leads to another one from now on. A region that nothing leads to is dropped. */
function loseEntry(region: usize): void {
  const left = load<u32>(region, REGION_ENTRIES) - 1;
  store<u32>(region, left, REGION_ENTRIES);
  if (left != 0 || load<u32>(region, REGION_VALID) == 0) return;
  store<u32>(region, 0, REGION_VALID);
  const blocks = blocksOf(region);
  for (let i: usize = 0; i < <usize>load<u32>(region, REGION_BLOCKS); i++) exclude(<usize>load<u32>(blocks + (i << 2)));
}

/** Whether a page that is about to be executed, and that the fetch TLB does not know, is mapped to a frame. */
function isFetchedFrom(linear: u64, frame: u32): bool {
  if (find(linear, ACCESS_EXECUTE, AS_CURRENT) != FOUND || <u32>(foundPhysical >> 12) != frame) return false;
  fillExecute(linear, frame, foundRights);
  return true;
}

/** Whether fetching from a page that may be executed later would find a frame. */
function wouldBeFetchedFrom(linear: u64, frame: u32): bool {
  return findQuietly(linear, ACCESS_EXECUTE, AS_CURRENT) && <u32>(foundPhysical >> 12) == frame;
}

/**
 * Whether the pages of a region are still mapped as they were when it was formed. The page of `rip` is about to be executed, so the
 * walk for it may show in its entries; that for another page must not.
 */
export function isMappedAsBefore(region: usize, rip: u64): bool {
  if (load<u32>(region, REGION_GENERATION) == generation) return true;
  let page = region + HEAD_BYTES;
  for (let i = load<u32>(region, REGION_PAGES); i > 0; i--, page += 16) {
    const linear = load<u64>(page);
    const entry = executeTable + (((<usize>linear) >> INDEX_SHIFT) & INDEX_MASK);
    const frame = load<u32>(page, 8);
    if (load<u64>(entry) == linear && load<u32>(entry, ENTRY_FRAME) == frame) continue;
    const isNext = (rip ^ linear) < <u64>PAGE_BYTES;
    if (!(isNext ? isFetchedFrom(linear, frame) : wouldBeFetchedFrom(linear, frame))) return false;
  }
  store<u32>(region, generation, REGION_GENERATION);
  return true;
}

/** Its entries are counted again like blocks that were never translated. */
function drop(region: usize): void {
  store<u32>(region, 0, REGION_VALID);
  const blocks = blocksOf(region);
  for (let i: usize = 0; i < <usize>load<u32>(region, REGION_BLOCKS); i++) {
    const header = <usize>load<u32>(blocks + (i << 2));
    exclude(header);
    if (<u32>load<u16>(header) != OP_REGION || regionOf(header) != region) continue;
    store<u16>(header, <u16>OP_BLOCK_COLD);
    coolDown(header);
  }
}

/**
 * Drops a region that costs more than it saves. Its blocks have to get hotter than before until they are translated again: any of
 * them could be where the same region is formed from.
 */
export function giveUp(region: usize): void {
  const blocks = blocksOf(region);
  for (let i: usize = 0; i < <usize>load<u32>(region, REGION_BLOCKS); i++) {
    const header = <usize>load<u32>(blocks + (i << 2));
    setFailures(header, min(failuresOf(header) + 1, MAX_FAILURES));
  }
  drop(region);
}

/** How many regions the last `dropContaining` has dropped, and how many of them had not gained enough. */
export let dropped: u32 = 0;
export let droppedInVain: u32 = 0;

/** Drops the regions that contain a block. Those that have gained less than `enough` are given up. */
export function dropContaining(header: usize, enough: i32): void {
  dropped = 0;
  droppedInVain = 0;
  for (let region = REGIONS; region < regionsEnd; region += <usize>load<u32>(region)) {
    if (load<u32>(region, REGION_VALID) == 0) continue;
    const blocks = blocksOf(region);
    for (let i: usize = 0; i < <usize>load<u32>(region, REGION_BLOCKS); i++) {
      if (<usize>load<u32>(blocks + (i << 2)) != header) continue;
      dropped++;
      if (load<i32>(region, REGION_GAIN) < enough) {
        droppedInVain++;
        giveUp(region);
      } else drop(region);
      break;
    }
  }
}

/** Header of the block that a region was formed from. */
export function rootOf(region: usize): usize {
  return <usize>load<u32>(blocksOf(region));
}

export function isRestricted(region: usize): bool {
  return (load<u32>(region, REGION_FLAGS) & RESTRICTED) != 0;
}

/** Whether MXCSR is what the region was made for. If not, the region is dropped. */
export function isModeAsBefore(region: usize): bool {
  const flags = load<u32>(region, REGION_FLAGS);
  if ((flags & (ASSUMES_MODE | HINDERED)) == 0 || ((flags & ASSUMES_MODE) != 0) == isUsual()) return true;
  noteFailure();
  drop(region);
  return false;
}

/** Drops the regions that begin within the nodes: a new region will contain them. */
export function dropContained(): void {
  for (let region = REGIONS; region < regionsEnd; region += <usize>load<u32>(region)) {
    if (load<u32>(region, REGION_VALID) != 0 && isNode(rootOf(region))) drop(region);
  }
}

/** Drops all regions; `areBlocksGone` when the whole code cache is being emptied. */
export function dropAll(areBlocksGone: bool): void {
  for (let region = REGIONS; region < regionsEnd; region += <usize>load<u32>(region)) {
    if (areBlocksGone) store<u32>(region, 0, REGION_VALID);
    else if (load<u32>(region, REGION_VALID) != 0) drop(region);
  }
  regionsEnd = REGIONS;
}
