// The kernel's heap: 100 KiB at 0x4000_0000 to begin with, more as it is needed. Underneath is one of three allocators,
// in the order in which the chapter invents them: `bump` and `holes` are words on the command line, blocks the default
// (the faithful mode knows only holes).
//
//     0x4000_0000                                            0x5000_0000
//     |████░░██░████████░░░░|................................|
//      mapped: sizeBytes     grows up to the limit            stacks of the interrupt handlers
//
// Nothing here runs before `initialize`: the first `new` of a kernel that forgot it is a panic.
import { hasWord } from '../../library/command-line';
import { enterCriticalSection, leaveCriticalSection } from '../../library/critical-section';
import { isInInterrupt } from '../../library/interrupt-depth';
import { numberMessage } from '../../library/number-message';
import { PAGE_SIZE } from '../frame';
import { BITMAP_FRAMES, FRAMES, KernelFrameAllocator } from '../kernel-frames';
import { isFaithful } from '../mode';
import { pageContaining, virtualAddress } from '../page';
import { EntryFlag } from '../paging/entry';
import { MAPPER } from '../paging/mapper';
import { dataFlags } from '../remap-kernel';
import { BLOCK_ALLOCATOR_BYTES, BlockAllocator } from './block-allocator';
import { BumpAllocator } from './bump-allocator';
import { LinkedListAllocator } from './linked-list-allocator';

/** First address: octal 000_001_000_000_0000, the second GiB. */
export const HEAP_START: usize = 0x4000_0000;
/** Bytes at the beginning: 25 pages. */
export const HEAP_SIZE: usize = 100 * 1024;
/** First address that the heap never reaches. */
export const HEAP_LIMIT: usize = 0x5000_0000;

/** It grows by at least this much at a time. */
const GROWTH_BYTES: usize = 64 * 1024;
/** Frames that growing leaves alone: page tables and stacks need some too. */
const SPARE_FRAMES: u64 = 64;

enum Strategy {
  None,
  Bump,
  Holes,
  Blocks,
}

const BUMP = changetype<BumpAllocator>(memory.data(offsetof<BumpAllocator>()));
const HOLES = changetype<LinkedListAllocator>(memory.data(offsetof<LinkedListAllocator>(), 8));
const BLOCKS = changetype<BlockAllocator>(memory.data(<i32>BLOCK_ALLOCATOR_BYTES));

/** The heap, with its account. */
export namespace KernelHeap {
  let strategy: Strategy = Strategy.None;
  let mappedBytes: usize = 0;
  let used: usize = 0;
  let peak: usize = 0;
  let allocations: u64 = 0;
  let deallocations: u64 = 0;

  /**
   * Maps the first pages and makes them the heap. Needs frames and, unless the mode is faithful, EFER.NXE.
   * Words on the command line: `no-heap` forgets this altogether, `no-heap-pages` forgets to map them, `heap-bug` makes
   * the allocator believe in 1 GiB more.
   */
  export function initialize(): void {
    if (hasWord('no-heap')) return;
    if (!hasWord('no-heap-pages')) mapPages(HEAP_START, HEAP_SIZE);
    mappedBytes = HEAP_SIZE;
    // The book passes (HEAP_START, HEAP_START + HEAP_SIZE) where (HEAP_START, HEAP_SIZE) is meant.
    const size = hasWord('heap-bug') ? HEAP_START + HEAP_SIZE : HEAP_SIZE;
    if (hasWord('bump')) {
      strategy = Strategy.Bump;
      BUMP.initialize(HEAP_START, size);
      return;
    }
    strategy = isFaithful() || hasWord('holes') ? Strategy.Holes : Strategy.Blocks;
    HOLES.initialize(HEAP_START, size);
    BLOCKS.initialize(HOLES);
  }

  /** Whether there is a heap. */
  export function isInitialized(): bool {
    return strategy !== Strategy.None;
  }

  /** Memory with an alignment (a power of two), or 0 if there is none, even after growing. */
  export function tryAllocate(sizeBytes: usize, alignment: usize): usize {
    assert(strategy !== Strategy.None, 'this needs the heap, and there is none yet');
    assert(!isInInterrupt(), 'an interrupt handler must not allocate');
    enterCriticalSection();
    let address = allocateFrom(sizeBytes, alignment);
    if (address === 0 && grow(sizeBytes + alignment)) address = allocateFrom(sizeBytes, alignment);
    if (address === 0 && strategy === Strategy.Blocks) {
      BLOCKS.releaseBlocks();
      address = allocateFrom(sizeBytes, alignment);
    }
    leaveCriticalSection();
    if (address === 0) return 0;
    used += sizeBytes;
    peak = max(peak, used);
    allocations++;
    return address;
  }

  /** Memory with an alignment (a power of two). @throws `memory allocation of N bytes failed` */
  export function allocate(sizeBytes: usize, alignment: usize): usize {
    const address = tryAllocate(sizeBytes, alignment);
    if (address === 0) throwExhausted(sizeBytes);
    return address;
  }

  /** Takes memory back: size and alignment are those that it was asked for with. @throws if it is free already */
  export function deallocate(address: usize, sizeBytes: usize, alignment: usize): void {
    assert(!isInInterrupt(), 'an interrupt handler must not free memory');
    assert(address >= HEAP_START && address - HEAP_START < mappedBytes, 'this address is not on the heap');
    used -= sizeBytes;
    deallocations++;
    enterCriticalSection();
    if (strategy === Strategy.Blocks) BLOCKS.deallocate(address, sizeBytes, alignment);
    else if (strategy === Strategy.Holes) HOLES.deallocate(address, sizeBytes);
    else BUMP.deallocate(address, sizeBytes);
    leaveCriticalSection();
  }

  /** @throws always, with the number of bytes */
  export function throwExhausted(sizeBytes: usize): void {
    throw new Error(numberMessage('memory allocation of ', sizeBytes, 10, ' bytes failed'));
  }

  function allocateFrom(sizeBytes: usize, alignment: usize): usize {
    if (strategy === Strategy.Blocks) return BLOCKS.allocate(sizeBytes, alignment);
    if (strategy === Strategy.Holes) return HOLES.allocate(sizeBytes, alignment);
    return BUMP.allocate(sizeBytes, alignment);
  }

  /** Maps more pages, enough for one more allocation of `sizeBytes`. False if there is a limit in the way. */
  function grow(sizeBytes: usize): bool {
    if (isFaithful()) return false;
    const end = HEAP_START + mappedBytes;
    const bytes =
      (max(sizeBytes + 2 * <usize>PAGE_SIZE, GROWTH_BYTES) + <usize>PAGE_SIZE - 1) & ~(<usize>PAGE_SIZE - 1);
    if (bytes < sizeBytes || bytes > HEAP_LIMIT - end) return false;
    if (BITMAP_FRAMES.freeFrames < <u64>bytes / PAGE_SIZE + SPARE_FRAMES) return false;
    mapPages(end, bytes);
    mappedBytes += bytes;
    if (strategy === Strategy.Bump) BUMP.extend(bytes);
    else HOLES.extend(bytes);
    return true;
  }

  function mapPages(start: usize, sizeBytes: usize): void {
    for (let address = start; address < start + sizeBytes; address += <usize>PAGE_SIZE) {
      const page = pageContaining(virtualAddress(address));
      // Absent entries are not remembered by the processor: nothing to flush.
      MAPPER.map<KernelFrameAllocator>(page, EntryFlag.WRITABLE | dataFlags(), FRAMES).ignore();
    }
  }

  // ---- the account -------------------------------------------------------------------------------------------------

  /** Bytes of mapped heap. */
  export function sizeBytes(): usize {
    return mappedBytes;
  }

  /** Bytes given out now, as they were asked for: without headers and rounding. */
  export function usedBytes(): usize {
    return used;
  }

  /** The most that was ever given out at the same time. */
  export function peakBytes(): usize {
    return peak;
  }

  /** How often memory was given out. */
  export function allocationCount(): u64 {
    return allocations;
  }

  /** How often it came back. */
  export function deallocationCount(): u64 {
    return deallocations;
  }

  /** How many holes there are. */
  export function holeCount(): u32 {
    return strategy >= Strategy.Holes ? HOLES.holeCount : 0;
  }

  /** Bytes in the largest hole. */
  export function largestHole(): usize {
    return strategy >= Strategy.Holes ? HOLES.largestHole : 0;
  }

  /** Bytes in holes and in waiting blocks. */
  export function freeBytes(): usize {
    return strategy >= Strategy.Holes ? HOLES.freeBytes + BLOCKS.freeBlockBytes : 0;
  }

  /** Bytes in holes between two addresses; blocks that wait in their lists don't count. */
  export function freeBytesBetween(start: usize, end: usize): usize {
    return strategy >= Strategy.Holes ? HOLES.freeBytesBetween(start, end) : 0;
  }

  /** How many freed blocks wait in the lists of their size. */
  export function freeBlocks(): u32 {
    return BLOCKS.freeBlocks;
  }
}
