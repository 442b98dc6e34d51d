/** A program for user mode inside a kernel's image, run in ring 3. */
import { existsSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildImage } from '../src/build-image.ts';
import { compileAssemblyScript } from '../src/compile.ts';
import type { Image } from '../src/image.ts';
import { buildUserProgram } from '../src/user-program.ts';
import { testBoot } from './boot-stub.ts';
import { assembleText } from './fuzz/differential.ts';
import { hasProgram, runQemu, temporaryFile } from './kernels.ts';

const qemu = hasProgram('qemu-system-x86_64');
if (!qemu) console.log('the user program is not run: qemu-system-x86_64 is not installed');

const compile = (entry: string, abort: string, memoryBase: number) =>
  compileAssemblyScript({
    ...{ entry, abort, memoryBase, optimize: 2, runtime: 'stub' },
    readFile: (name) => {
      const file = new URL(`assembly/${name}`, import.meta.url);
      return existsSync(file) ? readFileSync(file, 'utf8') : null;
    },
  });

describe('a user program', () => {
  let program: Image;
  let kernel: Image;
  beforeAll(async () => {
    program = buildUserProgram(await compile('user-program.ts', 'user-program/abort', 0x2000_1000));
    const module = await compile('user-kernel.ts', 'console/abort', 0x10_1000);
    kernel = buildImage({ ...module, boot: testBoot, files: new Map([['program', program.elf]]) });
  }, 120_000);

  it('is a small ELF file with page aligned segments', () => {
    expect(program.elf.length).toBeLessThan(0x6000);
    expect(program.sections.map(({ name }) => name)).toEqual(['.boot', '.data.as', '.text', '.data', '.bss']);
    expect(program.entry).toBe(0x2000_0000);
    for (const { address } of program.sections) expect(address % 4096).toBe(0);
  });

  it('lies in the image byte for byte, on pages of its own', () => {
    const address = (name: string) => kernel.symbols.find((symbol) => symbol.name === name)!.address;
    expect(address('program_start') % 4096).toBe(0);
    const at = address('program_start') - 0x10_0000 + 0x1000;
    const end = at + address('program_end') - address('program_start');
    expect(kernel.elf.subarray(at, end)).toEqual(program.elf);
    expect(address('data_start')).toBeGreaterThanOrEqual(Math.ceil(address('program_end') / 4096) * 4096);
  });

  it('has a main function', () => {
    const wasm = assembleText('(module (memory 1) (func (export "other")))');
    expect(() => buildUserProgram({ wasm })).toThrow(/has to export main\(\): i64/);
  });

  it.skipIf(!qemu)('runs in ring 3, calls the kernel and exits', { timeout: 60_000 }, () => {
    const { status, serial } = runQemu(['-kernel', temporaryFile('kernel.elf', kernel.elf)]);
    expect(serial).toBe('hello from user mode\nexit code 42\n');
    expect(status).toBe(33);
  });
});
