// The processor's way from a linear address to its page, step by step, for whoever wants to show it: fault messages and
// the shell. It reads the active tables through the recursive entry 511 of the level-4 table, and changes nothing.
//
//      63    48 47   39 38   30 29   21 20   12 11       0
//     +--------+-------+-------+-------+-------+----------+
//     |  sign  | P4    | P3    | P2    | P1    |  offset  |    SDM Vol. 3A 4.5, figure 4-8
//     +--------+-------+-------+-------+-------+----------+
//
//     Followed once, entry 511 makes the last table look like a page; followed n times, the table n levels up. So the
//     level-1 tables of all pages lie side by side from 0xffffff80_00000000 on, one entry of 8 bytes per page; the
//     level-2 entries from 0xffffffff_c0000000 on; and so forth.
import { load64 } from '../../library/x86';

const LINEAR_ADDRESS_MASK: u64 = 0x0000_ffff_ffff_ffff;
const HUGE: u64 = 1 << 7;
const PRESENT: u64 = 1 << 0;

/** The highest level of page tables. */
export const TOP_LEVEL: u32 = 4;

/** Where the walk stopped: at a page, or at an entry that leads nowhere. */
@unmanaged
export class PageWalk {
  /** The level of the last entry, 4 to 1. */
  level: u32;
  /** The last entry: that of the page, or one that isn't present. */
  entry: u64;

  /** Whether the entry, if it is present, is that of a page and not of a further table. */
  get isPage(): bool {
    return this.level === 1 || (this.level < TOP_LEVEL && (this.entry & HUGE) !== 0);
  }

  /** Whether the walk reached a page. */
  get isMapped(): bool {
    return (this.entry & PRESENT) !== 0;
  }
}

const RESULT = changetype<PageWalk>(memory.data(offsetof<PageWalk>(), 8));

/** Follows the tables from level 4 down. The result is overwritten by the next walk. */
export function walkPageTables(address: u64): PageWalk {
  RESULT.level = TOP_LEVEL;
  RESULT.entry = readEntry(TOP_LEVEL, address);
  while (RESULT.isMapped && !RESULT.isPage) {
    RESULT.level--;
    RESULT.entry = readEntry(RESULT.level, address);
  }
  return RESULT;
}

/** Index of an address in the table of a level: 9 bits. */
export function tableIndex(level: u32, address: u64): u64 {
  return (address >> (3 + 9 * level)) & 511;
}

/** The entry of a level on the way to an address. All entries above it must be present. */
export function readEntry(level: u32, address: u64): u64 {
  // The upper bits are ones: 511 for each time that the recursive entry is followed. The rest are indices.
  const tables = ~(LINEAR_ADDRESS_MASK >> (9 * level));
  return load64(tables + ((address & LINEAR_ADDRESS_MASK) >> (3 + 9 * level)) * 8);
}
