// What the page tables ask frames from. Several allocators have this face: the book's, which walks through the memory
// areas; the bitmap, which also takes frames back; three frames in a pocket for the temporary page.
import type { Frame } from './frame';

/**
 * Gives frames out and takes them back.
 *
 * For AssemblyScript this is only a shape: calls through an interface need objects with a type tag, and those need the
 * heap. So functions take the allocator as a type parameter (`map<A extends FrameAllocator>`), and each pair of function
 * and allocator is compiled on its own, as with a generic bound in Rust.
 */
export interface FrameAllocator {
  /** A frame that nobody else has, with whatever content; null if there is none left. */
  allocateFrame(): Frame | null;
  /** Takes a frame back. */
  deallocateFrame(frame: Frame): void;
}
