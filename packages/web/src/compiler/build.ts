/** The lazy part of the compiler's worker: picks what to build and builds it, as `npm run build` does in Node. */

import { CHAPTERS, KERNEL } from '@longmode/kernel/chapters';
import { buildKernelImage, type KernelImage } from '@longmode/kernel/image';
import { buildOwnKernel } from '@longmode/kernel/own-kernel';
import { BOOT_FILE, type CompilerRequest } from './protocol.ts';

type CompileRequest = Extract<CompilerRequest, { kind: 'compile' }>;

/** @throws CompileError, AssemblerError; RangeError for an image that there is not */
export function build({ target, quality, files }: Omit<CompileRequest, 'id' | 'kind'>): Promise<KernelImage> {
  const read = (path: string) => files.get(path) ?? null;
  if (target.kind === 'own') {
    const source = files.get(`${target.kernel}.ts`) ?? '';
    const { kernel, heapBytes } = target;
    return buildOwnKernel({ kernel, source, readProjectFile: read, readGuestFile: read }, { heapBytes, quality });
  }
  const source = [...CHAPTERS, KERNEL].find(({ name }) => name === target.name);
  if (!source) throw new RangeError(`there is no image named ${JSON.stringify(target.name)}`);
  return buildKernelImage({ ...source, bootText: files.get(BOOT_FILE) ?? source.bootText }, read, quality);
}

/** What chapter 4 needs goes through every part of the compilers. The second time is when they become fast. */
export async function warmUp(files: ReadonlyMap<string, string>): Promise<KernelImage> {
  const withoutBoot = new Map([...files].filter(([name]) => name !== BOOT_FILE));
  const request = {
    target: { kind: 'image', name: 'chapters/04-printing' },
    quality: 'draft',
    files: withoutBoot,
  } as const;
  await build(request);
  return build(request);
}
