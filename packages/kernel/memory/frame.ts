// Frames: physical memory in pieces of 4 KiB, the size of a page (SDM Vol. 3A, 4.5).
import { PhysicalAddress } from './addresses';

/** Bytes of a page and of a frame. */
export const PAGE_SIZE: u64 = 4096;
/** Binary logarithm of `PAGE_SIZE`. */
export const PAGE_SHIFT: u64 = 12;

/** Highest address of the memory bus that the architecture allows, exclusive (SDM Vol. 3A, 4.1.4). */
const PHYSICAL_ADDRESS_LIMIT: u64 = 1 << 52;

/**
 * A frame of physical memory.
 *
 * There is no heap for objects yet, so a `Frame` *is* its number, dressed as a reference: 1 + number, so that `null`
 * stays free to mean "no frame". That holds for 16 TiB of memory.
 */
@unmanaged
export class Frame {
  /** Makes this a type of its own for the type checker. */
  private readonly kind!: u8;

  /** The frame with a number, which counts from 0. */
  static of(number: u64): Frame {
    assert(number < 0xffff_ffff, 'frames are numbered with 32 bits');
    return changetype<Frame>(<usize>(number + 1));
  }

  /** The frame that contains a physical address. */
  static containing(address: PhysicalAddress): Frame {
    return Frame.of(address >> PAGE_SHIFT);
  }

  /** Physical address divided by 4096. */
  get number(): u64 {
    return <u64>changetype<usize>(this) - 1;
  }

  /** Physical address of the first byte. */
  get startAddress(): PhysicalAddress {
    return <PhysicalAddress>(this.number << PAGE_SHIFT);
  }
}

/** A number as a physical address. @throws if it has more than 52 bits */
export function physicalAddress(value: u64): PhysicalAddress {
  assert(value < PHYSICAL_ADDRESS_LIMIT, 'a physical address has at most 52 bits');
  return <PhysicalAddress>value;
}
