// The user program as the kernel carries it: the build compiles `user/program/` first and compiles the kernel with its
// bytes in the place of this file (`library/build/build-kernel.ts`). This text is what the type checker sees.

/** Address of the program's ELF file. */
export const PROGRAM_IMAGE: usize = 0;
