// The simplest heap: a pointer that only moves up. Nothing is ever given back.
//
//     start                 next                        end
//     |████████████████████▌|                           |

/** A heap that is used up once. */
@unmanaged
export class BumpAllocator {
  private next: usize;
  private end: usize;

  /** Manages the memory from `start` on. */
  initialize(start: usize, sizeBytes: usize): void {
    this.next = start;
    this.end = start + sizeBytes;
  }

  /** Memory with an alignment (a power of two), or 0 if the heap is used up. */
  allocate(sizeBytes: usize, alignment: usize): usize {
    const start = (this.next + alignment - 1) & ~(alignment - 1);
    if (start < this.next || start > this.end || this.end - start < sizeBytes) return 0;
    this.next = start + sizeBytes;
    return start;
  }

  /** The memory is lost. */
  deallocate(_address: usize, _sizeBytes: usize): void {}

  /** Adds the memory behind the end. */
  extend(sizeBytes: usize): void {
    this.end += sizeBytes;
  }
}
