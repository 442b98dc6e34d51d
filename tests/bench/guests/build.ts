/**
 * Builds the bench's image and the native program from the same C files with gcc. The image that is committed beside the
 * sources is what everybody measures, so that instruction counts do not depend on the compiler at hand; it remembers which
 * sources it was made from.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { coldCodeSource } from './cold-code.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));

/** Where the image is: ELF32 with a Multiboot 1 header, for QEMU's `-kernel` too. */
export const imagePath = join(folder, 'bench.elf');

/** What belongs to one of the two only; files whose names end in `-model.c` are for the native program, too. */
const guestOnly = new Set(['main.c', 'pages.c', 'self-modifying.c', 'start.S', 'system.c', 'traps.c']);
const isNativeOnly = (file: string): boolean => file === 'native.c' || file.endsWith('-model.c');
const sources = readdirSync(folder).filter((file) => /\.[cS]$/.test(file));

/** Fingerprint of everything that the image is made from. */
export function sourcesSha256(): string {
  const hash = createHash('sha256');
  for (const file of readdirSync(folder).filter((name) => /\.(c|h|S|ld)$/.test(name) || name === 'cold-code.ts')) {
    hash.update(`${file}\n`).update(readFileSync(join(folder, file)));
  }
  return hash.digest('hex');
}

/** What computes with floating point or vectors; everything else is built for general registers only. */
const vectorFiles = new Set([
  'filter.c',
  'mandelbrot.c',
  'matrix_double.c',
  'nbody.c',
  'nbody_x87.c',
  'packed.c',
  'pixels.c',
]);
/** Keeps the intrinsics' header from including the host's C library. */
const NO_MALLOC = '-D_MM_MALLOC_H_INCLUDED';
/** Square roots are instructions, not calls; what is written is what is computed. */
const FLOAT_OPTIONS = ['-fno-math-errno', '-ffp-contract=off'];

/** Runs `build` with a temporary folder, which then has the generated source and is removed afterwards. */
function inTemporaryFolder(build: (temporary: string, coldCode: string) => void): void {
  const temporary = mkdtempSync(join(tmpdir(), 'longmode-bench-'));
  try {
    const coldCode = join(temporary, 'cold_code.c');
    writeFileSync(coldCode, coldCodeSource());
    build(temporary, coldCode);
  } finally {
    rmSync(temporary, { recursive: true });
  }
}

/** Compiles the image. @throws if there is no gcc */
export function buildImage(): void {
  const options =
    '-m64 -O2 -ffreestanding -fno-pic -no-pie -mno-red-zone -fno-stack-protector -fwrapv -fno-asynchronous-unwind-tables -fcf-protection=none -fno-tree-loop-distribute-patterns -nostdlib -static -s';
  const linker = `-Wl,-T,${join(folder, 'guest.ld')},-n,--build-id=none,--no-warn-rwx-segments`;
  inTemporaryFolder((temporary, coldCode) => {
    const files = sources.filter((file) => !isNativeOnly(file)).map((file) => join(folder, file));
    const objects = [...files, coldCode].map((path) => {
      const object = join(temporary, `${basename(path)}.o`);
      const registers = vectorFiles.has(basename(path)) ? [NO_MALLOC, ...FLOAT_OPTIONS] : ['-mgeneral-regs-only'];
      execFileSync('gcc', [...options.split(' '), ...registers, '-I', folder, '-c', '-o', object, path]);
      return object;
    });
    execFileSync('gcc', [...options.split(' '), linker, '-o', imagePath, ...objects]);
  });
  execFileSync('objcopy', ['-O', 'elf32-i386', imagePath]);
}

/** Compiles the guests as a program of the host, `PROGRAM NAME SIZE`. @throws if there is no gcc */
export function buildNative(program: string): void {
  const options = '-O2 -mno-red-zone -fwrapv -fcf-protection=none -fno-tree-loop-distribute-patterns';
  inTemporaryFolder((_, coldCode) => {
    const files = sources.filter((file) => !guestOnly.has(file)).map((file) => join(folder, file));
    const command = [...options.split(' '), ...FLOAT_OPTIONS, '-I', folder, '-o', program, ...files, coldCode, '-lm'];
    execFileSync('gcc', command);
  });
}
