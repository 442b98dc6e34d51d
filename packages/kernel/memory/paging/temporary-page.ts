// A page that is mapped to whatever frame has to be seen for a moment: a level-4 table that is not active has no virtual
// address of its own. Mapping the page may take up to three new tables, and these come from the pocket, because the
// kernel's allocator may be in use at that moment.
import { Entry, Page } from '../addresses';
import { load64, store64 } from '../../library/x86';
import { Frame, PAGE_SIZE } from '../frame';
import { FrameAllocator } from '../frame-allocator';
import { pageStart } from '../page';
import { EntryFlag } from './entry';
import { MAPPER } from './mapper';

/** Three frames in a pocket: enough for the tables of one page. */
@unmanaged
export class TinyAllocator {
  private frame0: Frame | null;
  private frame1: Frame | null;
  private frame2: Frame | null;

  /** Takes three frames from another allocator. @throws if it has no more */
  fill<A extends FrameAllocator>(allocator: A): void {
    this.frame0 = allocator.allocateFrame();
    this.frame1 = allocator.allocateFrame();
    this.frame2 = allocator.allocateFrame();
    assert(this.frame2 !== null, 'no frames available');
  }

  /** The first frame still in the pocket. */
  allocateFrame(): Frame | null {
    let frame = this.frame0;
    if (frame !== null) {
      this.frame0 = null;
      return frame;
    }
    frame = this.frame1;
    if (frame !== null) {
      this.frame1 = null;
      return frame;
    }
    frame = this.frame2;
    this.frame2 = null;
    return frame;
  }

  /** Puts a frame into an empty place. @throws if there is none */
  deallocateFrame(frame: Frame): void {
    if (this.frame0 === null) this.frame0 = frame;
    else if (this.frame1 === null) this.frame1 = frame;
    else if (this.frame2 === null) this.frame2 = frame;
    else throw new Error('the tiny allocator holds three frames');
  }
}

/** The page, its flags, and the pocket. */
@unmanaged
export class TemporaryPage {
  private page: Page;
  private flags: u64;
  /** Where its tables come from. */
  allocator: TinyAllocator;

  /** Chooses the page and fills the pocket. */
  initialize<A extends FrameAllocator>(page: Page, flags: u64, allocator: A): void {
    this.page = page;
    this.flags = flags | EntryFlag.WRITABLE;
    this.allocator = TINY_ALLOCATOR;
    this.allocator.fill<A>(allocator);
  }

  /** Maps the page to a frame. @throws if it is mapped */
  map(frame: Frame): void {
    assert(MAPPER.translatePage(this.page) === null, 'temporary page is already mapped');
    MAPPER.mapTo<TinyAllocator>(this.page, frame, this.flags, this.allocator).ignore(); // nothing was there before
  }

  /** Removes the mapping. The frame stays whose it was. */
  unmap(): void {
    MAPPER.unmap(this.page).flush();
  }

  /** Gives the page's tables back to the pocket. */
  cleanUp(): void {
    MAPPER.cleanUp<TinyAllocator>(this.page, this.allocator);
  }

  /** The frame's content as a page table: an entry. */
  entry(index: u32): Entry {
    return <Entry>load64(pageStart(this.page) + index * 8);
  }

  /** The frame's content as a page table: replaces an entry. */
  setEntry(index: u32, entry: Entry): void {
    store64(pageStart(this.page) + index * 8, entry);
  }

  /** Fills the frame with zeros. */
  zero(): void {
    for (let at: u64 = pageStart(this.page), end = at + PAGE_SIZE; at !== end; at += 8) store64(at, 0);
  }
}

const TINY_ALLOCATOR = changetype<TinyAllocator>(memory.data(offsetof<TinyAllocator>()));
