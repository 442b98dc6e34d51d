// The heap of everyday: small sizes are rounded up to 32, 48, 64, 96 and so on, and freed blocks of each size wait in a list of
// their own. So most allocations and deallocations take the same few instructions, however long the kernel has run. What
// is larger, or not in the list, comes from the list of holes.
//
//     32: block -> block -> null
//     48: null                              null: the next one is cut out of a hole
//     64: block -> null
//     ...
//     2048: null                            larger: a hole
import { LinkedListAllocator } from './linked-list-allocator';

/** How many sizes there are: powers of two from 32 to 2048, and the middle between each two. */
const SIZES: i32 = 13;
const SMALLEST_BLOCK: usize = 32;
const LARGEST_BLOCK: usize = 2048;
/** Every block begins at a multiple of this; larger alignments come from the holes. */
const BLOCK_ALIGNMENT: usize = 16;

/** Lists of blocks on top of a list of holes. */
@unmanaged
export class BlockAllocator {
  /** How many blocks wait in the lists. */
  freeBlocks: u32;
  /** How many bytes they have. */
  freeBlockBytes: usize;
  private holes: LinkedListAllocator;
  /** First of the list heads, one for each size; the others follow in memory. */
  private heads: usize;

  /** Cuts its blocks out of `holes`. */
  initialize(holes: LinkedListAllocator): void {
    memory.fill(changetype<usize>(this), 0, BLOCK_ALLOCATOR_BYTES);
    this.holes = holes;
  }

  /** Memory with an alignment (a power of two), or 0. */
  allocate(sizeBytes: usize, alignment: usize): usize {
    const index = alignment <= BLOCK_ALIGNMENT ? sizeIndex(sizeBytes) : -1;
    if (index < 0) return this.holes.allocate(sizeBytes, alignment);
    const list = this.list(index);
    const block = load<usize>(list);
    const size = blockSize(index);
    if (block === 0) return this.holes.allocate(size, BLOCK_ALIGNMENT);
    store<usize>(list, load<usize>(block));
    this.freeBlocks--;
    this.freeBlockBytes -= size;
    return block;
  }

  /** Takes memory back: size and alignment are those that it was asked for with. */
  deallocate(address: usize, sizeBytes: usize, alignment: usize): void {
    const index = alignment <= BLOCK_ALIGNMENT ? sizeIndex(sizeBytes) : -1;
    if (index < 0) {
      this.holes.deallocate(address, sizeBytes);
      return;
    }
    const list = this.list(index);
    assert(load<usize>(list) !== address, 'invalid deallocation (probably a double free)');
    store<usize>(address, load<usize>(list));
    store<usize>(list, address);
    this.freeBlocks++;
    this.freeBlockBytes += blockSize(index);
  }

  /** Gives all waiting blocks back to the holes, where they merge: for a large allocation that finds no hole. */
  releaseBlocks(): void {
    for (let index = 0; index < SIZES; index++) {
      const list = this.list(index);
      while (load<usize>(list) !== 0) {
        const block = load<usize>(list);
        store<usize>(list, load<usize>(block));
        this.holes.deallocate(block, blockSize(index));
      }
    }
    this.freeBlocks = 0;
    this.freeBlockBytes = 0;
  }

  /** Address of the head of a list. */
  private list(index: i32): usize {
    return changetype<usize>(this) + offsetof<BlockAllocator>('heads') + <usize>index * sizeof<usize>();
  }
}

/** Size of a `BlockAllocator` in memory. */
export const BLOCK_ALLOCATOR_BYTES: usize = offsetof<BlockAllocator>() + (SIZES - 1) * sizeof<usize>();

/** Size number `index`: 32, 48, 64, 96, ... */
function blockSize(index: i32): usize {
  return ((index & 1) === 0 ? SMALLEST_BLOCK : (SMALLEST_BLOCK / 2) * 3) << (index >> 1);
}

/** Number of the smallest block size that is enough, or -1. */
function sizeIndex(sizeBytes: usize): i32 {
  if (sizeBytes <= SMALLEST_BLOCK) return 0;
  if (sizeBytes > LARGEST_BLOCK) return -1;
  const power = 31 - <i32>clz(<u32>(sizeBytes - 1)); // 2^power < size <= 2^(power + 1)
  return 2 * (power - 5) + (sizeBytes <= (<usize>3) << (power - 1) ? 1 : 2);
}
