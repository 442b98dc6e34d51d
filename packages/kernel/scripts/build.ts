/**
 * Builds every image: boot text through the assembler, TypeScript through the AssemblyScript compiler and the native
 * compiler, both together through the linker. Beside each `dist/<name>.elf` lie what it was made of: the assembly text
 * as a whole (`.asm`, which debuggers show) and the WebAssembly module (`.wasm`, which the unit tests run in Node).
 *
 *     boot/*.ts --------- assemble() ----------------------.
 *                                                           buildImage() --> dist/kernel.elf
 *     kernel/main.ts ---- compileAssemblyScript() --> wasm --'
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildImage } from '@longmode/aot';
import { compileAssemblyScript } from '@longmode/aot/compile';
import { bootCode } from '../boot/boot-code.ts';
import { CHAPTERS, KERNEL, type KernelSource } from '../chapters/chapters.ts';

const packageDirectory = fileURLToPath(new URL('..', import.meta.url));
const dist = resolve(packageDirectory, 'dist');
const transform = (name: string) => ['--transform', resolve(packageDirectory, 'scripts', name)];

/** A WebAssembly module without any content: the guest of an image that is all boot code. */
const EMPTY_MODULE = new Uint8Array([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);

async function build({ name, bootText, reservations, guest }: KernelSource): Promise<void> {
  const output = (extension: string, content: Uint8Array | string) =>
    writeFileSync(resolve(dist, `${name}.${extension}`), content);
  mkdirSync(dirname(resolve(dist, name)), { recursive: true });
  output('asm', bootText);
  const boot = bootCode(`${basename(name)}.asm`, bootText, reservations);

  let module: { wasm: Uint8Array; sourceMap?: string } = { wasm: EMPTY_MODULE };
  if (guest !== undefined) {
    const compiled = await compileAssemblyScript({
      entry: guest.entry,
      readFile: (file) => readFile(resolve(packageDirectory, file), 'utf8').catch(() => null),
      optimize: 2,
      runtime: 'stub',
      abort: guest.abort,
      extraArguments: [...transform('print-template.mjs'), ...transform('forbid-heap.mjs')],
    });
    if (compiled.diagnostics !== '') process.stderr.write(compiled.diagnostics);
    output('wasm', compiled.wasm);
    module = compiled;
  }

  const image = buildImage({ ...module, boot });
  output('elf', image.elf);
  const { boot: bootBytes, text, wasmData, data, bss } = image.sizes;
  console.log(`${name}.elf: boot ${bootBytes}, text ${text}, data ${wasmData + data}, bss ${bss} bytes`);
}

rmSync(dist, { recursive: true, force: true });
for (const source of [...CHAPTERS, KERNEL]) await build(source);
