/**
 * `longmode/build`: kernels from TypeScript, as `longmode build` makes them.
 *
 *     import { buildKernel } from 'longmode/build';
 *     const { elf } = await buildKernel('src/kernel.ts');
 */
import { fileURLToPath } from 'node:url';
import { buildKernelFile, type KernelFile, type KernelFileOptions } from '@longmode/kernel/build';
import { kernelGuestFolder } from './package-folder.ts';

export type { KernelFile, KernelFileOptions };

/**
 * Builds the kernel in a TypeScript file: `export function main(): void`, against `longmode/kernel`.
 * @returns the image: `elf` is the file to boot; symbols, functions, source lines and sizes are beside it
 * @throws an Error named CompileError with the compiler's diagnostics; RangeError for an impossible size
 */
export function buildKernel(kernel: string | URL, options: KernelFileOptions = {}): Promise<KernelFile> {
  const path = kernel instanceof URL ? fileURLToPath(kernel) : kernel;
  return buildKernelFile(path, { guestDirectory: kernelGuestFolder(), ...options });
}
