// What the translator notes about a block: three words beside its records. A header without translation counts how often it was
// entered; the header of a block where a region can be entered has the region and the number of its entry.
//
// Each entry is counted in the header itself, which the processor's cache holds anyway; after a few of them they are added to the heat.
//
//   +0 heat, or the region u32;  +4 entry number u8;  +5 how often a region with it did not pay u8
//   +6 node mark u16;  +8 regions that contain the block u16;  +10 number of its first pair of jumps (profile.ts) u16, 0 = none

import { BLOCK_ARENA, BLOCK_NOTES } from '../layout';
import { BLOCK_ENTRIES } from '../record';

/** So many entries are added to the heat at once, a power of two, minus 1. */
let stepMask: u32 = 0;

export function setHeatStep(step: u32): void {
  stepMask = step - 1;
}

@inline
function notesOf(header: usize): usize {
  return BLOCK_NOTES + ((header - BLOCK_ARENA) >> 3);
}

/** A new block has been decoded. */
export function clearNotes(header: usize): void {
  store<u16>(header, 0, BLOCK_ENTRIES);
  store<u64>(notesOf(header), 0);
  store<u32>(notesOf(header), 0, 8);
}

/** Counts one more entry. Returns whether that completes a step of the heat. */
@inline
export function countEntry(header: usize): bool {
  const entries = <u32>load<u16>(header, BLOCK_ENTRIES) + 1;
  store<u16>(header, <u16>entries, BLOCK_ENTRIES);
  return (entries & stepMask) == 0;
}

/** Adds a step to the heat and returns it. */
export function heat(header: usize): u32 {
  const count = load<u32>(notesOf(header)) + stepMask + 1;
  store<u32>(notesOf(header), count);
  return count;
}

/** Entries counted so far. */
export function heatOf(header: usize): u32 {
  return load<u32>(notesOf(header)) + ((<u32>load<u16>(header, BLOCK_ENTRIES)) & stepMask);
}

export function coolDown(header: usize): void {
  store<u16>(header, 0, BLOCK_ENTRIES);
  store<u32>(notesOf(header), 0);
}

@inline
export function regionOf(header: usize): usize {
  return <usize>load<u32>(notesOf(header));
}

@inline
export function entryOf(header: usize): u32 {
  return load<u8>(notesOf(header), 4);
}

export function setEntry(header: usize, region: usize, entry: u32): void {
  store<u32>(notesOf(header), <u32>region);
  store<u8>(notesOf(header), <u8>entry, 4);
}

/** How often a region that contained the block did not pay. */
@inline
export function failuresOf(header: usize): u32 {
  return load<u8>(notesOf(header), 5);
}

export function setFailures(header: usize, count: u32): void {
  store<u8>(notesOf(header), <u8>count, 5);
}

/** Node that stands for the block in the region being formed, if that node still names it. */
export function nodeMark(header: usize): u32 {
  return load<u16>(notesOf(header), 6);
}

export function setNodeMark(header: usize, node: u32): void {
  store<u16>(notesOf(header), <u16>node, 6);
}

export function inclusionsOf(header: usize): u32 {
  return load<u16>(notesOf(header), 8);
}

export function include(header: usize): void {
  store<u16>(notesOf(header), <u16>(inclusionsOf(header) + 1), 8);
}

export function exclude(header: usize): void {
  store<u16>(notesOf(header), <u16>(inclusionsOf(header) - 1), 8);
}

export function firstJump(header: usize): u32 {
  return load<u16>(notesOf(header), 10);
}

export function setFirstJump(header: usize, pair: u32): void {
  store<u16>(notesOf(header), <u16>pair, 10);
}
