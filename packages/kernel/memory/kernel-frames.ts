// The frames of this kernel: the bitmap's, or in the faithful mode the book's allocator.
import { BootInformation } from '../library/boot-information';
import { KernelSections } from '../library/boot-memory';
import { AreaFrameAllocator } from './area-frame-allocator';
import { BitmapFrameAllocator } from './bitmap-frame-allocator';
import { Frame } from './frame';
import { isFaithful } from './mode';

/** The faithful mode's allocator. */
export const AREA_FRAMES = changetype<AreaFrameAllocator>(memory.data(offsetof<AreaFrameAllocator>(), 8));
/** The default allocator. */
export const BITMAP_FRAMES = changetype<BitmapFrameAllocator>(memory.data(offsetof<BitmapFrameAllocator>(), 8));

/** Whichever of the two is in use. */
@unmanaged
export class KernelFrameAllocator {
  /** Looks at the loader's record. Once, before all else. */
  initialize(): void {
    const kernelStart = KernelSections.start();
    const kernelEnd = KernelSections.end();
    if (isFaithful()) AREA_FRAMES.initialize(kernelStart, kernelEnd, BootInformation.start(), BootInformation.end());
    else BITMAP_FRAMES.initialize(kernelStart, kernelEnd);
  }

  /** A frame that nobody else has, or null. */
  allocateFrame(): Frame | null {
    return isFaithful() ? AREA_FRAMES.allocateFrame() : BITMAP_FRAMES.allocateFrame();
  }

  /** Takes a frame back. @throws in the faithful mode, which cannot */
  deallocateFrame(frame: Frame): void {
    if (isFaithful()) AREA_FRAMES.deallocateFrame(frame);
    else BITMAP_FRAMES.deallocateFrame(frame);
  }
}

/** The kernel's frames. */
export const FRAMES = changetype<KernelFrameAllocator>(memory.data(8));
