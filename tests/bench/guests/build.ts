/**
 * Builds the bench's image and the native program from the same C files with gcc. The image that is committed beside the
 * sources is what everybody measures, so that instruction counts do not depend on the compiler at hand; it remembers which
 * sources it was made from.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));

/** Where the image is: ELF32 with a Multiboot 1 header, for QEMU's `-kernel` too. */
export const imagePath = join(folder, 'bench.elf');

const guestOnly = new Set(['main.c', 'system.c', 'traps.c']);
const nativeOnly = new Set(['native.c', 'system-model.c']);
const cFiles = readdirSync(folder).filter((file) => file.endsWith('.c'));

/** Fingerprint of everything that the image is made from. */
export function sourcesSha256(): string {
  const hash = createHash('sha256');
  for (const file of readdirSync(folder).filter((name) => /\.(c|h|S|ld)$/.test(name))) {
    hash.update(`${file}\n`).update(readFileSync(join(folder, file)));
  }
  return hash.digest('hex');
}

/** What computes with floating point or vectors; everything else is built for general registers only. */
const vectorFiles = new Set(['nbody.c', 'nbody_x87.c', 'pixels.c']);
/** Square roots are instructions, not calls. */
const FLOAT_OPTIONS = ['-fno-math-errno', '-ffp-contract=off'];

/** Compiles the image. @throws if there is no gcc */
export function buildImage(): void {
  const options =
    '-m64 -O2 -ffreestanding -fno-pic -no-pie -mno-red-zone -fno-stack-protector -fwrapv -fno-asynchronous-unwind-tables -fcf-protection=none -fno-tree-loop-distribute-patterns -nostdlib -static -s';
  const linker = `-Wl,-T,${join(folder, 'guest.ld')},-n,--build-id=none,--no-warn-rwx-segments`;
  const temporary = mkdtempSync(join(tmpdir(), 'longmode-bench-'));
  try {
    const objects = ['start.S', ...cFiles.filter((file) => !nativeOnly.has(file))].map((file) => {
      const object = join(temporary, `${file}.o`);
      const registers = vectorFiles.has(file) ? FLOAT_OPTIONS : ['-mgeneral-regs-only'];
      execFileSync('gcc', [...options.split(' '), ...registers, '-c', '-o', object, join(folder, file)]);
      return object;
    });
    execFileSync('gcc', [...options.split(' '), linker, '-o', imagePath, ...objects]);
  } finally {
    rmSync(temporary, { recursive: true });
  }
  execFileSync('objcopy', ['-O', 'elf32-i386', imagePath]);
}

/** Runs guests as a program of the host. @returns their checksums in the order asked */
export function runNatively(runs: readonly { readonly name: string; readonly size: number }[]): string[] {
  const temporary = mkdtempSync(join(tmpdir(), 'longmode-bench-'));
  try {
    const program = join(temporary, 'native');
    const sources = cFiles.filter((file) => !guestOnly.has(file)).map((file) => join(folder, file));
    execFileSync('gcc', ['-O2', '-fwrapv', ...FLOAT_OPTIONS, '-o', program, ...sources, '-lm']);
    return runs.map(({ name, size }) => execFileSync(program, [name, String(size)], { encoding: 'utf8' }).trim());
  } finally {
    rmSync(temporary, { recursive: true });
  }
}
