// The book's frame allocator: it goes through the memory areas from low to high addresses, steps over the kernel and
// the loader's record, and never takes a frame back.
//
//     0      9f          100        k                k'         m      m'                    7fdf
//     |======|           |==========|████████████████|==========|██████|=====================|
//      area 1              area 2    kernel                      boot information
//      --------------->   ----------->               ----------->      --------------------->
//
// It keeps the book's edges, because the page tables of the faithful kernel depend on them: the frames that contain the
// *ends* of kernel and record are skipped even when nothing of them is inside; a frame that an area only partly covers
// (0x9f, for RAM that ends at 0x9fc00) is given out; so is frame 0, with the BIOS's interrupt vectors in it.
// `bitmap-frame-allocator.ts` does better on each of these.
import { BootInformation, MemoryArea } from '../library/boot-information';
import { PAGE_SHIFT, Frame } from './frame';

/** All numbers are frame numbers; the bounds are inclusive. */
@unmanaged
export class AreaFrameAllocator {
  private nextFreeFrame: u64;
  private currentArea: MemoryArea | null;
  private kernelStart: u64;
  private kernelEnd: u64;
  private multibootStart: u64;
  private multibootEnd: u64;

  /**
   * Begins with the lowest area.
   * @param kernelStart physical addresses of the kernel's first byte and of the first behind it; then the loader's record
   * @throws if the loader left no memory map
   */
  initialize(kernelStart: u64, kernelEnd: u64, multibootStart: u64, multibootEnd: u64): void {
    this.nextFreeFrame = 0;
    this.currentArea = null;
    this.kernelStart = kernelStart >> PAGE_SHIFT;
    this.kernelEnd = kernelEnd >> PAGE_SHIFT;
    this.multibootStart = multibootStart >> PAGE_SHIFT;
    this.multibootEnd = multibootEnd >> PAGE_SHIFT;
    if (BootInformation.firstMemoryArea() === null) throw new Error('Memory map tag required');
    this.chooseNextArea();
  }

  /** The next frame that is in an area and not occupied; null behind the last. */
  allocateFrame(): Frame | null {
    while (this.currentArea !== null) {
      const number = this.nextFreeFrame;
      if (number > lastFrame(this.currentArea!)) {
        this.chooseNextArea();
      } else if (number >= this.kernelStart && number <= this.kernelEnd) {
        this.nextFreeFrame = this.kernelEnd + 1;
      } else if (number >= this.multibootStart && number <= this.multibootEnd) {
        this.nextFreeFrame = this.multibootEnd + 1;
      } else {
        this.nextFreeFrame = number + 1;
        return Frame.of(number);
      }
    }
    return null;
  }

  /** The book leaves this open. @throws always */
  deallocateFrame(_frame: Frame): void {
    throw new Error('not yet implemented');
  }

  /** The area with the lowest address that isn't behind us, or none. */
  private chooseNextArea(): void {
    this.currentArea = null;
    let area = BootInformation.firstMemoryArea();
    while (area) {
      const isAhead = area.isAvailable && area.length > 0 && lastFrame(area) >= this.nextFreeFrame;
      if (isAhead && (this.currentArea === null || area.base < this.currentArea!.base)) this.currentArea = area;
      area = BootInformation.nextMemoryArea(area);
    }
    if (this.currentArea !== null) {
      this.nextFreeFrame = max(this.nextFreeFrame, this.currentArea!.base >> PAGE_SHIFT);
    }
  }
}

/** The frame that contains the last byte of an area. */
function lastFrame(area: MemoryArea): u64 {
  return (area.base + area.length - 1) >> PAGE_SHIFT;
}
