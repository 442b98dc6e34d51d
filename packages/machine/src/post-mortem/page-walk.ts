/** A page walk in words: every level with its entry and what its bits mean. SDM Vol. 3A 4.2-4.6. */

import type { Walk, WalkLevel } from '@longmode/cpu-wasm';
import { PTE, pagingModes } from '@longmode/x86';
import type { WalkLine } from './types.ts';

/** Flags in the order in which an entry is usually written, with what to call the absence of those that forbid. */
const FLAGS = [
  [PTE.RW, 'writable', 'read-only'],
  [PTE.US, 'user', 'supervisor'],
  [PTE.PWT, 'write-through', ''],
  [PTE.PCD, 'uncached', ''],
  [PTE.A, 'accessed', ''],
  [PTE.D, 'dirty', ''],
  [PTE.G, 'global', ''],
  [PTE.XD, 'no-execute', ''],
] as const;

/** The mode of a walk follows from its root, and from the width of its entries. */
function pagingModeOf(walk: Walk) {
  const [root] = walk.levels;
  if (root?.name === 'PML4E') return pagingModes['4-level'];
  return root?.name === 'PDPTE' ? pagingModes.PAE : pagingModes['32-bit'];
}

/** Decodes all levels of a walk; empty while paging is off. */
export function describeWalk(walk: Walk): WalkLine[] {
  const { levels } = pagingModeOf(walk);
  return walk.levels.map((level) => {
    const shift = levels.find((known) => known.entry === level.name)?.shift ?? 0;
    const { name, index, entry, address: entryPhysicalAddress } = level;
    return { name, index, entryPhysicalAddress, entry, text: describeEntry(level, walk.linearAddress, BigInt(shift)) };
  });
}

function describeEntry({ entry, name }: WalkLevel, linearAddress: bigint, shift: bigint): string {
  if (!(entry & BigInt(PTE.P))) {
    const first = (linearAddress >> shift) << shift;
    const last = first + (1n << shift) - 1n;
    return `not present: nothing maps 0x${first.toString(16)}..0x${last.toString(16)}`;
  }
  const words: string[] = FLAGS.map(([bit, set, clear]) => (entry & BigInt(bit) ? set : clear)).filter(
    (word) => word !== '',
  );
  if (name !== 'PTE' && entry & BigInt(PTE.PS)) words.unshift(`maps a page of ${pageSize(shift)}`);
  return words.join(', ');
}

function pageSize(shift: bigint): string {
  return shift >= 30n ? `${1n << (shift - 30n)} GiB` : `${1n << (shift - 20n)} MiB`;
}
