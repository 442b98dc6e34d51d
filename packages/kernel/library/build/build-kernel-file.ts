/** Builds a kernel of one's own from its file. What is built and how is `own-kernel.ts`. */
import { readFile } from 'node:fs/promises';
import { dirname, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildOwnKernel, type KernelFile, type OwnKernelOptions } from './own-kernel.ts';

export { type KernelFile, PUBLIC_MODULES } from './own-kernel.ts';

/** How to build. */
export interface KernelFileOptions extends OwnKernelOptions {
  /** Folder of the guest code, with `library` in it. Default: this package. */
  readonly guestDirectory?: string;
}

/** The folder that file names are relative to: the working directory, or the file's own folder if it is elsewhere. */
function projectOf(path: string): string {
  const inside = relative(process.cwd(), path);
  return inside.startsWith('..') || resolve(inside) !== path ? dirname(path) : process.cwd();
}

/**
 * Builds the kernel in a file. The same sources give the same bytes.
 * @throws CompileError with the compiler's diagnostics; RangeError for an impossible size; what `readFile` throws
 */
export async function buildKernelFile(path: string, options: KernelFileOptions = {}): Promise<KernelFile> {
  const { guestDirectory: guest = fileURLToPath(new URL('../..', import.meta.url)), ...own } = options;
  const file = resolve(path);
  const project = projectOf(file);
  const kernel = relative(project, file).replaceAll(sep, '/').replace(/\.ts$/, '');
  const readFrom = (folder: string) => (name: string) => readFile(resolve(folder, name), 'utf8').catch(() => null);
  return buildOwnKernel(
    {
      kernel,
      source: await readFile(file, 'utf8'),
      readProjectFile: readFrom(project),
      readGuestFile: readFrom(guest),
    },
    own,
  );
}
