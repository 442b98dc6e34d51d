// Stacks for the interrupt stack table and for whoever needs one of his own: mapped pages with a page below them that is
// never mapped, so that an overflow is a page fault.
//
//     ... | guard | page | page | guard | page | guard | ...
//                 ^bottom       ^top
import { PAGE_SIZE } from './frame';
import { KernelFrameAllocator, FRAMES } from './kernel-frames';
import { pageContaining, virtualAddress } from './page';
import { EntryFlag } from './paging/entry';
import { MAPPER } from './paging/mapper';
import { dataFlags } from './remap-kernel';

/** Hands out stacks from a range of addresses, from low to high. */
@unmanaged
export class StackAllocator {
  private next: u64;
  private end: u64;

  /** Manages the addresses from `start` up to `end`, both multiples of 4096. */
  initialize(start: u64, end: u64): void {
    this.next = start;
    this.end = end;
  }

  /** Maps a stack of so many pages. Returns its top, which is where the stack pointer begins, or 0 if there is no room. */
  allocateStack(pages: u64): u64 {
    const bottom = this.next + PAGE_SIZE;
    const top = bottom + pages * PAGE_SIZE;
    if (pages === 0 || top > this.end) return 0;
    for (let address = bottom; address < top; address += PAGE_SIZE) {
      const page = pageContaining(virtualAddress(address));
      MAPPER.map<KernelFrameAllocator>(page, EntryFlag.WRITABLE | dataFlags(), FRAMES).ignore(); // nothing was there
    }
    this.next = top;
    return top;
  }

  /** First address of the range that no stack has taken yet. */
  get nextAddress(): u64 {
    return this.next;
  }
}
