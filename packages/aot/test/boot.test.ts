/** The images boot: in QEMU by `-kernel`, and by GRUB with both Multiboot protocols. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Image } from '../src/image.ts';
import { compileKernel, hasProgram, runQemu, temporaryFile } from './kernels.ts';

const SUCCESS = 33;
const PANIC = 3;
const qemu = hasProgram('qemu-system-x86_64');
const grub = qemu && hasProgram('grub-mkrescue') && hasProgram('xorriso', '-version');
if (!qemu) console.log('boot tests skip: qemu-system-x86_64 is not installed');
else if (!grub) console.log('GRUB boot tests skip: grub-mkrescue or xorriso is not installed');

/** It has no mutable globals, so that its file ends with .text. */
let hello: Image;
beforeAll(async () => {
  ({ image: hello } = await compileKernel('hello.ts', { optimize: 3 }));
}, 60_000);

describe.skipIf(!qemu)('in QEMU', { timeout: 60_000 }, () => {
  it('a kernel prints to the serial line, started by -kernel', () => {
    const result = runQemu(['-kernel', temporaryFile('kernel.elf', hello.elf)]);
    expect(result).toEqual({ status: SUCCESS, serial: 'Hello from TypeScript\n' });
  });

  it.each([0, 3] as const)('interrupts, intrinsics and link symbols work with -O%i', async (optimize) => {
    const { image } = await compileKernel('interrupts.ts', { optimize, memoryBase: 0x12_0000 });
    const result = runQemu(['-kernel', temporaryFile('kernel.elf', image.elf), '-cpu', 'qemu64,vendor=GenuineIntel']);
    expect(result.serial).toBe(
      [
        'breakpoint, cs 0x8',
        'breakpoint, cs 0x8',
        'vendor GenuineIntel',
        'exception 0xe error 0x0 cr2 0xffff800000700008',
        '',
      ].join('\n'),
    );
    expect(result.status).toBe(SUCCESS);
  });

  it('collections and garbage collection run on linear memory behind the data', async () => {
    const options = { runtime: 'incremental', memoryBase: 0x12_0000, extraArguments: ['--initialMemory', '64'] };
    const { image } = await compileKernel('collections.ts', options);
    expect(image.sections.map(({ name }) => name)).toEqual([
      '.boot',
      '.text',
      '.rodata',
      '.data',
      '.data.as',
      '.heap',
      '.bss',
    ]);
    const result = runQemu(['-kernel', temporaryFile('kernel.elf', image.elf)]);
    expect(result.serial).toBe(
      [
        'processes: p0, p1, p2; p1 woke 1',
        'total 228890',
        '-4 0 3 5 9',
        'PANIC: Index out of range at ~lib/array.ts:114:42',
        '',
      ].join('\n'),
    );
    expect(result.status).toBe(PANIC);
  });

  it.skipIf(!grub)('GRUB boots the same file by Multiboot 1 and by Multiboot 2', () => {
    for (const command of ['multiboot', 'multiboot2']) {
      const root = mkdtempSync(join(tmpdir(), 'longmode-aot-'));
      mkdirSync(join(root, 'iso/boot/grub'), { recursive: true });
      copyFileSync(temporaryFile('kernel.elf', hello.elf), join(root, 'iso/boot/kernel.elf'));
      const menu = `set timeout=0\nset default=0\nmenuentry "test" {\n  ${command} /boot/kernel.elf\n  boot\n}\n`;
      writeFileSync(join(root, 'iso/boot/grub/grub.cfg'), menu);
      const iso = join(root, 'kernel.iso');
      const made = spawnSync('grub-mkrescue', ['-o', iso, join(root, 'iso')], { encoding: 'utf8' });
      expect(made.status, made.stderr).toBe(0);
      const result = runQemu(['-cdrom', iso]);
      expect(result.status, command).toBe(SUCCESS);
      expect(result.serial).toContain('Hello from TypeScript\n');
    }
  });
});
