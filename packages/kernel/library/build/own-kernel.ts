/**
 * Builds a kernel of one's own: one TypeScript file with `export function main(): void`, against this library, which it
 * imports as `longmode/kernel`.
 *
 *     kernel.ts ----------.
 *     longmode/kernel ----+-- asc --> module --.
 *     a generated start --'                     buildImage() --> kernel.elf
 *     boot/*.ts --------------- assemble() ----'
 *
 * asc looks for packages in `node_modules` of all folders above; what it asks for of `longmode/kernel` comes from this
 * package's guest code, wherever that is. File names in panics and debug information are relative to the kernel's project;
 * those of the library begin with `~lib/longmode/kernel`.
 *
 * Sources come through functions: from files in Node (`build-kernel-file.ts`), from texts in a page, to the same bytes.
 */
import { buildImage, CompileError, type Image, type SourceProblem } from '@longmode/aot';
import { compileAssemblyScript } from '@longmode/aot/compile';
import { bootCode, tablesAndStack } from '../boot/boot-code.ts';
import { KERNEL_BOOT_TEXT } from '../boot/kernel-boot.ts';
import type { Quality, ReadGuestFile } from './kernel-image.ts';
import { kernelTransforms } from './transforms.ts';

/** How large the kernel's memory is, and how well it is optimized. */
export interface OwnKernelOptions {
  /** Stack in bytes. Default 64 KiB. */
  readonly stackBytes?: number;
  /**
   * Heap in bytes for `new`, arrays, maps and strings, with AssemblyScript's garbage collector. Default 0: none, and
   * whatever would need one is a compile-time error.
   */
  readonly heapBytes?: number;
  /** How much the compilers try; default `release`. */
  readonly quality?: Quality;
}

/** Where the sources are. */
export interface OwnKernelSources {
  /** The kernel's file relative to its project, without `.ts`: `src/kernel`. */
  readonly kernel: string;
  /** Its text. */
  readonly source: string;
  /** Other files of the project, by their path in it. */
  readonly readProjectFile: ReadGuestFile;
  /** Files of this package, by their path in it. */
  readonly readGuestFile: ReadGuestFile;
}

/** What came out: the image, and what the compiler had to remark. */
export interface KernelFile extends Image {
  /** asc's warnings; empty if there are none. */
  readonly warnings: string;
  readonly problems: readonly SourceProblem[];
}

const DEFAULT_STACK_BYTES = 64 * 1024;
/** With a heap, static data begins here and the code has to fit below: 768 KiB of it. */
const MEMORY_BASE_WITH_HEAP = 0x1c_0000;
/** A page of WebAssembly's memory. */
const WASM_PAGE_BYTES = 0x1_0000;
/** The boot code maps the first GiB. */
const MOST_HEAP_BYTES = 0x3000_0000;

const START = 'longmode-start';

/** What a kernel imports as `longmode/kernel` and `longmode/kernel/<name>`, and the file that it means. */
export const PUBLIC_MODULES: ReadonlyMap<string, string> = new Map([
  ['index', 'library/index'],
  ['x86', 'library/x86'],
  ['interrupts', 'interrupts/index'],
]);

/** The file with `kmain`, which the boot code calls. */
function startSource(kernel: string, source: string): string {
  // The compiler looks for a function `interrupt`; where there is none, there are no interrupt entry points.
  const hasOwn = /^export\s+function\s+interrupt\b/m.test(source);
  const isImported = /from\s+['"]longmode\/kernel\/interrupts['"]/.test(source);
  const dispatcher = hasOwn ? `./${kernel}` : isImported ? 'longmode/kernel/interrupts/dispatch' : undefined;
  return `// Generated: the way from the boot code to the kernel's own main().
import { main } from './${kernel}';
import { halt } from 'longmode/kernel';
import { start } from 'longmode/kernel/library/start';
export { abort } from 'longmode/kernel/library/panic';
${dispatcher === undefined ? '' : `export { interrupt } from '${dispatcher}';\n`}
export function kmain(informationAddress: u32, magic: u32): void {
  start(informationAddress, magic);
  main();
  halt();
}
`;
}

/**
 * Builds the kernel. The same sources give the same bytes.
 * @throws CompileError with the compiler's diagnostics; RangeError for an impossible size
 */
export async function buildOwnKernel(sources: OwnKernelSources, options: OwnKernelOptions = {}): Promise<KernelFile> {
  const { kernel, source, readProjectFile, readGuestFile } = sources;
  const { stackBytes = DEFAULT_STACK_BYTES, heapBytes = 0, quality } = options;
  checkSize('stack', stackBytes, 4096, 16 * 1024 * 1024);
  if (heapBytes !== 0) checkSize('heap', heapBytes, WASM_PAGE_BYTES, MOST_HEAP_BYTES);
  const compiled = await compileAssemblyScript({
    entry: `${START}.ts`,
    readFile: (name) => {
      if (name === `${START}.ts`) return startSource(kernel, source);
      if (name === `${kernel}.ts`) return source;
      const moduleName = /(?:^|[\\/])node_modules[\\/]longmode[\\/]kernel[\\/](.*)\.ts$/.exec(name)?.[1];
      const publicModule = moduleName && PUBLIC_MODULES.get(moduleName);
      if (publicModule) return `export * from './${publicModule}';`;
      return moduleName === undefined ? readProjectFile(name) : readGuestFile(`${moduleName}.ts`);
    },
    optimize: quality === 'draft' ? 0 : 2,
    abort: '~lib/longmode/kernel/library/panic/abort',
    ...runtimeOptions(heapBytes),
    transforms: kernelTransforms(heapBytes !== 0),
    extraArguments: memoryArguments(heapBytes),
  }).catch((error) => {
    throw explained(error, kernel, source);
  });
  const bootName = kernel.slice(kernel.lastIndexOf('/') + 1);
  const boot = bootCode(`${bootName}-boot.asm`, KERNEL_BOOT_TEXT, tablesAndStack(stackBytes));
  const image = buildImage({ ...compiled, boot });
  return { ...image, warnings: compiled.diagnostics, problems: compiled.problems };
}

function checkSize(what: string, bytes: number, least: number, most: number): void {
  if (Number.isInteger(bytes) && bytes >= least && bytes <= most && bytes % 16 === 0) return;
  throw new RangeError(`${what} of ${bytes} bytes: expected ${least} to ${most}, a multiple of 16`);
}

function runtimeOptions(heapBytes: number) {
  if (heapBytes === 0) return { runtime: 'stub' } as const;
  return { runtime: 'incremental', memoryBase: MEMORY_BASE_WITH_HEAP } as const;
}

function memoryArguments(heapBytes: number): string[] {
  if (heapBytes === 0) return [];
  return ['--initialMemory', `${Math.ceil((MEMORY_BASE_WITH_HEAP + heapBytes) / WASM_PAGE_BYTES)}`];
}

/** The compiler's report with a hint at what is particular to kernels. */
function explained(error: unknown, kernel: string, source: string): unknown {
  if (!(error instanceof CompileError)) return error;
  const hints: string[] = [];
  if (!/\bmain\b/.test(source)) hints.push(`${kernel}.ts has to export its entry: export function main(): void`);
  if (error.message.includes('this needs the heap')) hints.push('to get a heap, build with --heap 1M (heapBytes)');
  return hints.length === 0
    ? error
    : new CompileError(error.code, [error.message, ...hints].join('\n'), error.problems);
}
