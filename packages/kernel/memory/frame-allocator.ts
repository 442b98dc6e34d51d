// What the page tables ask frames from. Several allocators have this face: the book's, which walks through the memory
// areas; the bitmap, which also takes frames back; three frames in a pocket for the temporary page.
import { Frame } from './frame';

/**
 * Gives frames out and takes them back.
 *
 * For AssemblyScript this is only a shape: objects that a call through an interface can tell apart need a type tag, and
 * that needs the heap. So functions take the allocator as a type parameter (`map<A extends FrameAllocator>`), each pair
 * of function and allocator is compiled on its own, as with a generic bound in Rust, and no class says `implements`.
 */
export interface FrameAllocator {
  /** A frame that nobody else has, with whatever content; null if there is none left. */
  allocateFrame(): Frame | null;
  /** Takes a frame back. */
  deallocateFrame(frame: Frame): void;
}
