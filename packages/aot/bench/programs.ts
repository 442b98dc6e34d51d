/** The programs of the comparison with C: what each is called with, and how it is compiled. */
import { existsSync, readFileSync } from 'node:fs';
import { buildImage } from '../src/build-image.ts';
import { compileAssemblyScript } from '../src/compile.ts';
import type { Image } from '../src/image.ts';
import { noBoot } from '../test/fuzz/native-engine.ts';

export interface Program {
  readonly name: string;
  /** Parameter for a run of some milliseconds. */
  readonly parameter: number;
  /** It needs an allocator, so it runs with asc's incremental collector, as a kernel with a heap does. */
  readonly allocates?: boolean;
}

export const PROGRAMS: readonly Program[] = [
  { name: 'sieve', parameter: 1_000_000 },
  { name: 'sha256', parameter: 4000 },
  { name: 'sort', parameter: 100_000 },
  { name: 'queens', parameter: 10 },
  { name: 'tree', parameter: 20_000, allocates: true },
  { name: 'map', parameter: 100_000, allocates: true },
  { name: 'arithmetic', parameter: 20_000 },
];

/** Heap of the collector, in pages of 64 KiB. */
const MEMORY_PAGES = 512;

/** Compiles a program, without boot code: it is called from outside. */
export async function compileProgram({ name, allocates }: Program): Promise<Image> {
  const { wasm } = await compileAssemblyScript({
    entry: `${name}.ts`,
    readFile: (path) => {
      const file = new URL(`programs/${path}`, import.meta.url);
      return existsSync(file) ? readFileSync(file, 'utf8') : null;
    },
    optimize: 3,
    abort: 'abort/abort',
    ...(allocates
      ? { runtime: 'incremental', memoryBase: 0x14_0000, extraArguments: ['--initialMemory', `${MEMORY_PAGES}`] }
      : { runtime: 'stub', memoryBase: 0x14_0000, extraArguments: ['--initialMemory', `${MEMORY_PAGES}`] }),
  });
  return buildImage({ wasm, boot: noBoot });
}
