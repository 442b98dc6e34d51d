// Page table entries: a number with a frame's address in the middle and flags around it (SDM Vol. 3A, tables 4-15 to
// 4-20).
//
//      63  62       52 51                                12 11     9  8 7 6 5 4   3   2  1  0
//     +---+-----------+------------------------------------+--------+--+-+-+-+---+---+--+--+--+
//     |NX | for us    |  physical address of the frame      | for us |G |H|D|A|PCD|PWT|U |W |P |
//     +---+-----------+------------------------------------+--------+--+-+-+-+---+---+--+--+--+
import { Entry, PhysicalAddress } from '../addresses';
import { Frame } from '../frame';

/** Flags of an entry; they may be or-ed. */
export namespace EntryFlag {
  /** The entry is used by the processor. */
  export const PRESENT: u64 = 1 << 0;
  /** Writes are allowed. */
  export const WRITABLE: u64 = 1 << 1;
  /** Code of privilege level 3 may access it. */
  export const USER_ACCESSIBLE: u64 = 1 << 2;
  /** Writes go to memory at once. @public */
  export const WRITE_THROUGH: u64 = 1 << 3;
  /** Never cached: for devices. @public */
  export const NO_CACHE: u64 = 1 << 4;
  /** Set by the processor when it uses the entry. @public */
  export const ACCESSED: u64 = 1 << 5;
  /** Set by the processor when it writes to the page. @public */
  export const DIRTY: u64 = 1 << 6;
  /** In a level-2 entry: maps 2 MiB by itself; in a level-3 entry: 1 GiB. */
  export const HUGE: u64 = 1 << 7;
  /** Survives a change of the tables, if CR4.PGE is set. @public */
  export const GLOBAL: u64 = 1 << 8;
  /** Code in it is not executed; needs EFER.NXE. */
  export const NO_EXECUTE: u64 = 1 << 63;
}

/** The bits of an entry that hold a physical address. */
export const ADDRESS_MASK: u64 = 0x000f_ffff_ffff_f000;

/** An entry that points to a frame. */
export function entryOf(frame: Frame, flags: u64): Entry {
  return entryAt(frame.startAddress, flags);
}

/** An entry that points to an address. @throws if the address doesn't fit */
export function entryAt(address: PhysicalAddress, flags: u64): Entry {
  assert((address & ~ADDRESS_MASK) === 0, 'this address does not fit into a page table entry');
  return <Entry>(address | flags);
}

/** Whether an entry is unused: all zero. */
export function isUnused(entry: Entry): bool {
  return entry === 0;
}

/** The frame that an entry points to, or null if it isn't present. */
export function pointedFrame(entry: Entry): Frame | null {
  return (entry & EntryFlag.PRESENT) === 0 ? null : Frame.containing(<PhysicalAddress>(entry & ADDRESS_MASK));
}

/** Whether an entry maps memory by itself instead of pointing to a table. */
export function isHuge(entry: Entry): bool {
  return (entry & (EntryFlag.PRESENT | EntryFlag.HUGE)) === (EntryFlag.PRESENT | EntryFlag.HUGE);
}
