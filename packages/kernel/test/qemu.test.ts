/**
 * Every image in QEMU: by GRUB from an ISO (Multiboot 2) and by QEMU's own loader (Multiboot 1). The screens, colours
 * included, must equal the goldens, which the emulator's tests use too. `UPDATE_GOLDENS=1` writes them anew from QEMU.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { missingTool, runInQemu } from './qemu.ts';
import { screenText } from './screen-text.ts';
import { BOOT_SCREENS, DEBUG_EXIT_STATUS, expectedScreen, goldenPath, maskFrame } from './screens.ts';

const TIMEOUT = 90_000;
const elf = (image: string) => fileURLToPath(new URL(`../dist/${image}.elf`, import.meta.url));

const missing = { multiboot1: missingTool('kernel'), multiboot2: missingTool('grub') };
for (const [protocol, tool] of Object.entries(missing))
  if (tool !== undefined) console.warn(`skipping boots by ${protocol} in QEMU: ${tool} is not installed`);

/** The screen with everything but the first `cells` cells blank, as it was before the loader wrote on it. */
function onlyFirst(screen: Uint8Array, cells: number): Uint8Array {
  return screen.map((byte, at) => (at < cells * 2 ? byte : at % 2 === 0 ? 0x20 : 0x07));
}

/** Vectors that QEMU's log does not announce: software interrupts, and the double fault that two others become. */
const NOT_CHECKED: ReadonlySet<number> = new Set([3, 8]);

/**
 * Time is the count of instructions while the guest runs (4 ns each), as in the emulator. By the host's clock a tick of the
 * timer may come between any two lines that a kernel prints when the host is busy.
 */
const CLOCK_OF_INSTRUCTIONS = ['-icount', 'shift=2'];

describe('screens in QEMU', () => {
  for (const boot of BOOT_SCREENS) {
    const { name, image, protocol, commandLine, end, exceptions, writtenCells, showsFrame, ids } = boot;
    const loader = protocol === 'multiboot2' ? 'grub' : 'kernel';
    test.skipIf(missing[protocol])(`${name} by ${protocol} (${ids})`, { timeout: TIMEOUT }, async () => {
      if (end === 'exited') {
        const { end: left, exitCode } = await runInQemu({ elf: elf(image), loader, commandLine });
        expect([left, exitCode]).toEqual(['exited', DEBUG_EXIT_STATUS]);
      }
      // QEMU takes its screen along when it exits; without the port the kernel stays.
      const hasDebugExit = end !== 'exited';
      const qemuArguments = end === 'idle' ? CLOCK_OF_INSTRUCTIONS : [];
      const result = await runInQemu({ elf: elf(image), loader, commandLine, hasDebugExit, qemuArguments });
      expect(result.end).toBe(end === 'exited' ? 'halted' : end);
      if (exceptions !== undefined) {
        const checked = exceptions.filter((vector) => !NOT_CHECKED.has(vector));
        expect(result.exceptions.slice(-checked.length)).toEqual(checked);
      }
      const keepsText = protocol === 'multiboot1' && writtenCells !== undefined;
      const plain = screenText(keepsText ? onlyFirst(result.screen, writtenCells) : result.screen);
      const text = showsFrame ? maskFrame(plain) : plain;
      if (process.env.UPDATE_GOLDENS === '1') {
        mkdirSync(dirname(goldenPath(boot)), { recursive: true });
        writeFileSync(goldenPath(boot), text);
      }
      expect(text).toBe(expectedScreen(boot));
    });
  }
});

describe('the machine behind the screen', () => {
  const registers = async (image: string, qemuArguments: readonly string[] = []) =>
    (await runInQemu({ elf: elf(image), loader: 'grub', qemuArguments })).registers;

  test.skipIf(missing.multiboot2)('MB-4: state at the entry, as GRUB leaves it', { timeout: TIMEOUT }, async () => {
    const text = await registers('chapters/01-multiboot-header');
    expect(text).toContain('EAX=36d76289');
    expect(text).toMatch(/ESP=0007ff00/);
    expect(text).toMatch(/EIP=0010002b EFL=00000046/);
    expect(text).toMatch(/CS =0010 00000000 ffffffff 00cf9a00/);
    expect(text).toMatch(/IDT=\s+00000000 00000000/);
    expect(text).toContain('CR0=00000011');
  });

  test.skipIf(missing.multiboot2)('LM-1, LM-2, LM-10, LM-11: long mode', { timeout: TIMEOUT }, async () => {
    const text = await registers('chapters/02-long-mode');
    expect(text).toMatch(/CR0=80000011 .*CR4=00000020/);
    expect(text).toMatch(/EFER=0000000000000500/);
    expect(text).toMatch(/CS =0008 0000000000000000 00000000 00209800 DPL=0 CS64/);
    for (const segment of ['SS', 'DS', 'ES', 'FS', 'GS']) expect(text).toMatch(new RegExp(`${segment} =0000`));
    expect(text).toMatch(/GDT=\s+[0-9a-f]+ 0000000f/);
    expect(text).toContain('HLT=1');
  });

  test.skipIf(missing.multiboot2)(
    'LM-3, LM-4, LM-10: page tables and GDT in memory',
    { timeout: TIMEOUT },
    async () => {
      await runInQemu({
        elf: elf('chapters/02-long-mode'),
        loader: 'grub',
        inspect: async ({ registers: text, readMemory }) => {
          const number = (pattern: RegExp) => Number.parseInt(pattern.exec(text)![1]!, 16);
          const entries = async (table: number) => {
            const bytes = await readMemory(table, 4096);
            return Array.from({ length: 512 }, (_, index) => Number(bytes.readBigUInt64LE(index * 8)));
          };
          const withoutAccessedDirty = (entry: number) => entry - (entry & 0x60);
          const p4Address = number(/CR3=([0-9a-f]+)/);
          const [p4, p3, p2] = [
            await entries(p4Address),
            await entries(p4Address + 4096),
            await entries(p4Address + 8192),
          ];
          expect(p4.map(withoutAccessedDirty)).toEqual([p4Address + 4096 + 3, ...Array(511).fill(0)]);
          expect(p3.map(withoutAccessedDirty)).toEqual([p4Address + 8192 + 3, ...Array(511).fill(0)]);
          expect(p2.map(withoutAccessedDirty)).toEqual(Array.from({ length: 512 }, (_, i) => i * 0x200000 + 0x83));
          const gdt = await readMemory(number(/GDT=\s+([0-9a-f]+)/), 16);
          expect(gdt.readBigUInt64LE(0)).toBe(0n);
          expect(gdt.readBigUInt64LE(8) & ~(1n << 40n)).toBe(0x0020980000000000n); // bit 40: accessed, set by use
        },
      });
    },
  );

  test.skipIf(missing.multiboot2)('LM-7: ERR: 2 on a processor without long mode', { timeout: TIMEOUT }, async () => {
    const {
      screen,
      registers: text,
      end,
    } = await runInQemu({
      elf: elf('chapters/02-long-mode'),
      loader: 'grub',
      qemuArguments: ['-cpu', 'pentium3'],
    });
    expect(end).toBe('halted');
    expect(Buffer.from(screen.subarray(0, 14)).toString('hex')).toBe('454f524f524f3a4f204f324f2007');
    expect(text).toMatch(/HLT=1/);
    expect(text).toMatch(/CR0=00000011/);
  });

  test.skipIf(missing.multiboot1)('the serial mirror shows what the screen shows', { timeout: TIMEOUT }, async () => {
    const { serial } = await runInQemu({ elf: elf('kernel'), loader: 'kernel', commandLine: 'panic' });
    expect(serial).toContain('[ ok ] long mode   this is 64-bit code\n');
    expect(serial).toMatch(/PANIC in kernel\/faults\.ts at line \d+:\n {4}this panic was asked for/);
  });

  test.skipIf(missing.multiboot2)(
    'verbose: loader, command line and memory by GRUB',
    { timeout: TIMEOUT },
    async () => {
      const { serial } = await runInQemu({ elf: elf('kernel'), loader: 'grub', commandLine: 'verbose' });
      expect(serial).toContain("loader's magic number: 0x36d76289\n");
      expect(serial).toMatch(/^loader: GRUB 2\./m);
      expect(serial).toContain('command line: verbose\n');
      expect(serial).toContain('processor: AuthenticAMD\n');
      expect(serial).toMatch(/cr0: 0x80010011, cr3: 0x[0-9a-f]+000, cr4: 0x20, efer: 0xd00\n/);
      expect(serial).toContain('    start: 0x0, length: 0x9fc00\n    start: 0x100000, length: 0x7ee0000\n');
    },
  );

  test.skipIf(missing.multiboot1)('IRQ-2: scan codes of a real keyboard', { timeout: TIMEOUT }, async () => {
    const { screen } = await runInQemu({
      elf: elf('chapters/11-hardware-interrupts'),
      loader: 'kernel',
      lines: ['a'],
    });
    expect(screenText(screen).replace(/\|\n\t.*\n/g, '\n')).toMatch(/\|0x1e +\n\|0x9e +\n\|0x1c +\n\|0x9c/);
  });

  test.skipIf(missing.multiboot1)('the shell, typed at', { timeout: TIMEOUT }, async () => {
    const lines = ['echo hello', 'fault stack-overflow', 'user kernel', 'user', 'fault page', 'exit'];
    const { serial, end, exitCode } = await runInQemu({ elf: elf('kernel'), loader: 'kernel', lines });
    expect([end, exitCode]).toEqual(['exited', DEBUG_EXIT_STATUS]);
    expect(serial).toContain('longmode> echo hello\nhello\n');
    expect(serial).toMatch(/last page fault: 0x[0-9a-f]+, the guard page below the stack of the kernel/);
    expect(serial).toContain('cause: the page belongs to the kernel\nThe program was killed');
    expect(serial).toContain('The program ended with status 42.');
    expect(serial).toContain('EXCEPTION: PAGE FAULT while accessing 0xdeadbeaf');
  });

  test.skipIf(missing.multiboot2)('the word test: all self-tests pass', { timeout: TIMEOUT }, async () => {
    const { serial, exitCode } = await runInQemu({ elf: elf('kernel'), loader: 'grub', commandLine: 'test' });
    expect(exitCode).toBe(DEBUG_EXIT_STATUS);
    expect(serial.match(/\[ok\]$/gm)).toHaveLength(Number(/^Running (\d+) tests$/m.exec(serial)![1]));
  });
});
