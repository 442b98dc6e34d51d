/**
 * Builds one image: boot text through the assembler, TypeScript through the AssemblyScript compiler and the native
 * compiler, both together through the linker.
 *
 *     boot/*.ts --------- assemble() -------------------------.
 *                                                              buildImage() --> kernel.elf
 *     kernel/main.ts ---- compileAssemblyScript() --> module --'
 *
 * Sources come through a function, so that the same code builds from files in Node (`build-kernel.ts`) and from texts in
 * a page, to the same bytes.
 */
import { buildImage, type Image, type SourceProblem } from '@longmode/aot';
import { type AssemblyScriptResult, compileAssemblyScript } from '@longmode/aot/compile';
import { bootCode } from '../boot/boot-code.ts';
import type { KernelSource, ProgramSource } from './kernel-source.ts';
import { kernelTransforms } from './transforms.ts';

/** Text of a guest file by its path relative to the kernel's package, such as `kernel/main.ts`; null if there is none. */
export type ReadGuestFile = (path: string) => string | null | Promise<string | null>;

/** An image, and what asc had to remark about its sources. */
export interface KernelImage extends Image {
  /** asc's warnings as one text; empty if there are none. */
  readonly warnings: string;
  readonly problems: readonly SourceProblem[];
}

/** The TypeScript part of a kernel. */
export interface GuestOptions {
  /** File with the exports. */
  readonly entry: string;
  /** Function that `throw` and failed checks end in, as `file/function`. */
  readonly abort: string;
  /** Module with the heap of the kernel, if it has one. */
  readonly heap?: string | undefined;
  /** First address of static data, if it isn't that of a kernel. */
  readonly memoryBase?: number | undefined;
  readonly quality?: Quality | undefined;
}

/** `release` is what images are built with; `draft` takes a third of the time and makes larger and slower code. */
export type Quality = 'draft' | 'release';

/** Bytes for the garbage collector's list of references on the stack. It overflows into a panic. */
const SHADOW_STACK_BYTES = 16 * 1024;

/** A WebAssembly module without any content: the guest of an image that is all boot code. */
const EMPTY_MODULE = new Uint8Array([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);

const PAGE_BYTES = 0x1000;

/** Compiles the TypeScript part of a kernel to WebAssembly. @throws CompileError with the compiler's diagnostics */
export function compileGuestModule(
  { entry, abort, heap, memoryBase, quality }: GuestOptions,
  readFile: ReadGuestFile,
): Promise<AssemblyScriptResult> {
  return compileAssemblyScript({
    entry,
    readFile,
    ...(memoryBase === undefined ? {} : { memoryBase }),
    optimize: quality === 'draft' ? 0 : 2,
    runtime: heap ?? 'stub',
    abort,
    stackSizeBytes: heap === undefined ? 0 : SHADOW_STACK_BYTES,
    transforms: kernelTransforms(heap !== undefined),
  });
}

/** Builds the image of a kernel. The same sources give the same bytes. @throws CompileError, AssemblerError */
export async function buildKernelImage(
  { name, bootText, reservations, guest }: KernelSource,
  readFile: ReadGuestFile,
  quality: Quality = 'release',
): Promise<KernelImage> {
  const boot = bootCode(`${baseName(name)}.asm`, bootText, reservations);
  if (guest === undefined) return { ...buildImage({ wasm: EMPTY_MODULE, boot }), warnings: '', problems: [] };
  const { diagnostics, problems, ...module } = await compileGuestModule({ ...guest, quality }, readFile);
  const files = guest.program && new Map([[guest.program.name, await buildProgram(guest.program, readFile)]]);
  return { ...buildImage({ ...module, boot, ...(files && { files }) }), warnings: diagnostics, problems };
}

/** Builds a program for ring 3, as an ELF file without debug information. @throws CompileError, AssemblerError */
async function buildProgram(
  { name, bootText, reservations, guest, baseAddress }: ProgramSource,
  readFile: ReadGuestFile,
): Promise<Uint8Array> {
  const boot = bootCode(`${baseName(name)}.asm`, bootText, reservations);
  const module = await compileGuestModule({ ...guest, memoryBase: baseAddress + PAGE_BYTES }, readFile);
  return loadedPart(buildImage({ ...module, boot, baseAddress }).elf);
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** An ELF file up to the end of what gets loaded, without section headers (System V ABI, figure 4-3). */
function loadedPart(elf: Uint8Array): Uint8Array {
  const view = new DataView(elf.buffer, elf.byteOffset, elf.byteLength);
  const number = (at: number) => Number(view.getBigUint64(at, true));
  const segments = Array.from(
    { length: view.getUint16(56, true) },
    (_, i) => number(32) + i * view.getUint16(54, true),
  );
  const end = Math.max(...segments.map((at) => number(at + 8) + number(at + 32)));
  const loaded = elf.slice(0, end);
  const header = new DataView(loaded.buffer);
  header.setBigUint64(40, 0n, true); // e_shoff
  header.setUint16(60, 0, true); // e_shnum
  header.setUint16(62, 0, true); // e_shstrndx
  return loaded;
}
