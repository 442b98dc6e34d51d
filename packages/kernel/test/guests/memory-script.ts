// Frames, page tables and heap under a script of operations: the same code as WebAssembly on the host, where each
// operation is a call of `execute`, and as an image in the machine, where the script is a Multiboot module and each
// result takes the place of its operation. What the results must be is known to the model (tests/boot/kernel).
//
// Everything lives in numbered slots, so that a script doesn't need to know the results to go on.
import { BootInformation } from '../../library/boot-information';
import { halt } from '../../library/panic';
import { Frame } from '../../memory/frame';
import { BLOCK_ALLOCATOR_BYTES, BlockAllocator } from '../../memory/heap/block-allocator';
import { LinkedListAllocator } from '../../memory/heap/linked-list-allocator';
import { BITMAP_FRAMES, FRAMES, KernelFrameAllocator } from '../../memory/kernel-frames';
import { pageContaining, virtualAddress } from '../../memory/page';
import { MAPPER } from '../../memory/paging/mapper';

export { abort } from '../../library/panic';

/** Operations; `a` and `b` are their operands. The numbers are repeated in the model. */
enum Operation {
  /** A frame into slot `a`, which is empty. Its number, or -1. */
  AllocateFrame = 0,
  /** The frame in slot `a` back. */
  FreeFrame = 1,
  /** How many frames are free. */
  FreeFrames = 2,
  /** Maps the page at address `a` to frame number `b`, writable. */
  Map = 3,
  /** Unmaps the page at `a`. The frame's number. */
  Unmap = 4,
  /** The physical address behind `a`, or -1. */
  Translate = 5,
  /** Gives the empty tables on the way to the page at `a` back. */
  CleanUp = 6,
  /** `b` bytes (low 32 bits) with an alignment (high 32 bits) into slot `a`, which is empty. The address, or 0. */
  AllocateHole = 7,
  /** The bytes in slot `a` back. */
  FreeHole = 8,
  /** Holes (low 32 bits) and bytes in them (high 32 bits). */
  Holes = 9,
  /** As `AllocateHole`, from the blocks. */
  AllocateBlock = 10,
  FreeBlock = 11,
  /** Gives waiting blocks back to their holes, then as `Holes`. */
  Blocks = 12,
  /** A run of `b` frames into slot `a`. The first one's number, or -1. */
  AllocateFrameRun = 13,
  /** The run of `b` frames in slot `a` back. */
  FreeFrameRun = 14,
}

/** Where the two heaps are, and how large each of them is. The model knows these too. */
const HOLES_START: usize = 0x400_0000;
const BLOCKS_START: usize = 0x410_0000;
const HEAP_BYTES: usize = 0x1_0000;

const SLOTS: u32 = 64;
const NONE: u64 = u64.MAX_VALUE;

const frames = memory.data(64 * 8);
const holeSlots = memory.data(64 * 16);
const blockSlots = memory.data(64 * 16);
const HOLES = changetype<LinkedListAllocator>(memory.data(offsetof<LinkedListAllocator>(), 8));
const BLOCK_HOLES = changetype<LinkedListAllocator>(memory.data(offsetof<LinkedListAllocator>(), 8));
const BLOCKS = changetype<BlockAllocator>(memory.data(<i32>BLOCK_ALLOCATOR_BYTES));

/** Reads the loader's record and sets everything up. */
export function initialize(informationAddress: u32, magic: u32): void {
  BootInformation.read(informationAddress, magic);
  FRAMES.initialize();
  HOLES.initialize(HOLES_START, HEAP_BYTES);
  BLOCK_HOLES.initialize(BLOCKS_START, HEAP_BYTES);
  BLOCKS.initialize(BLOCK_HOLES);
}

/** Does one operation. */
export function execute(operation: u32, a: u64, b: u64): u64 {
  const slot = <usize>a % SLOTS;
  switch (operation) {
    case Operation.AllocateFrame:
      return keepFrame(slot, BITMAP_FRAMES.allocateFrame());
    case Operation.AllocateFrameRun:
      return keepFrame(slot, BITMAP_FRAMES.allocateFrames(b));
    case Operation.FreeFrame:
      BITMAP_FRAMES.deallocateFrame(Frame.of(load<u64>(frames + slot * 8)));
      return 0;
    case Operation.FreeFrameRun:
      BITMAP_FRAMES.deallocateFrames(Frame.of(load<u64>(frames + slot * 8)), b);
      return 0;
    case Operation.FreeFrames:
      return BITMAP_FRAMES.freeFrames;
    case Operation.Map:
      MAPPER.mapTo<KernelFrameAllocator>(pageContaining(virtualAddress(a)), Frame.of(b), 2, FRAMES).flush();
      return 0;
    case Operation.Unmap:
      return numberOf(MAPPER.unmap(pageContaining(virtualAddress(a))).flush());
    case Operation.Translate:
      return MAPPER.translate(virtualAddress(a));
    case Operation.CleanUp:
      MAPPER.cleanUp<KernelFrameAllocator>(pageContaining(virtualAddress(a)), FRAMES);
      return 0;
    case Operation.AllocateHole:
      return keep(holeSlots + slot * 16, HOLES.allocate(<usize>(<u32>b), <usize>(b >> 32)), b);
    case Operation.FreeHole:
      HOLES.deallocate(addressIn(holeSlots, slot), sizeIn(holeSlots, slot));
      return 0;
    case Operation.Holes:
      return ((<u64>HOLES.freeBytes) << 32) | (<u64>HOLES.holeCount);
    case Operation.AllocateBlock:
      return keep(blockSlots + slot * 16, BLOCKS.allocate(<usize>(<u32>b), <usize>(b >> 32)), b);
    case Operation.FreeBlock:
      BLOCKS.deallocate(addressIn(blockSlots, slot), sizeIn(blockSlots, slot), alignmentIn(blockSlots, slot));
      return 0;
    case Operation.Blocks:
      BLOCKS.releaseBlocks();
      return ((<u64>BLOCK_HOLES.freeBytes) << 32) | (<u64>BLOCK_HOLES.holeCount);
    default:
      throw new Error('unknown operation');
  }
}

function numberOf(frame: Frame | null): u64 {
  return frame === null ? NONE : frame.number;
}

function keepFrame(slot: usize, frame: Frame | null): u64 {
  store<u64>(frames + slot * 8, numberOf(frame));
  return numberOf(frame);
}

function keep(slot: usize, address: usize, sizeAndAlignment: u64): u64 {
  store<u64>(slot, address);
  store<u64>(slot, sizeAndAlignment, 8);
  // Somebody uses this memory: lists that run through it would break.
  if (address !== 0) memory.fill(address, 0xa5, <usize>(<u32>sizeAndAlignment));
  return address;
}

function addressIn(slots: usize, slot: usize): usize {
  return <usize>load<u64>(slots + slot * 16);
}

function sizeIn(slots: usize, slot: usize): usize {
  return <usize>load<u32>(slots + slot * 16, 8);
}

function alignmentIn(slots: usize, slot: usize): usize {
  return <usize>load<u32>(slots + slot * 16, 12);
}

/** In the machine: the script is the first module, three u64 for each operation. */
export function kmain(informationAddress: u32, magic: u32): void {
  initialize(informationAddress, magic);
  const script = BootInformation.module(0);
  for (let at: usize = script.start; at < <usize>script.end; at += 24) {
    store<u64>(at, execute(load<u32>(at), load<u64>(at, 8), load<u64>(at, 16)));
  }
  halt();
}
