/** The linker: module and boot code in, bootable ELF64 file out. */
import type { Image, ImageOptions } from './image.ts';

/** Compiles the module to x86-64 and links one bootable image. @throws CompileError */
export function buildImage(_options: ImageOptions): Image {
  throw new Error('being written');
}
