/** The guest's page tables as numbers, read from its physical memory entry by entry (SDM Vol. 3A, 4.5). */
import type { Machine } from 'longmode';

/** Bits of an entry. */
export const PRESENT = 1n;
export const WRITABLE = 2n;
export const HUGE = 0x80n;
export const NO_EXECUTE = 1n << 63n;
/** The processor sets these as it uses an entry: left out of every comparison. */
const ACCESSED_DIRTY = 0x60n;
const ADDRESS = 0x000f_ffff_ffff_f000n;

/** The used entries of the table at a physical address: index -> entry without accessed and dirty. */
export function tableAt(machine: Machine, address: bigint | number): Map<number, bigint> {
  const bytes = new DataView(machine.memory.physical.read(address, 4096).slice().buffer);
  const entries = Array.from({ length: 512 }, (_, index) => bytes.getBigUint64(index * 8, true) & ~ACCESSED_DIRTY);
  return new Map(entries.map((entry, index) => [index, entry] as const).filter(([, entry]) => entry !== 0n));
}

/** Where the table that an entry points to is. */
export const addressIn = (entry: bigint | undefined): bigint => (entry ?? 0n) & ADDRESS;

/** The level-1 table that covers a virtual address, of the tables whose level-4 table is at `p4`. */
export function level1(machine: Machine, p4: bigint, address: bigint): Map<number, bigint> {
  let table = p4;
  for (const shift of [39n, 30n, 21n]) {
    const entry = tableAt(machine, table).get(Number((address >> shift) & 511n));
    if (entry === undefined) return new Map();
    table = addressIn(entry);
  }
  return tableAt(machine, table);
}

/** All 4 KiB pages that the tables map, without those of the recursive entry: page number -> entry. */
export function mappedPages(machine: Machine, p4: bigint): Map<bigint, bigint> {
  const pages = new Map<bigint, bigint>();
  for (const [i4, e4] of tableAt(machine, p4)) {
    if (i4 === 511) continue;
    for (const [i3, e3] of tableAt(machine, addressIn(e4)))
      for (const [i2, e2] of tableAt(machine, addressIn(e3))) {
        if ((e2 & HUGE) !== 0n) continue;
        for (const [i1, e1] of tableAt(machine, addressIn(e2)))
          pages.set((BigInt(i4) << 27n) | (BigInt(i3) << 18n) | BigInt((i2 << 9) | i1), e1);
      }
  }
  return pages;
}
