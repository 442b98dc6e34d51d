// The kernel's frame allocator: one bit per frame of physical memory, 1 = free. It mends what the book's leaves open:
// frames are taken back and used again; only whole frames are given out, never the first MiB (the BIOS's data, video
// memory), never the kernel, the loader's record, a module or the bitmap itself; runs of frames can be had for devices
// that need contiguous memory; a frame freed twice, or one that never was anybody's, is a panic.
//
//     bit:    frame 0 ........................... 0x100 ...... kernel ....... free ...........
//             0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 1 1 1 0 1 1 1 1 1 1 1 ...
//                                                                        ^ nextWord: search goes on here
//
// The bitmap lies in the first free memory that is large enough for it: 4 KiB for each 128 MiB.
import { BootInformation, MemoryArea } from '../library/boot-information';
import { BootRanges } from '../library/boot-memory';
import { Frame, PAGE_SHIFT, PAGE_SIZE } from './frame';

/** Below this the firmware, the video memory and old loaders live. */
const FIRST_FRAME: u64 = 0x100;
const BITS_PER_WORD: u64 = 64;
/** The boot code maps this much memory: the bitmap has to lie in it. */
const REACHABLE_FRAMES: u64 = 1 << (30 - 12);

/** Frame numbers throughout; ends are exclusive. */
@unmanaged
export class BitmapFrameAllocator {
  /** Linear = physical address of the bitmap. */
  private bitmap: usize;
  private wordCount: u64;
  /** Where the search goes on. */
  private nextWord: u64;
  private kernelStart: u64;
  private kernelEnd: u64;
  private bitmapStart: u64;
  private bitmapEnd: u64;
  /** Frames of ordinary memory that this allocator began with. */
  totalFrames: u64;
  /** How many of them are free now. */
  freeFrames: u64;

  /**
   * Builds the bitmap.
   * @param kernelStart physical address of the kernel's first byte
   * @param kernelEnd physical address of the first byte behind it
   * @throws if there is no memory map, or no room for the bitmap
   */
  initialize(kernelStart: u64, kernelEnd: u64): void {
    this.kernelStart = kernelStart >> PAGE_SHIFT;
    this.kernelEnd = frameAbove(kernelEnd);
    let end: u64 = 0;
    let area = BootInformation.firstMemoryArea();
    if (area === null) throw new Error('Memory map tag required');
    while (area) {
      if (area.isAvailable) end = max(end, (area.base + area.length) >> PAGE_SHIFT);
      area = BootInformation.nextMemoryArea(area);
    }
    end = min(end, 0xffff_ffff);
    this.wordCount = (end + BITS_PER_WORD - 1) / BITS_PER_WORD;
    this.bitmapStart = 0;
    this.bitmapEnd = 0;
    const frames = frameAbove(this.wordCount * 8);
    this.bitmapStart = this.findRoom(frames);
    this.bitmapEnd = this.bitmapStart + frames;
    this.bitmap = <usize>(this.bitmapStart << PAGE_SHIFT);
    memory.fill(this.bitmap, 0, <usize>(this.wordCount * 8));

    area = BootInformation.firstMemoryArea();
    while (area) {
      if (area.isAvailable) this.setRange(firstWhole(area), endWhole(area), true);
      area = BootInformation.nextMemoryArea(area);
    }
    area = BootInformation.firstMemoryArea();
    while (area) {
      // Some firmware reports overlapping areas: what one of them reserves is reserved.
      if (!area.isAvailable) this.setRange(area.base >> PAGE_SHIFT, frameAbove(area.base + area.length), false);
      area = BootInformation.nextMemoryArea(area);
    }
    this.setRange(0, FIRST_FRAME, false);
    this.setRange(this.kernelStart, this.kernelEnd, false);
    this.setRange(this.bitmapStart, this.bitmapEnd, false);
    for (let i: u32 = 0, n = BootRanges.count(); i < n; i++) {
      const range = BootRanges.at(i);
      this.setRange(range.start >> PAGE_SHIFT, frameAbove(range.end), false);
    }
    this.nextWord = FIRST_FRAME / BITS_PER_WORD;
    this.freeFrames = 0;
    for (let word: u64 = 0; word < this.wordCount; word++) this.freeFrames += <u64>popcnt(this.word(word));
    this.totalFrames = this.freeFrames;
  }

  /** Physical address of the bitmap, which has to stay mapped at its own address. */
  get bitmapAddress(): u64 {
    return this.bitmapStart << PAGE_SHIFT;
  }

  /** Length of the bitmap in frames. */
  get bitmapFrames(): u64 {
    return this.bitmapEnd - this.bitmapStart;
  }

  /** A free frame, or null. */
  allocateFrame(): Frame | null {
    // Once around: from where the last search ended to the end, then from the start.
    for (let i: u64 = 0; i < this.wordCount; i++) {
      const bits = this.word(this.nextWord);
      if (bits !== 0) {
        const number = this.nextWord * BITS_PER_WORD + <u64>ctz(bits);
        store<u64>(this.wordAddress(this.nextWord), bits & (bits - 1));
        this.freeFrames--;
        return Frame.of(number);
      }
      this.nextWord++;
      if (this.nextWord === this.wordCount) this.nextWord = 0;
    }
    return null;
  }

  /** The first of `count` free frames in a row, the lowest there are, or null. */
  allocateFrames(count: u64): Frame | null {
    let run: u64 = 0;
    for (let number = FIRST_FRAME, end = this.wordCount * BITS_PER_WORD; number < end && count > 0; number++) {
      run = this.isFree(number) ? run + 1 : 0;
      if (run === count) {
        const first = number + 1 - count;
        this.setRange(first, number + 1, false);
        this.freeFrames -= count;
        return Frame.of(first);
      }
    }
    return null;
  }

  /** Takes a frame back. @throws if it is free already, or never was to be had */
  deallocateFrame(frame: Frame): void {
    const number = frame.number;
    assert(!this.isFree(number), 'frame freed twice');
    assert(this.canBelongToAnyone(number), 'this frame was never given out');
    const address = this.wordAddress(number / BITS_PER_WORD);
    store<u64>(address, load<u64>(address) | ((<u64>1) << (number % BITS_PER_WORD)));
    this.freeFrames++;
    this.nextWord = min(this.nextWord, number / BITS_PER_WORD); // low memory first: it stays dense
  }

  /** Takes back what `allocateFrames` gave. */
  deallocateFrames(first: Frame, count: u64): void {
    for (let i: u64 = 0; i < count; i++) this.deallocateFrame(Frame.of(first.number + i));
  }

  private isFree(number: u64): bool {
    return (
      number < this.wordCount * BITS_PER_WORD &&
      ((this.word(number / BITS_PER_WORD) >> (number % BITS_PER_WORD)) & 1) !== 0
    );
  }

  /** Whether a frame is whole ordinary memory that nobody reserved before this allocator began. */
  private canBelongToAnyone(number: u64): bool {
    if (number < FIRST_FRAME) return false;
    let area = BootInformation.firstMemoryArea();
    while (area) {
      if (area.isAvailable && number >= firstWhole(area) && number < endWhole(area)) {
        return this.reservedUpTo(number, number + 1) === 0;
      }
      area = BootInformation.nextMemoryArea(area);
    }
    return false;
  }

  /** The first of `count` reachable frames in a row that are memory and not reserved. @throws if there are none */
  private findRoom(count: u64): u64 {
    let area = BootInformation.firstMemoryArea();
    while (area) {
      if (area.isAvailable) {
        let start = max(firstWhole(area), FIRST_FRAME);
        const end = min(endWhole(area), REACHABLE_FRAMES);
        while (start + count <= end) {
          const occupied = this.reservedUpTo(start, start + count);
          if (occupied === 0) return start;
          start = occupied;
        }
      }
      area = BootInformation.nextMemoryArea(area);
    }
    throw new Error('no memory for the bitmap of frames');
  }

  /** The end of something reserved that overlaps the frames from `start` to `end`, or 0. */
  private reservedUpTo(start: u64, end: u64): u64 {
    if (start < this.kernelEnd && end > this.kernelStart) return this.kernelEnd;
    if (start < this.bitmapEnd && end > this.bitmapStart) return this.bitmapEnd;
    for (let i: u32 = 0, n = BootRanges.count(); i < n; i++) {
      const range = BootRanges.at(i);
      const rangeEnd = frameAbove(range.end);
      if (range.start < range.end && start < rangeEnd && end > range.start >> PAGE_SHIFT) return rangeEnd;
    }
    return 0;
  }

  /** Marks the frames from `start` to `end` as free or not; bytes at a time in the middle. */
  private setRange(start: u64, end: u64, isFree: bool): void {
    end = min(end, this.wordCount * BITS_PER_WORD);
    while (start < end) {
      if (start % 8 === 0 && end - start >= 8) {
        const bytes = (end - start) / 8;
        memory.fill(this.bitmap + <usize>(start / 8), isFree ? 0xff : 0, <usize>bytes);
        start += bytes * 8;
        continue;
      }
      const address = this.bitmap + <usize>(start / 8);
      const shift = <u8>(start % 8);
      const bit: u8 = 1 << shift;
      store<u8>(address, isFree ? load<u8>(address) | bit : load<u8>(address) & ~bit);
      start++;
    }
  }

  private wordAddress(word: u64): usize {
    return this.bitmap + <usize>(word * 8);
  }

  private word(word: u64): u64 {
    return load<u64>(this.wordAddress(word));
  }
}

/** Frames needed for `address` bytes; the first frame that begins at or above an address. */
function frameAbove(address: u64): u64 {
  return (address + PAGE_SIZE - 1) >> PAGE_SHIFT;
}

/** The first frame that lies wholly in an area. */
function firstWhole(area: MemoryArea): u64 {
  return frameAbove(area.base);
}

/** The first frame behind those that lie wholly in an area. */
function endWhole(area: MemoryArea): u64 {
  return (area.base + area.length) >> PAGE_SHIFT;
}
