/**
 * Builds the bench's images and the native program from the same C files with gcc. The images that are committed
 * beside the sources are what everybody measures, so that instruction counts do not depend on the compiler at hand.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { coldCodeSource } from './cold-code.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));

/** What the guests are compiled for. */
export type Target = 'x86-64' | 'i386';

/** Where the images are: ELF32 with a Multiboot 1 header, for QEMU's `-kernel` and for v86, too. */
export const IMAGE_PATHS: Readonly<Record<Target, string>> = {
  'x86-64': join(folder, 'bench.elf'),
  i386: join(folder, 'bench-i386.elf'),
};

/** What is for one target only; files whose names end in `-model.c` are for the native program, too. */
const NATIVE_ONLY = new Set(['native.c']);
const IMAGE_ONLY = new Set(['main.c', 'self-modifying.c']);
const ONLY: Readonly<Record<Target, ReadonlySet<string>>> = {
  'x86-64': new Set([
    'bignum.c',
    'devices.c',
    'divide.c',
    'pages.c',
    'rep_movs.c',
    'short_strings.c',
    'start.S',
    'system.c',
    'traps.c',
  ]),
  i386: new Set(['start-i386.S', 'support-i386.c']),
};
/** Of those, what is for the native program as well. */
const PORTABLE_64 = new Set(['bignum.c', 'divide.c', 'rep_movs.c', 'short_strings.c']);
const sources = readdirSync(folder).filter((file) => /\.[cS]$/.test(file));

const isOfImage = (file: string, target: Target): boolean =>
  !NATIVE_ONLY.has(file) && !file.endsWith('-model.c') && !ONLY[target === 'i386' ? 'x86-64' : 'i386'].has(file);
const isOfNative = (file: string): boolean =>
  !IMAGE_ONLY.has(file) && !ONLY.i386.has(file) && (!ONLY['x86-64'].has(file) || PORTABLE_64.has(file));

/** Fingerprint of everything that the images are made from. */
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

const IMAGE_OPTIONS =
  '-O2 -ffreestanding -fno-pic -no-pie -mno-red-zone -fno-stack-protector -fwrapv -fno-asynchronous-unwind-tables -fcf-protection=none -fno-tree-loop-distribute-patterns -nostdlib -static -s';
const TARGET_OPTIONS: Readonly<Record<Target, string>> = {
  'x86-64': '-m64',
  i386: '-m32 -march=i686 -mno-stv',
};
/** Double precision is SSE2 in 32-bit code, too, and rounds alike. */
const VECTOR_OPTIONS = '-msse2 -mfpmath=sse';

/** Compiles an image. @throws if there is no gcc */
export function buildImage(target: Target): void {
  const image = IMAGE_PATHS[target];
  const options = [...TARGET_OPTIONS[target].split(' '), ...IMAGE_OPTIONS.split(' ')];
  const linker = `-Wl,-T,${join(folder, 'guest.ld')},-n,--build-id=none,--no-warn-rwx-segments`;
  inTemporaryFolder((temporary, coldCode) => {
    const files = sources.filter((file) => isOfImage(file, target)).map((file) => join(folder, file));
    const objects = [...files, coldCode].map((path) => {
      const object = join(temporary, `${basename(path)}.o`);
      const registers = vectorFiles.has(basename(path))
        ? [...VECTOR_OPTIONS.split(' '), NO_MALLOC, ...FLOAT_OPTIONS]
        : ['-mgeneral-regs-only'];
      execFileSync('gcc', [...options, ...registers, '-I', folder, '-c', '-o', object, path]);
      return object;
    });
    execFileSync('gcc', [...options, linker, '-o', image, ...objects]);
  });
  execFileSync('objcopy', ['-O', 'elf32-i386', image]);
}

/** Compiles the guests as a program of the host, `PROGRAM NAME SIZE`. @throws if there is no gcc */
export function buildNative(program: string): void {
  const options = '-O2 -mno-red-zone -fwrapv -fcf-protection=none -fno-tree-loop-distribute-patterns';
  inTemporaryFolder((_, coldCode) => {
    const files = sources.filter(isOfNative).map((file) => join(folder, file));
    const command = [...options.split(' '), ...FLOAT_OPTIONS, '-I', folder, '-o', program, ...files, coldCode, '-lm'];
    execFileSync('gcc', command);
  });
}
