/** What a kernel image is made of: the input of `buildKernel`. */
import type { Reservation } from '@longmode/aot';

export interface KernelSource {
  /** Name of the image: `dist/<name>.elf`. */
  readonly name: string;
  /** Assembly text of the boot code. */
  readonly bootText: string;
  /** Zeroed memory that the boot code names. */
  readonly reservations: readonly Reservation[];
  /** The part in TypeScript, if there is one. */
  readonly guest?: {
    /** File with `kmain`. */
    readonly entry: string;
    /** Function that failed checks and `throw` end in, as `file/function`. */
    readonly abort: string;
    /**
     * Module with the heap's `__alloc`, `__realloc` and `__free` and a garbage collector, without `.ts`. Without it
     * everything that allocates is an error of the build.
     */
    readonly heap?: string;
    /** A program for ring 3 that the kernel carries, between the link symbols `<name>_start` and `<name>_end`. */
    readonly program?: ProgramSource;
  };
}

/** A program that a kernel loads and runs in ring 3: an ELF file inside of the kernel's image. */
export interface ProgramSource extends KernelSource {
  readonly guest: { readonly entry: string; readonly abort: string };
  /** Where it is linked, and where the kernel has to map it. */
  readonly baseAddress: number;
}
