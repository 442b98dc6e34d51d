/** Builds images from the files of this package. What is built and how is `kernel-image.ts`. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildKernelImage, compileGuestModule, type KernelImage } from './kernel-image.ts';
import type { KernelSource } from './kernel-source.ts';

const packageDirectory = fileURLToPath(new URL('../..', import.meta.url));

const readGuestFile = (path: string): Promise<string | null> =>
  readFile(resolve(packageDirectory, path), 'utf8').catch(() => null);

/**
 * Compiles the TypeScript part of a kernel to WebAssembly, with source map.
 * @param entry file with the exports, relative to this package
 * @param abort function that `throw` and failed checks end in, as `file/function`
 * @param source text of the entry file, if it isn't to be read
 * @throws CompileError with the compiler's diagnostics
 */
export async function compileGuest(entry: string, abort: string, source?: string) {
  const compiled = await compileGuestModule({ entry, abort }, (file) =>
    file === entry && source !== undefined ? source : readGuestFile(file),
  );
  if (compiled.diagnostics !== '') console.warn(compiled.diagnostics);
  return compiled;
}

/** Builds the image of a kernel. The same sources give the same bytes. @throws CompileError, AssemblerError */
export async function buildKernel(source: KernelSource): Promise<KernelImage> {
  const image = await buildKernelImage(source, readGuestFile);
  if (image.warnings !== '') console.warn(image.warnings);
  return image;
}
