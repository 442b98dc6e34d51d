// What can be tried with the heap on the command line.
import { enterInterrupt } from '../library/interrupt-depth';
import { println } from '../library/print';
import { HEAP_LIMIT, HEAP_SIZE, HEAP_START, KernelHeap } from './heap/kernel-heap';
import { MemoryController } from './memory-controller';

/** Fills the first 100 KiB, then asks for more than there can ever be. */
export function overAllocate(): void {
  KernelHeap.allocate(HEAP_SIZE, 8);
  println('the first 100 KiB are taken');
  KernelHeap.allocate(HEAP_LIMIT - HEAP_START, 8);
}

/** Takes the memory over twice. */
export function initializeTwice(): void {
  MemoryController.initialize(false);
}

/** Allocates 10000 times 11 bytes and frees them at once: no difference for a bump allocator. */
export function allocateTenThousand(): void {
  let count: u32 = 0;
  for (; count < 10_000; count++) {
    const address = KernelHeap.tryAllocate(11, 1);
    if (address === 0) break;
    KernelHeap.deallocate(address, 11, 1);
  }
  println(`${count} of 10000 allocations of 11 bytes succeeded`);
  if (count < 10_000) KernelHeap.throwExhausted(11);
}

/** Frees the same memory twice. */
export function freeTwice(): void {
  const address = KernelHeap.allocate(64, 16);
  KernelHeap.allocate(64, 16);
  KernelHeap.deallocate(address, 64, 16);
  KernelHeap.deallocate(address, 64, 16);
}

/** Allocates where an interrupt handler would. */
export function allocateInInterrupt(): void {
  enterInterrupt();
  KernelHeap.allocate(16, 16);
}

/** A million allocations and as many deallocations of mixed sizes, up to 256 of them alive at a time. */
export function churn(): void {
  const LIVE: u32 = 256;
  const slots = KernelHeap.allocate(LIVE * 8, 16); // address and size of each
  memory.fill(slots, 0, LIVE * 8);
  let random: u32 = 2463534242;
  for (let i = 0; i < 1_000_000; i++) {
    random ^= random << 13;
    random ^= random >> 17;
    random ^= random << 5;
    const slot = slots + (random % LIVE) * 8;
    const size = load<u32>(slot, 4);
    if (size !== 0) KernelHeap.deallocate(<usize>load<u32>(slot), size, 16);
    // Mostly small, now and then some KiB.
    const newSize = ((random >> 8) & 63) === 0 ? (random >> 12) & 0x1fff : (random >> 12) & 0xff;
    const wanted: u32 = newSize + 1;
    store<u32>(slot, <u32>KernelHeap.allocate(wanted, 16));
    store<u32>(slot, wanted, 4);
  }
  for (let slot = slots; slot < slots + LIVE * 8; slot += 8) {
    if (load<u32>(slot, 4) !== 0) KernelHeap.deallocate(<usize>load<u32>(slot), load<u32>(slot, 4), 16);
  }
  KernelHeap.deallocate(slots, LIVE * 8, 16);
  println(`${KernelHeap.allocationCount()} allocations, ${KernelHeap.deallocationCount()} deallocations`);
  println(
    `in use ${KernelHeap.usedBytes()}, at most ${KernelHeap.peakBytes()}, mapped ${KernelHeap.sizeBytes()} bytes`,
  );
  println(
    `free ${KernelHeap.freeBytes()} bytes: ${KernelHeap.holeCount()} holes and ${KernelHeap.freeBlocks()} blocks`,
  );
}
