/**
 * The boot code of chapters 1 and 2 where QEMU cannot show it: a processor without CPUID (it has none that old), flags in the
 * middle of a check, and what a damaged header is told.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { LoaderError } from '@longmode/loader';
import { boot } from 'longmode';
import { describe, expect, test } from 'longmode/vitest';
import { ENGINES } from '../../support/engines.ts';

const { resolve } = createRequire(import.meta.url);
const chapter = (name: string): string => resolve(`@longmode/kernel/chapters/${name}.elf`);

/** RFLAGS.ID: that it can be changed says that there is a CPUID instruction (SDM Vol. 1 3.4.3). */
const ID = 1n << 21n;
/** CF, PF, AF, ZF, SF, OF: the check's last comparison sets them anew. */
const ARITHMETIC_FLAGS = 0x8d5n;
/** Steps until the boot code is through with its checks. */
const MAXIMUM_STEPS = 200;

describe.each(ENGINES)('on %s', (engine) => {
  test('LM-6: ERR: 1 where bit ID of EFLAGS keeps its value', async ({ boot }) => {
    const machine = await boot({ kernel: chapter('02-long-mode'), engine });
    // What a processor without CPUID does: whatever is loaded, the bit is 0 after the instruction.
    for (let step = 0; step < MAXIMUM_STEPS && machine.ended === undefined; step++) {
      await machine.step();
      machine.cpu.registers.rflags &= ~ID;
    }
    await machine.run();
    expect(machine.screen.text()).toMatch(/^ERR: 1/);
    expect(machine.screen.cell(0, 0)).toMatchObject({ foreground: 15, background: 4 });
  });

  test('LM-8: the check for CPUID leaves EFLAGS as they were', async ({ boot }) => {
    const machine = await boot({ kernel: chapter('02-long-mode'), engine });
    const check = machine.symbols.address('check_cpuid');
    expect(check).toBeDefined();
    while (machine.cpu.registers.rip !== check) await machine.step();
    const before = machine.cpu.registers.rflags;
    let hasChanged = false;
    const { rsp } = machine.cpu.registers;
    // Until the check returns.
    while (machine.cpu.registers.rsp <= rsp) {
      await machine.step();
      hasChanged ||= ((machine.cpu.registers.rflags ^ before) & ID) !== 0n;
    }
    expect(hasChanged).toBe(true);
    expect(machine.cpu.registers.rflags & ~ARITHMETIC_FLAGS).toBe(before & ~ARITHMETIC_FLAGS);
  });
});

describe('MB-6: a header that no loader recognises names its mistake', () => {
  const image = readFileSync(chapter('01-multiboot-header'));
  const header = image.indexOf(Uint8Array.of(0xd6, 0x50, 0x52, 0xe8));

  const problemOf = async (change: (bytes: Uint8Array) => void): Promise<string> => {
    const kernel = new Uint8Array(image);
    change(kernel);
    const error = await boot({ kernel }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(LoaderError);
    return (error as LoaderError).message;
  };

  test('no magic number', async () => {
    expect(await problemOf((bytes) => bytes.fill(0, header, header + 4))).toMatch(/Multiboot/);
  });

  test('a wrong checksum, with the one that would be right', async () => {
    const message = await problemOf((bytes) => bytes.fill(0, header + 12, header + 16));
    expect(message).toMatch(/checksum/);
    expect(message).toMatch(/0x17adaf12/);
  });

  test('a header that is not aligned', async () => {
    const message = await problemOf((bytes) => bytes.copyWithin(header + 4, header, header + 24));
    expect(message).toMatch(/align|multiple of 8/);
  });
});
