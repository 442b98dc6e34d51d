// Reads and changes the mapping of pages, through the recursive entry of the level-4 table: so the tables that it works
// on are the ones in P4[511], be they active or not.
//
//     map            page -> a new frame                       translate     address -> physical address
//     mapTo          page -> this frame                        updateFlags   same frame, other rights
//     mapHuge        2 MiB at once                             unmap         page -> nothing
//     identityMap    the page with the frame's own number      release       unmap, flush, give the frame back
//                                                              cleanUp       give empty tables back
//
// All changes return a `MapperFlush`, which must be spent.
import { Entry, Page, PhysicalAddress, VirtualAddress } from '../addresses';
import { Frame, PAGE_SIZE } from '../frame';
import { FrameAllocator } from '../frame-allocator';
import { GIANT_PAGE_PAGES, HUGE_PAGE_PAGES, p1Index, p2Index, p3Index, p4Index, pageContaining, pageOf } from '../page';
import { ADDRESS_MASK, EntryFlag, entryOf, isHuge, isUnused, pointedFrame } from './entry';
import { MapperFlush } from './mapper-flush';
import { Level1Table, Level2Table, Level3Table, P4, Table } from './table';

/** What `translate` answers for an address that is not mapped: no physical address looks like that. */
export const NOT_MAPPED: PhysicalAddress = <PhysicalAddress>u64.MAX_VALUE;

/** The operations on the tables in P4[511]. It has no state: there is one, `MAPPER`. */
@unmanaged
export class Mapper {
  /** The physical address behind a virtual one, or `NOT_MAPPED`. */
  translate(address: VirtualAddress): PhysicalAddress {
    const frame = this.translatePage(pageContaining(address));
    if (frame === null) return NOT_MAPPED;
    return <PhysicalAddress>(frame.startAddress + (address % PAGE_SIZE));
  }

  /** The frame behind a page, also inside a huge page; null if it isn't mapped. */
  translatePage(page: Page): Frame | null {
    const p3 = P4.nextTable(p4Index(page));
    if (p3 === null) return null;
    const p3Entry = p3.entry(p3Index(page));
    if (isHuge(p3Entry)) return hugeFrame(p3Entry, page, GIANT_PAGE_PAGES);
    const p2 = p3.nextTable(p3Index(page));
    if (p2 === null) return null;
    const p2Entry = p2.entry(p2Index(page));
    if (isHuge(p2Entry)) return hugeFrame(p2Entry, page, HUGE_PAGE_PAGES);
    const p1 = p2.nextTable(p2Index(page));
    return p1 === null ? null : pointedFrame(p1.entry(p1Index(page)));
  }

  /** Maps a page to a frame. @throws if it is mapped, lies in a huge page, or no frame is left for a table */
  mapTo<A extends FrameAllocator>(page: Page, frame: Frame, flags: u64, allocator: A): MapperFlush {
    const p3 = P4.nextTableCreate<A>(p4Index(page), allocator);
    const p2 = p3.nextTableCreate<A>(p3Index(page), allocator);
    const p1 = p2.nextTableCreate<A>(p2Index(page), allocator);
    assert(isUnused(p1.entry(p1Index(page))), 'this page is mapped already');
    p1.setEntry(p1Index(page), entryOf(frame, flags | EntryFlag.PRESENT));
    return MapperFlush.of(page, null);
  }

  /** Maps a page to a frame of the allocator's choice. @throws `out of memory`, and as `mapTo` */
  map<A extends FrameAllocator>(page: Page, flags: u64, allocator: A): MapperFlush {
    const frame = allocator.allocateFrame();
    if (frame === null) throw new Error('out of memory');
    return this.mapTo<A>(page, frame, flags, allocator);
  }

  /** Maps a frame to the page at the same address. */
  identityMap<A extends FrameAllocator>(frame: Frame, flags: u64, allocator: A): MapperFlush {
    return this.mapTo<A>(pageOf(frame.number), frame, flags, allocator);
  }

  /** Maps 512 pages to 512 frames by one level-2 entry. @throws if one of the numbers isn't a multiple of 512 */
  mapHuge<A extends FrameAllocator>(page: Page, frame: Frame, flags: u64, allocator: A): MapperFlush {
    assert(page % HUGE_PAGE_PAGES === 0 && frame.number % HUGE_PAGE_PAGES === 0, 'a huge page begins at 2 MiB');
    const p3 = P4.nextTableCreate<A>(p4Index(page), allocator);
    const p2 = p3.nextTableCreate<A>(p3Index(page), allocator);
    assert(isUnused(p2.entry(p2Index(page))), 'this page is mapped already');
    p2.setEntry(p2Index(page), entryOf(frame, flags | EntryFlag.PRESENT | EntryFlag.HUGE));
    return MapperFlush.of(page, null);
  }

  /** Gives a page other flags. @throws if it isn't mapped, or lies in a huge page */
  updateFlags(page: Page, flags: u64): MapperFlush {
    const p1 = this.level1Of(page);
    const frame = pointedFrame(p1.entry(p1Index(page)));
    if (frame === null) throw new Error('this page is not mapped');
    p1.setEntry(p1Index(page), entryOf(frame, flags | EntryFlag.PRESENT));
    return MapperFlush.of(page, frame);
  }

  /**
   * Removes the mapping of a page. The frame is still the caller's: `flush()` and `ignore()` return it.
   * @throws if it isn't mapped, or lies in a huge page
   */
  unmap(page: Page): MapperFlush {
    const p1 = this.level1Of(page);
    const frame = pointedFrame(p1.entry(p1Index(page)));
    if (frame === null) throw new Error('this page is not mapped');
    p1.setEntry(p1Index(page), <Entry>0);
    return MapperFlush.of(page, frame);
  }

  /** Removes the mapping of a huge page. @throws if it isn't one */
  unmapHuge(page: Page): MapperFlush {
    const p3 = P4.nextTable(p4Index(page));
    const p2 = p3 === null ? null : p3.nextTable(p3Index(page));
    if (p2 === null || !isHuge(p2.entry(p2Index(page)))) throw new Error('this is not a huge page');
    const frame = pointedFrame(p2.entry(p2Index(page)));
    p2.setEntry(p2Index(page), <Entry>0);
    return MapperFlush.of(page, frame);
  }

  /** Removes the mapping of a page, and gives its frame back once no translation leads to it any more. */
  release<A extends FrameAllocator>(page: Page, allocator: A): void {
    const frame = this.unmap(page).flush();
    if (frame !== null) allocator.deallocateFrame(frame);
  }

  /** Gives the tables on the way to a page back, as far as they are empty. */
  cleanUp<A extends FrameAllocator>(page: Page, allocator: A): void {
    const p3 = P4.nextTable(p4Index(page));
    if (p3 === null) return;
    const p2 = p3.nextTable(p3Index(page));
    if (p2 !== null) {
      const p1 = p2.nextTable(p2Index(page));
      if (p1 !== null && p1.isEmpty) freeTable<A>(p2, p2Index(page), p1, allocator);
      if (p2.isEmpty) freeTable<A>(p3, p3Index(page), p2, allocator);
    }
    if (p3.isEmpty) freeTable<A>(P4, p4Index(page), p3, allocator);
  }

  /** The level-1 table with the entry of a page. @throws if there is none */
  private level1Of(page: Page): Level1Table {
    const p3 = P4.nextTable(p4Index(page));
    if (p3 === null) throw new Error('this page is not mapped');
    const p2 = nextLevel2(p3, page);
    const p1 = p2.nextTable(p2Index(page));
    if (p1 !== null) return p1;
    if (isHuge(p2.entry(p2Index(page)))) throw new Error('mapping code does not support huge pages');
    throw new Error('this page is not mapped');
  }
}

/** The one mapper. */
export const MAPPER = changetype<Mapper>(memory.data(8));

function nextLevel2(p3: Level3Table, page: Page): Level2Table {
  const p2 = p3.nextTable(p3Index(page));
  if (p2 !== null) return p2;
  if (isHuge(p3.entry(p3Index(page)))) throw new Error('mapping code does not support huge pages');
  throw new Error('this page is not mapped');
}

/** The frame of a page inside a huge page. */
function hugeFrame(entry: Entry, page: Page, pages: u64): Frame {
  const first = (entry & ADDRESS_MASK) / PAGE_SIZE;
  assert(first % pages === 0, 'a huge page must be aligned to its size');
  return Frame.of(first + (page % pages));
}

/** Removes an empty table from the entry that points to it. */
function freeTable<A extends FrameAllocator>(parent: Table, index: u32, table: Table, allocator: A): void {
  const frame = pointedFrame(parent.entry(index));
  parent.setEntry(index, <Entry>0);
  // The table itself was a page, at its recursive address. INVLPG also forgets the remembered upper levels.
  MapperFlush.of(pageContaining(table.address), frame).flush();
  if (frame !== null) allocator.deallocateFrame(frame);
}
