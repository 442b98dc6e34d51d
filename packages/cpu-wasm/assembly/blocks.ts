// The code cache: decoded blocks found by RIP, page offset, frame and mode, and forgotten when their bytes change. A block starts at its
// RIP and ends at the first instruction that may go elsewhere, at the end of the page (its last instruction may straddle), or
// after 64 instructions. Frames with code are kept out of the fast write table, so every write to one comes to `noteWrite`,
// which compares it with a bitmap of the 64-byte granules that hold decoded bytes and retires just the blocks it hits.
//
// A retired block is never freed alone: its records turn into "look again" operations, so that links to it and even its own
// running rest stay safe. The arena is emptied as a whole when it is full.
//
//   per frame, 16 bytes at CODE_PAGES:  +0 granules with code u64;  +8 first block u32;
//                                  +12 a block straddles into the frame u8;  +13 translations in vain u8;  +14 its entry of the fast TLB (tlb.ts) u16

import { IF, RF, TF } from './generated/rflags';
import { GP } from './generated/vectors';
import { fillBytes } from './bulk';
import { decodeBlock } from './decode';
import { faultWithCode, ripOf, unretired } from './fault';
import { EXIT_BUDGET, EXIT_STOP } from './generated/exits';
import { OP_BLOCK, OP_BLOCK_COLD, OP_BLOCK_GONE, OP_LIMIT, OP_LOOK_AGAIN, OP_STOP } from './generated/operations';
import { cpu } from './generated/state';
import {
  BLOCK_ARENA,
  BLOCK_ARENA_END,
  BLOCK_HASH,
  BLOCK_RING,
  CODE_PAGES,
  CODE_PAGE_BYTES,
  JUMP_CACHE,
  PAGE_BYTES,
  RECENT_RIPS,
  RECENT_RIPS_END,
  SCRATCH_BLOCK,
  ramBase,
  ramBytes,
} from './layout';
import { dropAllRegions, dropRegionsOf, noteNewBlock, warm } from './jit/policy';
import { codeBase, is64BitMode, isLongMode, ripMask } from './mode';
import { ACCESS_EXECUTE, AS_CURRENT, translate } from './paging';
import {
  BLOCK_COUNT,
  BLOCK_FRAME,
  BLOCK_MODE,
  BLOCK_NEXT,
  BLOCK_RIP,
  BLOCK_SECOND_FRAME,
  DISP,
  FALL_LINK,
  INDEX,
  LENGTH,
  LINK,
  NO_FRAME,
  OP,
  RECORD_BYTES,
  headerOf,
} from './record';
import { isCanonical } from './slow-memory';
import { RUNS_ALONE, RUN_ALONE_NEXT, codeHits, watchesCode } from './system/breakpoints';
import { breakBefore, debugTrap, deliverExternalInterrupt } from './system/deliver';
import { hasVirtualInterruptPending } from './system/flag-image';
import {
  ENTRY_FRAME,
  INDEX_MASK,
  INDEX_SHIFT,
  executeTable,
  fillExecute,
  foundPhysical,
  foundRights,
  protectFrame,
  generation,
  nextGeneration,
} from './tlb';

export const MAX_BLOCK_INSTRUCTIONS: u32 = 64;
const HASH_MASK: u32 = 0x3ffff;
/** Most that one block can need: header, instructions, closing record. */
const BLOCK_RESERVE: usize = (<usize>MAX_BLOCK_INSTRUCTIONS + 2) * RECORD_BYTES;
const RING_ENTRIES: u32 = 64;
/** Place in the bookkeeping of a frame. */
const REWRITES: usize = 13;
/** `interruptShadow` behind a load of SS by MOV or POP, which holds back debug traps too (SDM Vol. 3A 6.8.3). */
export const SHADOW_OF_STACK_LOAD: u32 = 2;

/** A record whose operation leaves the run loop; it has no instruction. */
const EXIT_RECORD: usize = SCRATCH_BLOCK - RECORD_BYTES;

let arenaNext: usize = BLOCK_ARENA;
/** The block whose copy the scratch block is, 0 = none. */
let scratchSource: usize = 0;

export function initializeBlocks(): void {
  store<u16>(EXIT_RECORD, OP_STOP);
}

export function exitRecord(): usize {
  return EXIT_RECORD;
}

/** Empties the code cache. */
export function forgetAllBlocks(): void {
  // Nothing has been decoded since the last time, so all tables are still empty.
  if (arenaNext == BLOCK_ARENA) return;
  arenaNext = BLOCK_ARENA;
  if (!isDefined(JS_ENGINE)) dropAllRegions();
  scratchSource = 0;
  cpu.ringIndex = 0;
  nextGeneration();
  fillBytes(BLOCK_HASH, 0, (<usize>HASH_MASK + 1) << 2);
  fillBytes(CODE_PAGES, 0, <usize>(ramBytes / PAGE_BYTES) * CODE_PAGE_BYTES);
}

@inline
function codePage(frame: u32): usize {
  return CODE_PAGES + <usize>frame * CODE_PAGE_BYTES;
}

/** Whether decoded code lies in a frame of RAM. */
export function pageHasCode(frame: u32): bool {
  return load<u64>(codePage(frame)) != 0;
}

/** Whether the block has been retired. */
@inline
export function isGone(header: usize): bool {
  return <u32>load<u16>(header) == OP_BLOCK_GONE;
}

/** Operation of the header of a new block: with a translator, one that counts how often it is entered. */
let newBlock: u32 = OP_BLOCK;

/** New blocks are counted and, when they are hot, translated. The code cache must be empty. */
export function countNewBlocks(isCounted: bool): void {
  newBlock = isCounted ? OP_BLOCK_COLD : OP_BLOCK;
}

/** Whether decoded code lies near these bytes of one page: in the same granules. */
export function hitsCode(physical: u32, bytes: u32): bool {
  const offset = physical & (PAGE_BYTES - 1);
  return (load<u64>(codePage(physical >> 12)) & granules(offset, offset + bytes - 1)) != 0;
}

/** Granules of the bytes `first`..`last` of a page. */
@inline
function granules(first: u32, last: u32): u64 {
  return (((<u64>2) << ((<u64>last) >> 6)) - 1) & ~(((<u64>1) << ((<u64>first) >> 6)) - 1);
}

/** Physical memory has changed (by the guest, a device or the host): retires the blocks that held the bytes. */
export function noteWrite(physical: u32, bytes: u32): void {
  if (arenaNext == BLOCK_ARENA) return;
  let at = physical;
  let left = bytes;
  while (left != 0) {
    const offset = at & (PAGE_BYTES - 1);
    const here = min<u32>(left, PAGE_BYTES - offset);
    const frame = at >> 12;
    if (<u64>frame * PAGE_BYTES < <u64>ramBytes) {
      const hit = granules(offset, offset + here - 1);
      if ((load<u64>(codePage(frame)) & hit) != 0) retireBlocks(frame, hit);
    }
    at += here;
    left -= here;
  }
}

/** Bytes of code in a block. */
function blockBytes(header: usize): u32 {
  let bytes: u32 = 0;
  const end = header + (<usize>load<u16>(header, BLOCK_COUNT) + 1) * RECORD_BYTES;
  for (let r = header + RECORD_BYTES; r < end; r += RECORD_BYTES) bytes += load<u8>(r, LENGTH);
  return bytes;
}

/** Granules of `frame` that a block covers. Its linear and physical page offsets agree unless CS has a base. */
function coverage(header: usize, frame: u32): u64 {
  const start = (<u32>(load<u64>(header, BLOCK_RIP) + codeBaseOf(header))) & (PAGE_BYTES - 1);
  const last = start + blockBytes(header) - 1;
  if (load<u32>(header, BLOCK_FRAME) == frame) {
    const own = granules(start, min<u32>(last, PAGE_BYTES - 1));
    if (load<u32>(header, BLOCK_SECOND_FRAME) != frame) return own;
    return own | granules(0, last - PAGE_BYTES);
  }
  return granules(0, last - PAGE_BYTES);
}

/** Base of CS modulo the page size, from an offset in it and the linear address of that. */
@inline
function baseInPage(rip: u64, linear: u64): u64 {
  return (linear - rip) & (<u64>(PAGE_BYTES - 1));
}

/** Base of CS that the block was decoded with, modulo the page size; kept in the header's op-free bytes. */
@inline
export function codeBaseOf(header: usize): u64 {
  return <u64>load<u16>(header, LENGTH);
}

function retireBlocks(frame: u32, hit: u64): void {
  const page = codePage(frame);
  let remaining: u64 = 0;
  // A block that straddles two frames is in the list of its first frame; the second one points back by a rescan.
  let previous: usize = 0;
  let header = <usize>load<u32>(page, 8);
  while (header != 0) {
    const following = <usize>load<u32>(header, BLOCK_NEXT);
    const covered = coverage(header, frame);
    // A straddler may have been retired from the side of its other frame.
    if ((covered & hit) != 0 || isGone(header)) {
      retire(header);
      if (previous == 0) store<u32>(page, <u32>following, 8);
      else store<u32>(previous, <u32>following, BLOCK_NEXT);
    } else {
      remaining |= covered;
      previous = header;
    }
    header = following;
  }
  // Straddlers that begin in another frame have set the first granules of this one and are found by their own list.
  if (load<u8>(page, 12) != 0 && (hit & 1) != 0) {
    retireStraddlersInto(frame);
    store<u8>(page, 0, 12);
  } else if (load<u8>(page, 12) != 0) remaining |= 1;
  store<u64>(page, remaining);
}

/** Retires every block of another frame whose last instruction reaches into `frame`; rare, so it looks everywhere. */
function retireStraddlersInto(frame: u32): void {
  let header = BLOCK_ARENA;
  while (header < arenaNext) {
    if (load<u32>(header, BLOCK_SECOND_FRAME) == frame && !isGone(header)) retire(header);
    header += (<usize>load<u16>(header, BLOCK_COUNT) + 2) * RECORD_BYTES;
  }
}

function retire(header: usize): void {
  if (!isDefined(JS_ENGINE) && dropRegionsOf(header)) noteRewrite(load<u32>(header, BLOCK_FRAME));
  store<u16>(header, OP_BLOCK_GONE);
  lookAgain(header);
  if (scratchSource == header) lookAgain(SCRATCH_BLOCK);
}

/** Code of a frame has been translated in vain: it was overwritten too early. */
function noteRewrite(frame: u32): void {
  const page = codePage(frame);
  store<u8>(page, <u8>min<u32>(<u32>load<u8>(page, REWRITES) + 1, 0xff), REWRITES);
}

/** Turns the instructions of a block into "look again"; the closing record goes on by itself. */
function lookAgain(header: usize): void {
  const end = header + (<usize>load<u16>(header, BLOCK_COUNT) + 1) * RECORD_BYTES;
  for (let r = header + RECORD_BYTES; r < end; r += RECORD_BYTES) store<u16>(r, OP_LOOK_AGAIN);
}

/** The block at `rip` if it is known and no look at the page tables is needed to find it, else 0. Changes nothing. */
export function knownBlock(rip: u64): usize {
  const linear = is64BitMode() ? rip : (rip + codeBase) & 0xffffffff;
  const entry = executeTable + (((<usize>linear) >> INDEX_SHIFT) & INDEX_MASK);
  if ((linear ^ load<u64>(entry)) >= <u64>PAGE_BYTES) return 0;
  const frame = load<u32>(entry, ENTRY_FRAME);
  if (<u64>frame * PAGE_BYTES >= <u64>ramBytes) return 0;
  const hashed = <usize>load<u32>(hashOf(linear));
  if (hashed != 0 && load<u32>(hashed, BLOCK_FRAME) == frame && isBlockAt(hashed, rip, linear)) return hashed;
  let known = <usize>load<u32>(codePage(frame), 8);
  while (known != 0 && !isBlockAt(known, rip, linear)) known = <usize>load<u32>(known, BLOCK_NEXT);
  return known;
}

/**
 * Whether a block, whose frame is the right one, is the one at `rip` in the current mode. Another base of CS may put the same RIP at
 * another place of the frame.
 */
@inline
function isBlockAt(header: usize, rip: u64, linear: u64): bool {
  return (
    load<u64>(header, BLOCK_RIP) == rip &&
    load<u32>(header, BLOCK_MODE) == cpu.modeKey &&
    codeBaseOf(header) == baseInPage(rip, linear) &&
    !isGone(header)
  );
}

/** Header of the block that ran last; meaningless before the first one. */
export function lastRecent(): usize {
  return <usize>load<u32>(BLOCK_RING + ((<usize>((cpu.ringIndex - 1) & (RING_ENTRIES - 1))) << 2));
}

/** Enters a block in the ring of those that ran last. */
export function noteRecent(header: usize): void {
  store<u32>(BLOCK_RING + ((<usize>(cpu.ringIndex & (RING_ENTRIES - 1))) << 2), <u32>header);
  cpu.ringIndex++;
}

/** Frame of the page of `linear`, for execution. */
@inline
function executeFrame(linear: u64): u32 {
  const entry = executeTable + (((<usize>linear) >> INDEX_SHIFT) & INDEX_MASK);
  return (linear ^ load<u64>(entry)) < <u64>PAGE_BYTES ? load<u32>(entry, ENTRY_FRAME) : executeFrameSlow(linear);
}

function executeFrameSlow(linear: u64): u32 {
  if (isLongMode() && !isCanonical(linear)) faultWithCode(0, GP, 0);
  // Segmentation comes before paging. Where the page is known, decoding sees the limit.
  if (!is64BitMode() && ((linear - codeBase) & 0xffffffff) > <u64>cpu.csLimit) faultWithCode(0, GP, 0);
  translate(0, linear, ACCESS_EXECUTE, AS_CURRENT);
  const frame = <u32>(foundPhysical >> 12);
  // An instruction fetch from a device or from nothing reads all ones; decode.ts copies such bytes one by one.
  fillExecute(linear, frame, foundRights);
  return frame;
}

/** Frame that holds the page of `linear`, or raises the fault of a fetch from it. */
export function frameForFetch(linear: u64): u32 {
  return executeFrame(linear);
}

/**
 * The jump cache: RIP -> block for whoever has no link (returns, indirect jumps, jumps to another page, deliveries). An entry
 * counts as long as no translation has been removed since it was made.
 *   entry, 16 bytes:  +0 RIP u64;  +8 header u32;  +12 generation u32
 */
const JUMP_CACHE_MASK: usize = 0xfff;

@inline
function jumpCacheEntry(rip: u64): usize {
  return JUMP_CACHE + (((<usize>(rip ^ (rip >> 12))) & JUMP_CACHE_MASK) << 4);
}

/** Enters a block, without a dispatch of its header if it is not translated. */
@inline
export function proceed(header: usize): usize {
  const operation = <u32>load<u16>(header);
  if (operation == OP_BLOCK) return charge(header);
  return !isDefined(JS_ENGINE) && operation == OP_BLOCK_COLD ? warm(header) : header;
}

/** Header of the block at `rip` that an entry of the jump cache holds, or 0. */
@inline
function cachedBlock(entry: usize, rip: u64): usize {
  const header = <usize>load<u32>(entry, 8);
  return load<u64>(entry) == rip &&
    load<u32>(entry, 12) == generation &&
    load<u32>(header, BLOCK_MODE) == cpu.modeKey &&
    !isGone(header)
    ? header
    : 0;
}

/** Goes on at `rip`, which has been checked; enters its block directly when nothing else has to be looked after. */
@inline
export function jump(rip: u64): usize {
  const header = cachedBlock(jumpCacheEntry(rip), rip);
  return header == 0 || cpu.attention != 0 ? enterAt(rip) : proceed(header);
}

function enterAt(rip: u64): usize {
  cpu.rip = rip;
  return enter();
}

@inline
function hashOf(linear: u64): usize {
  const low = <u32>linear;
  return BLOCK_HASH + ((<usize>((low ^ (low >> 15) ^ (cpu.modeKey << 9)) & HASH_MASK)) << 2);
}

/** Finds or makes the block at `cpu.rip` and returns its header; first serves interrupts and requests of the host. */
export function enter(): usize {
  if (cpu.attention != 0) {
    const other = attend();
    if (other != 0) return other;
  }
  return findBlock();
}

/** Whether the page into which the block's only instruction reaches is mapped to the same frame, if there is one. */
@inline
function isSecondPageAsBefore(block: usize, linear: u64): bool {
  const second = load<u32>(block, BLOCK_SECOND_FRAME);
  return second == NO_FRAME || executeFrame((linear & ~(<u64>(PAGE_BYTES - 1))) + PAGE_BYTES) == second;
}

function findBlock(): usize {
  const rip = cpu.rip;
  const entry = jumpCacheEntry(rip);
  const cached = cachedBlock(entry, rip);
  if (cached != 0) return cached;
  const linear = is64BitMode() ? rip : (rip + codeBase) & 0xffffffff;
  const frame = executeFrame(linear);
  const slot = hashOf(linear);
  let block = <usize>load<u32>(slot);
  if (
    block == 0 ||
    load<u32>(block, BLOCK_FRAME) != frame ||
    !isBlockAt(block, rip, linear) ||
    !isSecondPageAsBefore(block, linear)
  ) {
    block = makeBlock(rip, linear, frame, slot);
  }
  // Code in a device or in nothing is never found again: what it reads may change.
  if (<u64>frame * PAGE_BYTES < <u64>ramBytes) {
    store<u64>(entry, rip);
    store<u32>(entry, <u32>block, 8);
    store<u32>(entry, generation, 12);
  }
  return block;
}

function makeBlock(rip: u64, linear: u64, frame: u32, slot: usize): usize {
  // The slot may have been taken by another block while this one still exists.
  const isRam = <u64>frame * PAGE_BYTES < <u64>ramBytes;
  if (isRam) {
    let known = <usize>load<u32>(codePage(frame), 8);
    while (known != 0) {
      if (isBlockAt(known, rip, linear) && isSecondPageAsBefore(known, linear)) {
        store<u32>(slot, <u32>known);
        return known;
      }
      known = <usize>load<u32>(known, BLOCK_NEXT);
    }
  }
  if (arenaNext + BLOCK_RESERVE > BLOCK_ARENA_END) forgetAllBlocks();
  const header = arenaNext;
  const end = decodeBlock(header, rip, linear, frame);
  store<u16>(header, <u16>newBlock);
  noteNewBlock(header, isRam ? <u32>load<u8>(codePage(frame), REWRITES) : 0);
  store<u16>(header, <u16>baseInPage(rip, linear), LENGTH);
  store<u32>(header, cpu.modeKey, BLOCK_MODE);
  store<u64>(header, rip, BLOCK_RIP);
  store<u32>(header, frame, BLOCK_FRAME);
  arenaNext = end;
  if (isRam) {
    const page = codePage(frame);
    const hadCode = load<u64>(page) != 0;
    store<u32>(header, load<u32>(page, 8), BLOCK_NEXT);
    store<u32>(page, <u32>header, 8);
    store<u64>(page, load<u64>(page) | coverage(header, frame));
    if (!hadCode) protectFrame(<u32>(ramBase + ((<usize>frame) << 12)));
  } else store<u32>(header, 0, BLOCK_NEXT);
  const second = load<u32>(header, BLOCK_SECOND_FRAME);
  if (second != NO_FRAME && second != frame && <u64>second * PAGE_BYTES < <u64>ramBytes) {
    const page = codePage(second);
    const hadCode = load<u64>(page) != 0;
    store<u64>(page, load<u64>(page) | 1);
    store<u8>(page, 1, 12);
    if (!hadCode) protectFrame(<u32>(ramBase + ((<usize>second) << 12)));
  }
  if (isRam) store<u32>(slot, <u32>header);
  return header;
}

/** Charges a block before it runs. Returns its first instruction, or where to go when the budget does not suffice. */
@inline
export function charge(header: usize): usize {
  const left = cpu.budget - <i32>load<u16>(header, BLOCK_COUNT);
  if (left < 0) return cut(header);
  cpu.budget = left;
  const ring = cpu.ringIndex;
  store<u32>(BLOCK_RING + ((<usize>(ring & (RING_ENTRIES - 1))) << 2), <u32>header);
  cpu.ringIndex = ring + 1;
  return header + RECORD_BYTES;
}

/** The budget ends inside this block: run only as much of it as is left. */
function cut(header: usize): usize {
  cpu.rip = load<u64>(header, BLOCK_RIP);
  if (cpu.budget <= 0) {
    cpu.exitReason = EXIT_BUDGET;
    return EXIT_RECORD;
  }
  return runPart(header, <u32>cpu.budget);
}

/** Charges and enters a copy of the first `count` instructions of a block; what follows looks for the rest. */
function runPart(header: usize, count: u32): usize {
  const part = min<u32>(count, <u32>load<u16>(header, BLOCK_COUNT));
  const bytes = (<usize>part + 1) * RECORD_BYTES;
  memory.copy(SCRATCH_BLOCK, header, bytes);
  scratchSource = header;
  store<u16>(SCRATCH_BLOCK, <u16>part, BLOCK_COUNT);
  // The links of a branch at the end must not skip enter().
  const last = SCRATCH_BLOCK + <usize>part * RECORD_BYTES;
  if (part == <u32>load<u16>(header, BLOCK_COUNT) && isLinked(last)) {
    store<u32>(last, 0, LINK);
    store<u32>(last, 0, FALL_LINK);
  }
  const closing = SCRATCH_BLOCK + bytes;
  memory.fill(closing, 0, RECORD_BYTES);
  store<u16>(closing, OP_LIMIT);
  store<u8>(closing, <u8>part, INDEX);
  store<u64>(closing, ripOf(closing), DISP);
  cpu.budget -= part;
  store<u32>(BLOCK_RING + ((<usize>(cpu.ringIndex & (RING_ENTRIES - 1))) << 2), <u32>header);
  cpu.ringIndex++;
  return SCRATCH_BLOCK + RECORD_BYTES;
}

/** Whether the record's LINK fields hold links: only direct branches have them, see decode.ts. */
@inline
function isLinked(record: usize): bool {
  return load<u8>(record, 31) >> 7 != 0;
}

/** Debug traps, interrupts, breakpoints and requests of the host, in the order of SDM Vol. 3A table 6-2. 0 = nothing to do. */
function attend(): usize {
  const isBehindStackLoad = cpu.interruptShadow == SHADOW_OF_STACK_LOAD;
  if ((cpu.stepPending | cpu.debugPending) != 0 && !isBehindStackLoad) debugTrap();
  if (cpu.stopRequested != 0) {
    cpu.stopRequested = 0;
    refreshAttention();
    cpu.exitReason = EXIT_STOP;
    return EXIT_RECORD;
  }
  if (cpu.budget <= 0) {
    cpu.exitReason = EXIT_BUDGET;
    return EXIT_RECORD;
  }
  let single = watchesCode || cpu.runsAlone == RUN_ALONE_NEXT;
  if (cpu.interruptShadow != 0) {
    // The instruction after STI or a load of SS runs before anything else may happen.
    cpu.interruptShadow = 0;
    single = true;
  } else if (cpu.interruptLine != 0 && (cpu.flagsSystem & IF) != 0) {
    deliverExternalInterrupt();
  }
  if ((cpu.flagsSystem & RF) == 0 && !isBehindStackLoad) breakBefore(codeHits());
  if (hasVirtualInterruptPending()) faultWithCode(0, GP, 0);
  // RF has done its work; a fault of this instruction sets it in its frame anyway.
  cpu.flagsSystem &= ~RF;
  if ((cpu.flagsSystem & TF) != 0) {
    cpu.stepPending = 1;
    single = true;
  }
  cpu.runsAlone = single ? RUNS_ALONE : 0;
  const stepsOn = single && cpu.interruptLine != 0;
  refreshAttention();
  if (stepsOn) cpu.attention = 1;
  return single ? runPart(findBlock(), 1) : 0;
}

/** Recomputes `attention`. Called after every change of its causes. */
export function refreshAttention(): void {
  cpu.attention = <u32>(
    ((cpu.stopRequested |
      cpu.interruptShadow |
      cpu.stepPending |
      cpu.debugPending |
      cpu.runsAlone |
      (<u32>watchesCode) |
      (<u32>hasVirtualInterruptPending()) |
      (<u32>((cpu.flagsSystem & (TF | RF)) != 0)) |
      (cpu.interruptLine & (<u32>((cpu.flagsSystem & IF) != 0)))) !=
      0)
  );
}

/** Operation of a record whose bytes have changed since its block was decoded: decode them anew. */
export function resync(record: usize): usize {
  cpu.budget += unretired(record);
  cpu.rip = ripOf(record);
  return enter();
}

/** Closing record of a block that does not end in a branch, and of a cut block: goes on behind it. */
export function goOn(record: usize): usize {
  return jump(load<u64>(record, DISP) & ripMask);
}

/**
 * Writes the addresses of the last executed instructions to RECENT_RIPS, newest first, and returns how many. In the newest
 * block those behind RIP were not executed; the one at RIP counts when it faulted.
 */
export function listRecentRips(includesCurrent: bool): u32 {
  let to = RECENT_RIPS;
  const first = cpu.ringIndex;
  const known = min<u32>(first, RING_ENTRIES);
  for (let age: u32 = 1; age <= known; age++) {
    const header = <usize>load<u32>(BLOCK_RING + ((<usize>((first - age) & (RING_ENTRIES - 1))) << 2));
    const start = load<u64>(header, BLOCK_RIP);
    const count = <u32>load<u16>(header, BLOCK_COUNT);
    let end = header + (<usize>count + 1) * RECORD_BYTES;
    if (age == 1) {
      let rip = start;
      for (let r = header + RECORD_BYTES; r < end; r += RECORD_BYTES) {
        if (rip == cpu.rip) {
          end = includesCurrent ? r + RECORD_BYTES : r;
          break;
        }
        rip += load<u8>(r, LENGTH);
      }
    }
    for (let r = end - RECORD_BYTES; r > header; r -= RECORD_BYTES) {
      if (to >= RECENT_RIPS_END) return (<u32>(to - RECENT_RIPS)) >> 3;
      store<u64>(to, ripOf(r));
      to += 8;
    }
  }
  return (<u32>(to - RECENT_RIPS)) >> 3;
}

/** Header of a retired block: find its successor. */
export function renew(header: usize): usize {
  cpu.rip = load<u64>(header, BLOCK_RIP);
  return enter();
}
