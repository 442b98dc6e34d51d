// A heap as a list of its holes, in the order of their addresses; the list lives in the holes.
//
//     first -> hole                hole                     null
//              |{size, next}.....|██████|{size, next}....|████|
//
// Allocation takes the first hole that fits and gives the rest of it back; deallocation merges with the holes that touch
// the memory. A hole holds at least its own header: 16 bytes. Sizes are multiples of 8.

const MINIMUM_SIZE: usize = 16;
const SIZE_GRANULARITY: usize = 8;

/** A hole's header, at its first byte. */
@unmanaged
class Hole {
  /** Bytes, header included. */
  size: u64;
  private nextAddress: u64;

  get next(): Hole | null {
    return changetype<Hole | null>(<usize>this.nextAddress);
  }

  set next(hole: Hole | null) {
    this.nextAddress = <u64>changetype<usize>(hole);
  }

  get address(): usize {
    return changetype<usize>(this);
  }

  /** First address behind the hole. */
  get end(): usize {
    return changetype<usize>(this) + <usize>this.size;
  }
}

/** Rounds a size up to what the list can manage. */
export function holeSize(sizeBytes: usize): usize {
  return (max(sizeBytes, MINIMUM_SIZE) + SIZE_GRANULARITY - 1) & ~(SIZE_GRANULARITY - 1);
}

/** The heap. Its own first field is a hole of size 0: the start of the list. */
@unmanaged
export class LinkedListAllocator {
  private headSize: u64;
  private headNext: u64;
  /** First address behind the heap. */
  end: usize;

  /** Manages the memory from `start` on: one hole. Touches its first 16 bytes. */
  initialize(start: usize, sizeBytes: usize): void {
    this.headSize = 0;
    this.end = start + sizeBytes;
    const hole = changetype<Hole>(start);
    hole.size = sizeBytes;
    hole.next = null;
    this.headNext = <u64>start;
  }

  /** Memory with an alignment (a power of two), or 0 if no hole is large enough. */
  allocate(sizeBytes: usize, alignment: usize): usize {
    const size = holeSize(sizeBytes);
    if (size < sizeBytes) return 0;
    let previous = this.head;
    let hole = previous.next;
    while (hole) {
      const start = hole.address;
      const end = hole.end;
      // Front padding becomes a hole of its own, so it has to hold a header.
      let aligned = (start + alignment - 1) & ~(alignment - 1);
      if (aligned !== start) aligned = (start + MINIMUM_SIZE + alignment - 1) & ~(alignment - 1);
      if (aligned >= start && aligned <= end && end - aligned >= size) {
        const rest = end - aligned - size;
        if (rest === 0 || rest >= MINIMUM_SIZE) {
          previous.next = hole.next;
          if (aligned !== start) previous = this.insert(previous, start, aligned - start);
          if (rest !== 0) this.insert(previous, aligned + size, rest);
          return aligned;
        }
      }
      previous = hole;
      hole = hole.next;
    }
    return 0;
  }

  /** Takes memory back: the size is the one it was asked for with. @throws if (part of) it is free already */
  deallocate(address: usize, sizeBytes: usize): void {
    const size = holeSize(sizeBytes);
    let previous = this.head;
    let next = previous.next;
    while (next !== null && next.address <= address) {
      previous = next;
      next = next.next;
    }
    const overlapsPrevious = previous !== this.head && previous.end > address;
    const overlapsNext = next !== null && address + size > next.address;
    assert(!overlapsPrevious && !overlapsNext, 'invalid deallocation (probably a double free)');
    const touchesPrevious = previous !== this.head && previous.end === address;
    const touchesNext = next !== null && address + size === next.address;
    if (touchesPrevious && touchesNext) {
      previous.size += <u64>size + next!.size;
      previous.next = next!.next;
    } else if (touchesPrevious) {
      previous.size += <u64>size;
    } else if (touchesNext) {
      const merged = size + <usize>next!.size;
      previous.next = next!.next;
      this.insert(previous, address, merged);
    } else {
      this.insert(previous, address, size);
    }
  }

  /** Adds the memory behind the end. */
  extend(sizeBytes: usize): void {
    const start = this.end;
    this.end += sizeBytes;
    this.deallocate(start, sizeBytes);
  }

  /** How many holes there are. */
  get holeCount(): u32 {
    let count: u32 = 0;
    let hole = this.head.next;
    while (hole) {
      count++;
      hole = hole.next;
    }
    return count;
  }

  /** Bytes in holes. */
  get freeBytes(): usize {
    let bytes: usize = 0;
    let hole = this.head.next;
    while (hole) {
      bytes += <usize>hole.size;
      hole = hole.next;
    }
    return bytes;
  }

  /** Bytes of the largest hole, 0 if there is none. */
  get largestHole(): usize {
    let bytes: usize = 0;
    let hole = this.head.next;
    while (hole) {
      bytes = max(bytes, <usize>hole.size);
      hole = hole.next;
    }
    return bytes;
  }

  /** Bytes of holes between two addresses: for a map of the heap. */
  freeBytesBetween(start: usize, end: usize): usize {
    let bytes: usize = 0;
    let hole = this.head.next;
    while (hole) {
      if (hole.end > start && hole.address < end) bytes += min(hole.end, end) - max(hole.address, start);
      hole = hole.next;
    }
    return bytes;
  }

  private get head(): Hole {
    return changetype<Hole>(changetype<usize>(this));
  }

  /** Makes a hole and puts it behind `previous`. */
  private insert(previous: Hole, address: usize, sizeBytes: usize): Hole {
    const hole = changetype<Hole>(address);
    hole.next = previous.next;
    hole.size = sizeBytes;
    previous.next = hole;
    return hole;
  }
}
