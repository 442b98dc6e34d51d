// Page tables of the four levels, as memory. The last entry of the level-4 table points to the table itself. So the
// processor, walking its usual four steps, ends at a *table* instead of a page whenever an address begins with index
// 511: once through that entry and the last step lands on a level-1 table, four times and it lands on the level-4 table.
//
//     table       virtual address, in octal            what the four indices select
//     P4          0o177777_777_777_777_777_0000        P4, P4, P4, P4
//     P3 of x     0o177777_777_777_777_xxx_0000        P4, P4, P4, P3 of x
//     P2 of x,y   0o177777_777_777_xxx_yyy_0000        P4, P4, P3 of x, P2 of x, y
//     P1 of x,y,z 0o177777_777_xxx_yyy_zzz_0000        P4, P3 of x, P2 of x, y, P1 of x, y, z
//
// From a table's address the next one's follows: (table << 9) | (index << 12).
//
// A table *is* the low half of its page number, dressed as a reference: the upper 20 bits of these addresses are all
// ones, so 32 bits tell everything, and there is no heap yet for anything larger. A class for each level makes "the next
// table of a level-1 table" not a mistake to find, but one that cannot be written.
import { Entry, VirtualAddress } from '../addresses';
import { PAGE_SHIFT, PAGE_SIZE } from '../frame';
import { FrameAllocator } from '../frame-allocator';
import { load64, store64 } from '../../library/x86';
import { EntryFlag, entryOf, isHuge } from './entry';

const ENTRIES: u32 = 512;
/** Lowest number of a table: all indices 0 behind the first 511. */
const LOWEST_TABLE: u32 = 0xf800_0000;

/** What tables of all levels have: 512 entries. */
@unmanaged
export class Table {
  /** Virtual address of the table. */
  get address(): VirtualAddress {
    // Sign extension gives the upper ones back.
    return <VirtualAddress>((<u64>(<i64>(<i32>changetype<usize>(this)))) << PAGE_SHIFT);
  }

  /** The entry with an index. */
  entry(index: u32): Entry {
    return <Entry>load64(this.entryAddress(index));
  }

  /** Replaces an entry. */
  setEntry(index: u32, entry: Entry): void {
    store64(this.entryAddress(index), entry);
  }

  /** Marks all entries as unused. */
  zero(): void {
    for (let at: u64 = this.address, end = at + PAGE_SIZE; at !== end; at += 8) store64(at, 0);
  }

  /** Whether all entries are unused. */
  get isEmpty(): bool {
    for (let at: u64 = this.address, end = at + PAGE_SIZE; at !== end; at += 8) if (load64(at) !== 0) return false;
    return true;
  }

  private entryAddress(index: u32): u64 {
    assert(index < ENTRIES, 'a page table has 512 entries');
    return this.address + ((<u64>index) << 3);
  }
}

/** The number of the table that entry `index` of `table` points to: the address formula above, without its low 12 bits. */
function nextNumber(table: Table, index: u32): usize {
  assert(changetype<usize>(table) >= LOWEST_TABLE && index < ENTRIES);
  return (changetype<usize>(table) << 9) | index;
}

/** Whether entry `index` points to a table of the next level: it is present, and not a huge page. */
function hasNext(table: Table, index: u32): bool {
  const entry = table.entry(index);
  return (entry & EntryFlag.PRESENT) !== 0 && !isHuge(entry);
}

/** Makes sure that entry `index` points to a table; a new one is empty. */
function createNext<A extends FrameAllocator>(table: Table, index: u32, allocator: A): usize {
  const number = nextNumber(table, index);
  if (!hasNext(table, index)) {
    if (isHuge(table.entry(index))) throw new Error('mapping code does not support huge pages');
    const frame = allocator.allocateFrame();
    if (frame === null) throw new Error('no frames available');
    table.setEntry(index, entryOf(frame, EntryFlag.PRESENT | EntryFlag.WRITABLE));
    changetype<Table>(number).zero();
  }
  return number;
}

/** A level-1 table: its entries map pages. It has no next table. */
@unmanaged
export class Level1Table extends Table {
  /** Makes each level a type of its own for the type checker; no such field exists. */
  private readonly level1!: u8;
}

/** A level-2 table: its entries point to level-1 tables or map 2 MiB. */
@unmanaged
export class Level2Table extends Table {
  private readonly level2!: u8;

  /** The table that an entry points to, or null. */
  nextTable(index: u32): Level1Table | null {
    return hasNext(this, index) ? changetype<Level1Table>(nextNumber(this, index)) : null;
  }

  /** The table that an entry points to, created if there is none. @throws if a huge page is in the way */
  nextTableCreate<A extends FrameAllocator>(index: u32, allocator: A): Level1Table {
    return changetype<Level1Table>(createNext<A>(this, index, allocator));
  }
}

/** A level-3 table: its entries point to level-2 tables or map 1 GiB. */
@unmanaged
export class Level3Table extends Table {
  private readonly level3!: u8;

  /** The table that an entry points to, or null. */
  nextTable(index: u32): Level2Table | null {
    return hasNext(this, index) ? changetype<Level2Table>(nextNumber(this, index)) : null;
  }

  /** The table that an entry points to, created if there is none. @throws if a huge page is in the way */
  nextTableCreate<A extends FrameAllocator>(index: u32, allocator: A): Level2Table {
    return changetype<Level2Table>(createNext<A>(this, index, allocator));
  }
}

/** The level-4 table: its entries point to level-3 tables, the last one to itself. */
@unmanaged
export class Level4Table extends Table {
  private readonly level4!: u8;

  /** The table that an entry points to, or null. */
  nextTable(index: u32): Level3Table | null {
    return hasNext(this, index) ? changetype<Level3Table>(nextNumber(this, index)) : null;
  }

  /** The table that an entry points to, created if there is none. */
  nextTableCreate<A extends FrameAllocator>(index: u32, allocator: A): Level3Table {
    return changetype<Level3Table>(createNext<A>(this, index, allocator));
  }
}

/** The level-4 table that is reached through its own last entry: 0xffff_ffff_ffff_f000. */
// @ts-ignore: decorator
@inline
export const P4 = changetype<Level4Table>(<usize>0xffff_ffff);

/** Index of the entry of a level-4 table that points to the table itself. */
export const RECURSIVE_INDEX: u32 = 511;
