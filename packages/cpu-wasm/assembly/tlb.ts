// Translation lookaside buffers (SDM Vol. 3A 4.10). A translation stays until INVLPG, INVPCID, a load of CR3 or a change of a
// paging control removes it, even if the guest has changed its page tables in the meantime: forgetting INVLPG must show.
//
// Fast TLB: direct-mapped tables that the inline paths read. One bank per right to see pages (supervisor, supervisor under
// SMAP, user, user with alignment checking), each with a table of readable, writable and executable pages, so a tag match alone proves the access legal.
//   entry, 16 bytes:  +0 tag u64 = linear page address;  +8 what makes a linear address a host address, u32 (execute table: frame
//                     number);  +12 flags u32: 1 global, 2 fragment of a large page
// Adding to the linear address itself lets the processor add before it knows the tag. An empty entry holds the page address of a neighbour index, which no lookup of this index can match.
//
// Second level: what the walker found, by PCID. Small pages and 2 MiB parts of large pages apart.
// Its layout is in gen/translations.ts: the host reads it.

import { CR0_PG, CR4_PAE, CR4_PCIDE, CR4_PGE, CR4_SMAP } from './generated/control';
import { CODE_PAGES, CODE_PAGE_BYTES, FAST_TLB, PAGE_BYTES, SECOND_TLB, ramBase } from './layout';
import { isLongMode } from './mode';
import { cpu } from './generated/state';
import {
  LARGE_ENTRIES,
  RIGHT_GLOBAL,
  RIGHT_LARGE,
  SECOND_BYTES,
  SECOND_PCID,
  SECOND_PHYSICAL,
  SECOND_RIGHTS,
  SMALL_ENTRIES,
} from './generated/translations';
import { loadPdptes } from './paging';

/** A multiple of FRAGMENTS. Pages of 8 MiB: what misses takes ten times as long. */
const ENTRIES: usize = 2048;
/** Pages of 4 KiB in a part of 2 MiB of a large page. */
const FRAGMENTS: usize = 512;
const ENTRY_BYTES: usize = 16;
const TABLE_BYTES: usize = ENTRIES * ENTRY_BYTES;
const BANK_BYTES: usize = TABLE_BYTES * 3;
const BANKS: usize = 4;

/** Banks by what may be accessed. */
export const BANK_SUPERVISOR: usize = 0;
/** Supervisor without access to user pages (SMAP). */
export const BANK_SUPERVISOR_SMAP: usize = 1;
export const BANK_USER: usize = 2;
/** User with alignment checking: its read and write tables stay empty, so every access takes the path that checks. */
export const BANK_USER_ALIGNED: usize = 3;

/** Of the tables for reads and writes: host address minus linear address, modulo 2^32. */
export const ENTRY_ADDEND: usize = 8;
/** Of the table for execution. */
export const ENTRY_FRAME: usize = 8;
export const ENTRY_FLAGS: usize = 12;
/** `(linear >> INDEX_SHIFT) & INDEX_MASK` is the offset of the entry in its table. */
export const INDEX_SHIFT: usize = 8;
export const INDEX_MASK: usize = (ENTRIES - 1) * ENTRY_BYTES;

const FLAG_GLOBAL: u32 = 1;
const FLAG_LARGE: u32 = 2;

const LARGE_TLB: usize = SECOND_TLB + SMALL_ENTRIES * SECOND_BYTES;

// Emptying every entry at each load of CR3 would cost more than most address spaces use: which entries have been filled is kept in
// lists. A list that has overflowed knows nothing, and all entries are looked at.
const FAST_LIST_LIMIT: u32 = 4096;
const FAST_LIST: usize = memory.data(4096 * 4, 16);
const SECOND_LIST_LIMIT: u32 = 1024;
const SECOND_LIST: usize = memory.data(1024 * 4, 16);
let fastFilled: u32 = FAST_LIST_LIMIT + 1;
let secondFilled: u32 = 0;

/** Tables of the current bank. */
export let readTable: usize = FAST_TLB;
export let writeTable: usize = FAST_TLB + TABLE_BYTES;
export let executeTable: usize = FAST_TLB + 2 * TABLE_BYTES;

/**
 * Counts the removals of translations. Whoever remembers what a fetch found (the jump cache of blocks.ts) remembers the count
 * with it.
 */
export let generation: u32 = 1;

/** Makes everything stale that was remembered with an earlier generation. */
export function nextGeneration(): void {
  generation++;
}

/** Result of `lookupSecond` and of the page walk. */
export let foundPhysical: u64 = 0;
export let foundRights: u32 = 0;

export function setFound(physical: u64, rights: u32): void {
  foundPhysical = physical;
  foundRights = rights;
}

/** Makes one of BANK_* the current one. */
export function selectBank(bank: usize): void {
  readTable = FAST_TLB + bank * BANK_BYTES;
  writeTable = readTable + TABLE_BYTES;
  executeTable = writeTable + TABLE_BYTES;
}

/** Page address that no lookup at this index can match. */
@inline
function emptyTag(offset: usize): u64 {
  return (<u64>(offset ^ ENTRY_BYTES)) << INDEX_SHIFT;
}

@inline
function clearEntry(table: usize, offset: usize): void {
  store<u64>(table + offset, emptyTag(offset));
}

@inline
function pcid(): u32 {
  return (cpu.cr4 & CR4_PCIDE) != 0 ? (<u32>cpu.cr3) & 0xfff : 0;
}

function noteFast(entry: usize): void {
  if (fastFilled < FAST_LIST_LIMIT) store<u32>(FAST_LIST + ((<usize>fastFilled) << 2), <u32>entry);
  if (fastFilled <= FAST_LIST_LIMIT) fastFilled++;
}

function noteSecond(entry: usize): void {
  if (secondFilled < SECOND_LIST_LIMIT) store<u32>(SECOND_LIST + ((<usize>secondFilled) << 2), <u32>entry);
  if (secondFilled <= SECOND_LIST_LIMIT) secondFilled++;
}

function fillFast(table: usize, linear: u64, addendOrFrame: u32, rights: u32): void {
  const offset = ((<usize>linear) >> INDEX_SHIFT) & INDEX_MASK;
  const entry = table + offset;
  if (load<u64>(entry) == emptyTag(offset)) noteFast(entry);
  store<u64>(entry, linear & ~(<u64>(PAGE_BYTES - 1)));
  store<u32>(entry, addendOrFrame, ENTRY_ADDEND);
  store<u32>(
    entry,
    ((rights & RIGHT_GLOBAL) != 0 ? FLAG_GLOBAL : 0) | ((rights & RIGHT_LARGE) != 0 ? FLAG_LARGE : 0),
    ENTRY_FLAGS,
  );
}

// Which entry allows writes to a frame is noted beside the frame's code bookkeeping (blocks.ts, at +14, u16), so that a guest that
// writes code and runs it does not pay for a look at all entries each time. What is noted counts if the entry holds the frame.
const WRITE_PLACE: usize = 14;
/** There may be any number of entries. */
const PLACE_UNKNOWN: u32 = 0;
const PLACE_NONE: u32 = 1;
/** The number of the first entry of the fast TLB. */
const FIRST_PLACE: u32 = 2;

@inline
function frameAt(host: u32): usize {
  return CODE_PAGES + ((<usize>host - ramBase) >> 12) * CODE_PAGE_BYTES;
}

@inline
function entryAt(place: u32): usize {
  return FAST_TLB + <usize>(place - FIRST_PLACE) * ENTRY_BYTES;
}

/** What is added to a linear address of a page to get its host address. */
@inline
function addendOf(linear: u64, host: u32): u32 {
  return host - ((<u32>linear) & ~(<u32>(PAGE_BYTES - 1)));
}

/** Host address of the page of an entry. */
@inline
function hostOf(entry: usize): u32 {
  return <u32>load<u64>(entry) + load<u32>(entry, ENTRY_ADDEND);
}

/** Fills an entry of a table of writable pages. */
function fillWritable(table: usize, linear: u64, host: u32, rights: u32): void {
  fillFast(table, linear, addendOf(linear, host), rights);
  const frame = frameAt(host);
  const place = <u32>load<u16>(frame, WRITE_PLACE);
  if (place == PLACE_UNKNOWN) return;
  const entry = table + (((<usize>linear) >> INDEX_SHIFT) & INDEX_MASK);
  const isSecond = place != PLACE_NONE && entryAt(place) != entry && hostOf(entryAt(place)) == host;
  const own = FIRST_PLACE + <u32>((entry - FAST_TLB) / ENTRY_BYTES);
  store<u16>(frame, <u16>(isSecond ? PLACE_UNKNOWN : own), WRITE_PLACE);
}

/** Whether unaligned accesses are to raise #AC(0) (SDM Vol. 3A 6.15 "Interrupt 17"). */
@inline
export function checksAlignment(): bool {
  return readTable == FAST_TLB + BANK_USER_ALIGNED * BANK_BYTES;
}

export function fillRead(linear: u64, host: u32, rights: u32): void {
  if (!checksAlignment()) fillFast(readTable, linear, addendOf(linear, host), rights);
}

export function fillWrite(linear: u64, host: u32, rights: u32): void {
  if (!checksAlignment()) fillWritable(writeTable, linear, host, rights);
}

/**
 * The table that tells which accesses of the processor itself are legal, whatever the CPL (SDM Vol. 3A 4.6.1): implicit supervisor
 * accesses see user pages unless SMAP forbids it.
 */
@inline
function implicitTable(isWrite: bool): usize {
  const bank = (cpu.cr4 & CR4_SMAP) != 0 ? BANK_SUPERVISOR_SMAP : BANK_SUPERVISOR;
  return FAST_TLB + bank * BANK_BYTES + (isWrite ? TABLE_BYTES : 0);
}

/** Host address for an access of the processor itself, 0 when the fast TLB does not tell. */
@inline
export function implicitHost(linear: u64, bytes: u32, isWrite: bool): usize {
  const entry = implicitTable(isWrite) + (((<usize>linear) >> INDEX_SHIFT) & INDEX_MASK);
  const offset = load<u64>(entry) ^ linear;
  return offset <= <u64>(PAGE_BYTES - bytes) ? <usize>load<u32>(entry, ENTRY_ADDEND) + <usize>linear : 0;
}

/** Keeps where an access of the processor itself went. */
export function fillImplicit(linear: u64, host: u32, rights: u32, isWrite: bool): void {
  const table = implicitTable(isWrite);
  if (isWrite) fillWritable(table, linear, host, rights);
  else fillFast(table, linear, addendOf(linear, host), rights);
}

export function fillExecute(linear: u64, frame: u32, rights: u32): void {
  fillFast(executeTable, linear, frame, rights);
}

/** Looks in the second level. On success `foundPhysical` is the page's physical address. */
export function lookupSecond(linear: u64): bool {
  const current = pcid();
  const page = linear & ~(<u64>0xfff);
  let entry = SECOND_TLB + ((<usize>(linear >> 12)) & (SMALL_ENTRIES - 1)) * SECOND_BYTES;
  if (load<u64>(entry) == (page | 1)) {
    const rights = load<u32>(entry, SECOND_RIGHTS);
    if (load<u32>(entry, SECOND_PCID) == current || (rights & RIGHT_GLOBAL) != 0) {
      setFound(load<u64>(entry, SECOND_PHYSICAL), rights);
      return true;
    }
  }
  entry = LARGE_TLB + ((<usize>(linear >> 21)) & (LARGE_ENTRIES - 1)) * SECOND_BYTES;
  if (load<u64>(entry) == ((linear & ~(<u64>0x1fffff)) | 1)) {
    const rights = load<u32>(entry, SECOND_RIGHTS);
    if (load<u32>(entry, SECOND_PCID) == current || (rights & RIGHT_GLOBAL) != 0) {
      setFound(load<u64>(entry, SECOND_PHYSICAL) + (page & 0x1fffff), rights);
      return true;
    }
  }
  return false;
}

/** Keeps a translation that the walker has found. `physical` is the 4 KiB page's address. */
export function insertSecond(linear: u64, physical: u64, rights: u32): void {
  let entry: usize;
  let tag: u64;
  if ((rights & RIGHT_LARGE) != 0) {
    entry = LARGE_TLB + ((<usize>(linear >> 21)) & (LARGE_ENTRIES - 1)) * SECOND_BYTES;
    tag = (linear & ~(<u64>0x1fffff)) | 1;
    const old = load<u64>(entry);
    // The fast tables hold parts of large pages only while this level holds the whole: INVLPG relies on it.
    if (old != 0 && old != tag) removeLargeFragments(old);
    physical -= linear & 0x1ff000;
  } else {
    entry = SECOND_TLB + ((<usize>(linear >> 12)) & (SMALL_ENTRIES - 1)) * SECOND_BYTES;
    tag = (linear & ~(<u64>0xfff)) | 1;
  }
  if (load<u64>(entry) == 0) noteSecond(entry);
  store<u64>(entry, tag);
  store<u64>(entry, physical, SECOND_PHYSICAL);
  store<u32>(entry, pcid(), SECOND_PCID);
  store<u32>(entry, rights, SECOND_RIGHTS);
}

function removeLargeFragments(tag: u64): void {
  const region = tag >> 21;
  // Its pages have so many neighbouring places.
  const first = ((<usize>(region << 21)) >> INDEX_SHIFT) & INDEX_MASK;
  for (let table: usize = 0; table < BANKS * 3; table++) {
    const base = FAST_TLB + table * TABLE_BYTES;
    for (let offset = first; offset < first + FRAGMENTS * ENTRY_BYTES; offset += ENTRY_BYTES) {
      if (load<u64>(base + offset) >> 21 == region) clearEntry(base, offset);
    }
  }
}

/** Removes every translation. */
export function flushAll(): void {
  flushFast(false);
  flushSecond(KEEP_NOTHING, 0);
}

/** Removes the translations that are not global, of all PCIDs. */
export function flushNonGlobal(): void {
  flushFast(true);
  flushSecond(KEEP_GLOBAL, 0);
}

/** Removes the translations of one PCID that are not global. */
export function flushPcid(id: u32): void {
  flushFast(true);
  flushSecond(KEEP_OTHERS, id);
}

const KEEP_NOTHING: u32 = 0;
const KEEP_GLOBAL: u32 = 1;
const KEEP_OTHERS: u32 = 2;

/** Empties entries of the second level, except global ones (KEEP_GLOBAL) and also those of other PCIDs than `id` (KEEP_OTHERS). */
function flushSecond(what: u32, id: u32): void {
  if (secondFilled > SECOND_LIST_LIMIT) {
    secondFilled = 0;
    const end = LARGE_TLB + LARGE_ENTRIES * SECOND_BYTES;
    for (let entry = SECOND_TLB; entry < end; entry += SECOND_BYTES) flushEntry(entry, what, id);
    return;
  }
  const count = secondFilled;
  secondFilled = 0;
  for (let i: u32 = 0; i < count; i++) flushEntry(<usize>load<u32>(SECOND_LIST + ((<usize>i) << 2)), what, id);
}

/** Empties an entry, or notes in the list that it stays. */
function flushEntry(entry: usize, what: u32, id: u32): void {
  if (load<u64>(entry) == 0) return;
  const isKept =
    what != KEEP_NOTHING &&
    ((load<u32>(entry, SECOND_RIGHTS) & RIGHT_GLOBAL) != 0 ||
      (what == KEEP_OTHERS && load<u32>(entry, SECOND_PCID) != id));
  if (isKept) noteSecond(entry);
  else store<u64>(entry, 0);
}

function flushFast(keepGlobal: bool): void {
  nextGeneration();
  const count = fastFilled;
  fastFilled = 0;
  if (count > FAST_LIST_LIMIT) {
    const end = FAST_TLB + BANKS * BANK_BYTES;
    for (let entry = FAST_TLB; entry < end; entry += ENTRY_BYTES) flushFastEntry(entry, keepGlobal);
  } else {
    for (let i: u32 = 0; i < count; i++) flushFastEntry(<usize>load<u32>(FAST_LIST + ((<usize>i) << 2)), keepGlobal);
  }
}

function flushFastEntry(entry: usize, keepGlobal: bool): void {
  const offset = entry & (TABLE_BYTES - 1);
  if (keepGlobal && (load<u32>(entry, ENTRY_FLAGS) & FLAG_GLOBAL) != 0) {
    if (load<u64>(entry) != emptyTag(offset)) noteFast(entry);
  } else clearEntry(entry - offset, offset);
}

/** Empties the fast tables; the second level keeps what it has. */
export function forgetFast(): void {
  flushFast(false);
}

/** INVLPG: removes the translation of one linear address, whatever its page size, in the current PCID and global ones. */
export function invalidatePage(linear: u64): void {
  nextGeneration();
  const offset = ((<usize>linear) >> INDEX_SHIFT) & INDEX_MASK;
  for (let table: usize = 0; table < BANKS * 3; table++) {
    const base = FAST_TLB + table * TABLE_BYTES;
    if ((load<u64>(base + offset) ^ linear) < PAGE_BYTES) clearEntry(base, offset);
  }
  const small = SECOND_TLB + ((<usize>(linear >> 12)) & (SMALL_ENTRIES - 1)) * SECOND_BYTES;
  if (load<u64>(small) == ((linear & ~(<u64>0xfff)) | 1)) store<u64>(small, 0);
  invalidateLarge(linear);
}

function invalidateLarge(linear: u64): void {
  const entry = LARGE_TLB + ((<usize>(linear >> 21)) & (LARGE_ENTRIES - 1)) * SECOND_BYTES;
  const tag = (linear & ~(<u64>0x1fffff)) | 1;
  if (load<u64>(entry) != tag) return;
  store<u64>(entry, 0);
  removeLargeFragments(tag);
}

/** No fast entry may allow writes to the frame at `host` any more: it now holds decoded code. */
export function protectFrame(host: u32): void {
  const frame = frameAt(host);
  const place = <u32>load<u16>(frame, WRITE_PLACE);
  store<u16>(frame, <u16>PLACE_NONE, WRITE_PLACE);
  if (place == PLACE_UNKNOWN) {
    for (let bank: usize = 0; bank < BANKS; bank++) {
      const base = FAST_TLB + bank * BANK_BYTES + TABLE_BYTES;
      for (let offset: usize = 0; offset < TABLE_BYTES; offset += ENTRY_BYTES) forbid(base + offset, host);
    }
  } else if (place != PLACE_NONE) forbid(entryAt(place), host);
}

@inline
function forbid(entry: usize, host: u32): void {
  if (hostOf(entry) != host) return;
  const offset = entry & (TABLE_BYTES - 1);
  clearEntry(entry - offset, offset);
}

/** MOV to CR3 (SDM Vol. 3A 4.10.4.1). `value` is checked by the caller; bit 63 keeps the PCID's translations. */
export function loadCr3(r: usize, value: u64): void {
  const keeps = (cpu.cr4 & CR4_PCIDE) != 0 && value >> 63 != 0;
  const next = value & ~((<u64>1) << 63);
  if ((cpu.cr0 & CR0_PG) != 0 && (cpu.cr4 & CR4_PAE) != 0 && !isLongMode()) loadPdptes(r, next);
  cpu.cr3 = next;
  if (keeps) flushFast(true);
  else if ((cpu.cr4 & CR4_PCIDE) != 0) flushPcid(pcid());
  else if ((cpu.cr4 & CR4_PGE) != 0) flushNonGlobal();
  else flushAll();
}
