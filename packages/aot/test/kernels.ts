/** Test kernels from `assembly/`: compiled by asc, linked with the test boot code, and run in QEMU. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildImage } from '../src/build-image.ts';
import { compileAssemblyScript } from '../src/compile.ts';
import type { AssemblyScriptOptions } from '../src/compile-options.ts';
import type { Image } from '../src/image.ts';
import { testBoot } from './boot-stub.ts';

const folder = new URL('assembly/', import.meta.url);

/** Compiles `assembly/<entry>`. */
export async function compileKernel(
  entry: string,
  options: Partial<AssemblyScriptOptions> = {},
): Promise<{ image: Image; wasm: Uint8Array }> {
  const compiled = await compileAssemblyScript({
    entry,
    readFile: (name) => {
      const file = new URL(name, folder);
      return existsSync(file) ? readFileSync(file, 'utf8') : null;
    },
    optimize: 2,
    runtime: 'stub',
    abort: 'console/abort',
    ...options,
  });
  return { wasm: compiled.wasm, image: buildImage({ ...compiled, boot: testBoot }) };
}

/** A file with the given contents in a fresh folder. */
export function temporaryFile(name: string, contents: Uint8Array | string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'longmode-aot-')), name);
  writeFileSync(path, contents);
  return path;
}

/** Is there a program of this name? */
export function hasProgram(name: string, argument = '--version'): boolean {
  return spawnSync(name, [argument]).status === 0;
}

/** Boots by QEMU with the given arguments until the kernel exits; status is (code << 1) | 1. */
export function runQemu(
  argumentsOfBoot: readonly string[],
  timeoutMs = 40_000,
): { status: number | null; serial: string } {
  const { status, stdout, stderr, error } = spawnSync(
    'qemu-system-x86_64',
    [
      ...argumentsOfBoot,
      ...['-display', 'none', '-serial', 'stdio', '-monitor', 'none', '-no-reboot'],
      ...['-device', 'isa-debug-exit,iobase=0xf4,iosize=4'],
    ],
    { encoding: 'utf8', timeout: timeoutMs },
  );
  if (error !== undefined) throw error;
  return { status, serial: stdout.replaceAll('\r', '') || stderr };
}
