// The memory of the kernel, in one place: what has to happen in which order, and what the rest of the kernel may ask for.
//
//     MemoryController.initialize(false);      // frames, page tables with the right rights, heap, room for stacks
//     const top = MemoryController.allocateStack(1);
import { BitmapFrameAllocator } from './bitmap-frame-allocator';
import { HEAP_LIMIT, HEAP_SIZE, HEAP_START, KernelHeap } from './heap/kernel-heap';
import { BITMAP_FRAMES, FRAMES } from './kernel-frames';
import { isFaithful } from './mode';
import { PAGE_SIZE } from './frame';
import { enableNoExecute, enableWriteProtect, remapTheKernel, stackGuardPage } from './remap-kernel';
import { StackAllocator } from './stack-allocator';

/** Pages for stacks and their guard pages; the book means 100 and gets 101. */
const STACK_PAGES: u64 = 101;

const STACKS = changetype<StackAllocator>(memory.data(offsetof<StackAllocator>(), 8));

/** Frames, page tables, heap and stacks together. */
export namespace MemoryController {
  let isInitialized: bool = false;

  /**
   * Takes the memory over from loader and boot code.
   * @param talks whether to print each step, as the book does
   * @throws on the second call; if the loader's record lacks something; if there is too little memory
   */
  export function initialize(talks: bool): void {
    assert(!isInitialized, 'memory::init must be called only once');
    isInitialized = true;
    FRAMES.initialize();
    enableNoExecute();
    enableWriteProtect();
    remapTheKernel(talks);
    KernelHeap.initialize();
    const start = stackAreaStart();
    STACKS.initialize(start, start + STACK_PAGES * PAGE_SIZE);
  }

  /** Maps a stack with a guard page below it. Returns its top, or 0 if there is no room. */
  export function allocateStack(pages: u64): u64 {
    return STACKS.allocateStack(pages);
  }

  /** Lowest address of the stacks' area: a guard page. */
  export function stackAreaStart(): u64 {
    // The book's stacks begin behind the last page of the heap; a heap that grows needs that room.
    return isFaithful() ? <u64>HEAP_START + <u64>HEAP_SIZE : <u64>HEAP_LIMIT;
  }

  /** First address of the stacks' area that no stack has taken. */
  export function stackAreaEnd(): u64 {
    return STACKS.nextAddress;
  }

  /** Address of the guard page below the kernel's own stack; 0 if there is none. */
  export function guardPage(): u64 {
    return stackGuardPage();
  }

  /** The frames, with their account; not in use in the faithful mode. */
  export function frames(): BitmapFrameAllocator {
    return BITMAP_FRAMES;
  }
}
