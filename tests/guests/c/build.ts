/**
 * Builds the C guests with gcc, or says that there is none. Each image is the same source for two boot protocols and two
 * optimisation levels; the prebuilt images that stand in for a missing gcc are the output of `tsx guests/c/build.ts`.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));

/** One image of the C guests. */
export interface CGuest {
  readonly name: string;
  readonly multiboot: 1 | 2;
  /** ELF class of the file; the code is 64-bit in both. */
  readonly elf: 32 | 64;
  readonly optimize: 0 | 2;
}

export const cGuests: readonly CGuest[] = [
  { name: 'multiboot1-elf32-O0', multiboot: 1, elf: 32, optimize: 0 },
  { name: 'multiboot1-elf32-O2', multiboot: 1, elf: 32, optimize: 2 },
  { name: 'multiboot2-elf64-O0', multiboot: 2, elf: 64, optimize: 0 },
  { name: 'multiboot2-elf64-O2', multiboot: 2, elf: 64, optimize: 2 },
];

/** Whether an x86-64 gcc with binutils is here. */
export const hasGcc = (): boolean =>
  spawnSync('gcc', ['-dumpmachine'], { encoding: 'utf8' }).stdout?.startsWith('x86_64') === true &&
  spawnSync('objcopy', ['--version']).status === 0;

function inTemporaryFolder<T>(work: (folder: string) => T): T {
  const temporary = mkdtempSync(join(tmpdir(), 'longmode-guest-'));
  try {
    return work(temporary);
  } finally {
    rmSync(temporary, { recursive: true });
  }
}

/** Compiles one image. No SSE, no red zone: a kernel's code. */
export function buildGuest({ multiboot, elf, optimize }: CGuest): Uint8Array {
  return inTemporaryFolder((temporary) => {
    const linked = join(temporary, 'guest.elf');
    const sources = ['start.S', 'kernel.c', 'results.c'].map((file) => join(folder, file));
    const options =
      '-m64 -ffreestanding -fno-pic -no-pie -mno-red-zone -mgeneral-regs-only -mno-sse -fno-stack-protector -fwrapv -fno-asynchronous-unwind-tables -fcf-protection=none -fno-tree-loop-distribute-patterns -nostdlib -static -s';
    execFileSync('gcc', [
      ...options.split(' '),
      `-O${optimize}`,
      `-DMULTIBOOT=${multiboot}`,
      `-Wl,-T,${join(folder, 'guest.ld')},-n,--build-id=none,--no-warn-rwx-segments`,
      '-o',
      linked,
      ...sources,
    ]);
    // The code is linked as ELF64 either way; objcopy only changes the container.
    if (elf === 32) execFileSync('objcopy', ['-O', 'elf32-i386', linked]);
    return readFileSync(linked);
  });
}

/** Runs the same computations as a program of the host and returns what it prints. */
export function runNatively(optimize: 0 | 2): string {
  return inTemporaryFolder((temporary) => {
    const program = join(temporary, 'native');
    const sources = ['native.c', 'results.c'].map((file) => join(folder, file));
    execFileSync('gcc', ['-fwrapv', `-O${optimize}`, '-o', program, ...sources]);
    return execFileSync(program, { encoding: 'utf8' });
  });
}

export const prebuiltPath = ({ name }: CGuest): string => join(folder, 'prebuilt', `${name}.elf`);
export const expectedPath = join(folder, 'expected.txt');

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(join(folder, 'prebuilt'), { recursive: true });
  for (const guest of cGuests) writeFileSync(prebuiltPath(guest), buildGuest(guest));
  writeFileSync(expectedPath, runNatively(0));
}
