// The memory of the kernel, in one place: what has to happen in which order, and what the rest of the kernel may ask for.
//
//     MemoryController.initialize(false);      // frames, page tables with the right rights, heap, room for stacks
//     const top = MemoryController.allocateStack(1);
//
// Where things are afterwards. Up to 1 GiB an address that is mapped at all means itself; the rest of physical memory is
// seen only where the heap, a stack or a program has a page of it.
//
//     0x00000000             +---------------------------+
//                            | not mapped: null is here, and the BIOS's data
//     0x000b8000             +---------------------------+
//                            | VGA text screen                             writable
//     0x00100000             +---------------------------+  image_start, boot_start
//                            | .boot     Multiboot headers, 32-bit code    executable
//                            +---------------------------+  wasm_data_start
//                            | .data.as  texts, memory.data()              writable
//                            +---------------------------+  text_start
//                            | .text     compiled TypeScript               executable
//                            +---------------------------+  rodata_start
//                            | .rodata   function table, symbols           neither
//                            +---------------------------+  data_start
//                            | .data     global variables                  writable
//                            +---------------------------+  bss_start
//                            | p4_table  of the boot code: now the guard page, not mapped
//                            | p3_table, p2_table, stack, down from stack_top, writable
//                            +---------------------------+  image_end
//                            | bitmap of frames (writable), loader's record and modules (neither)
//     0x40000000             +---------------------------+
//                            | heap                                        writable
//     0x50000000             +---------------------------+
//                            | stacks, each with a guard page below        writable
//                            +---------------------------+
//                            | ...
//     0xffffff80_00000000    +---------------------------+
//                            | the page tables, through the last entry of the level-4 table
//                            +---------------------------+
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
