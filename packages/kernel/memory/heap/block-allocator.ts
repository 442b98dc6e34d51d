// The heap of everyday: small sizes are rounded up to one of a dozen, and freed blocks of each size wait in a list of
// their own. So most allocations and deallocations take the same few instructions, however long the kernel has run. What
// is larger, or not in the list, comes from the list of holes.
//
//     32: block -> block -> null
//     48: null                              null: the next one is cut out of a hole
//     64: block -> null
//     ...
//     2048: null                            larger: a hole
import { LinkedListAllocator } from './linked-list-allocator';

const BLOCK_SIZES: StaticArray<u32> = [32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 2048];
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
  /** First of the list heads, one for each of `BLOCK_SIZES`; the others follow in memory. */
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
    for (let index = 0; index < BLOCK_SIZES.length; index++) {
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
export const BLOCK_ALLOCATOR_BYTES: usize = offsetof<BlockAllocator>() + 11 * sizeof<usize>();

function blockSize(index: i32): usize {
  return <usize>unchecked(BLOCK_SIZES[index]);
}

/** Number of the smallest block size that is enough, or -1. */
function sizeIndex(sizeBytes: usize): i32 {
  for (let index = 0; index < BLOCK_SIZES.length; index++) if (sizeBytes <= blockSize(index)) return index;
  return -1;
}
