/**
 * Builds one image: boot text through the assembler, TypeScript through the AssemblyScript compiler and the native
 * compiler, both together through the linker.
 *
 *     boot/*.ts --------- assemble() -------------------------.
 *                                                              buildImage() --> kernel.elf
 *     kernel/main.ts ---- compileAssemblyScript() --> module --'
 */
import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildImage, type Image } from '@longmode/aot';
import { compileAssemblyScript } from '@longmode/aot/compile';
import { bootCode } from '../boot/boot-code.ts';
import type { KernelSource, ProgramSource } from './kernel-source.ts';

const packageDirectory = fileURLToPath(new URL('../..', import.meta.url));

/** The transforms of the AssemblyScript compiler, explained in their files. */
const transforms = (hasHeap: boolean) =>
  ['print-template.mjs', 'must-use.mjs', ...(hasHeap ? [] : ['forbid-heap.mjs'])].flatMap((name) => [
    '--transform',
    resolve(packageDirectory, 'library/build', name),
  ]);

/** Bytes for the garbage collector's list of references on the stack. It overflows into a panic. */
const SHADOW_STACK_BYTES = 16 * 1024;

/** A WebAssembly module without any content: the guest of an image that is all boot code. */
const EMPTY_MODULE = new Uint8Array([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);

/**
 * Compiles the TypeScript part of a kernel to WebAssembly, with source map.
 * @param entry file with the exports, relative to this package
 * @param abort function that `throw` and failed checks end in, as `file/function`
 * @param source text of the entry file, if it isn't to be read
 * @param heap module with the heap of the kernel, if it has one
 * @param memoryBase first address of static data, if it isn't that of a kernel
 * @throws CompileError with the compiler's diagnostics
 */
export async function compileGuest(entry: string, abort: string, source?: string, heap?: string, memoryBase?: number) {
  const compiled = await compileAssemblyScript({
    entry,
    readFile: (file) =>
      file === entry && source !== undefined
        ? source
        : readFile(resolve(packageDirectory, file), 'utf8').catch(() => null),
    ...(memoryBase === undefined ? {} : { memoryBase }),
    optimize: 2,
    runtime: heap ?? 'stub',
    abort,
    stackSizeBytes: heap === undefined ? 0 : SHADOW_STACK_BYTES,
    extraArguments: transforms(heap !== undefined),
  });
  if (compiled.diagnostics !== '') console.warn(compiled.diagnostics);
  return compiled;
}

/** Builds the image of a kernel. The same sources give the same bytes. @throws CompileError, AssemblerError */
export async function buildKernel({ name, bootText, reservations, guest }: KernelSource): Promise<Image> {
  const boot = bootCode(`${basename(name)}.asm`, bootText, reservations);
  if (guest === undefined) return buildImage({ wasm: EMPTY_MODULE, boot });
  const { wasm, sourceMap } = await compileGuest(guest.entry, guest.abort, undefined, guest.heap);
  const files = guest.program && new Map([[guest.program.name, await buildProgram(guest.program)]]);
  return buildImage({ wasm, sourceMap, boot, ...(files && { files }) });
}

const PAGE_BYTES = 0x1000;

/** Builds a program for ring 3, as an ELF file without debug information. @throws CompileError, AssemblerError */
async function buildProgram({ name, bootText, reservations, guest, baseAddress }: ProgramSource) {
  const boot = bootCode(`${basename(name)}.asm`, bootText, reservations);
  const memoryBase = baseAddress + PAGE_BYTES;
  const { wasm, sourceMap } = await compileGuest(guest.entry, guest.abort, undefined, undefined, memoryBase);
  return loadedPart(buildImage({ wasm, sourceMap, boot, baseAddress }).elf);
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
