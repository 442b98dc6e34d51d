/**
 * Chapters 5 to 8 with all their words on the command line, in QEMU and on the emulator: the same screen to the colour,
 * the same end, and where that is a triple fault the same chain of exceptions (QEMU's `-d int` log).
 *
 * No goldens: these screens show addresses and line numbers, which change with every edit of the kernel.
 */
import { createRequire } from 'node:module';
import { missingTool, runInQemu } from '@longmode/kernel/qemu';
import { screenText } from '@longmode/kernel/screens';
import { boot, type End } from 'longmode';
import { describe, expect, it } from 'vitest';

const { resolve } = createRequire(import.meta.url);
const SCREEN_ADDRESS = 0xb8000;
const SCREEN_BYTES = 4000;
const DOUBLE_FAULT = 8;
/** Bit of a page fault's error code that QEMU 7.2 leaves out with a reserved bit: it should be set (SDM Vol. 3A, 4.7). */
const PRESENT = 1;
const RESERVED = 8;

/** Chapter and command line of each boot. */
const BOOTS: readonly (readonly [chapter: string, commandLine: string])[] = [
  ['05-frames', 'faithful'],
  ['05-frames', 'free'],
  ['06-page-tables', 'faithful'],
  ['06-page-tables', 'stale'],
  ['06-page-tables', 'unmapped'],
  ['06-page-tables', 'map-twice'],
  ['06-page-tables', 'huge'],
  ['06-page-tables', 'invalid'],
  ['07-remap', 'faithful'],
  ['07-remap', ''],
  ['07-remap', 'faithful no-nxe'],
  ['07-remap', 'faithful no-vga'],
  ['07-remap', 'faithful no-mbi'],
  ['07-remap', 'write-rodata'],
  ['07-remap', 'write-rodata no-wp'],
  ['07-remap', 'execute-data'],
  ['07-remap', 'overflow'],
  ['07-remap', 'overflow no-guard'],
  ['08-heap', 'faithful'],
  ['08-heap', ''],
  ['08-heap', 'faithful over-allocate'],
  ['08-heap', 'faithful heap-bug over-allocate'],
  ['08-heap', 'faithful no-heap-pages'],
  ['08-heap', 'faithful bump ten-thousand'],
  ['08-heap', 'twice'],
  ['08-heap', 'double-free'],
];

const missing = { multiboot1: missingTool('kernel'), multiboot2: missingTool('grub') };
for (const [protocol, tool] of Object.entries(missing))
  if (tool !== undefined) console.warn(`skipping the comparison with QEMU by ${protocol}: ${tool} is not installed`);

/**
 * QEMU's own loader is faster than GRUB, but not for all: the faithful mode depends on where the loader's record is, and a
 * triple fault on the IDT, which GRUB leaves with limit 0 and the BIOS does not.
 */
const NEEDS_GRUB =
  /faithful|free|unmapped|no-nxe|no-vga|no-mbi|write-rodata$|execute-data|overflow|heap-bug|no-heap-pages/;

const endOf = (end: End): string => (end.kind === 'triple-fault' ? 'triple fault' : end.kind);

describe('in QEMU as on the emulator', () => {
  for (const [chapter, commandLine] of BOOTS) {
    const protocol = NEEDS_GRUB.test(commandLine) ? 'multiboot2' : 'multiboot1';
    const name = `${chapter}${commandLine === '' ? '' : ` with "${commandLine}"`} by ${protocol}`;
    it.skipIf(missing[protocol])(name, { timeout: 120_000 }, async () => {
      const elf = resolve(`@longmode/kernel/chapters/${chapter}.elf`);
      const loader = protocol === 'multiboot2' ? 'grub' : 'kernel';
      await using machine = await boot({ kernel: elf, cmdline: commandLine, protocol, memory: '128M' });
      const end = await machine.run();
      const qemu = await runInQemu({ elf, loader, commandLine });
      expect(screenText(machine.memory.physical.read(SCREEN_ADDRESS, SCREEN_BYTES))).toBe(screenText(qemu.screen));
      expect(endOf(end)).toBe(qemu.end);
      if (end.kind !== 'triple-fault') return;
      // QEMU does not log the double fault that two exceptions become. GRUB before the kernel has exceptions of its own.
      const vectors = end.report.faults.map(({ vector }) => vector).filter((vector) => vector !== DOUBLE_FAULT);
      expect(vectors).toEqual(qemu.exceptions.slice(-vectors.length));
      const { errorCode, cr2, location } = end.report.faults[0]!;
      const expected = qemu.pageFault!;
      const present = (expected.errorCode & RESERVED) !== 0 ? PRESENT : 0;
      // How far GRUB's record reaches depends on its version: a fault in it is compared by the page.
      const place = (address = 0n) => (commandLine.includes('no-mbi') ? address & ~0xfffn : address);
      expect({ errorCode, cr2: place(cr2), rip: location.address }).toEqual({
        errorCode: expected.errorCode | present,
        cr2: place(expected.cr2),
        rip: expected.rip,
      });
    });
  }
});
