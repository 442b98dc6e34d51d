/**
 * Our kernel and its chapters on both engines: the screens are those that GRUB and QEMU show (packages/kernel tests them
 * against the same goldens), and the engines agree to the register, the byte of memory and the instruction.
 */
import { createRequire } from 'node:module';
import {
  BOOT_SCREENS,
  type BootScreen,
  expectedScreen,
  goldenPath,
  maskFrame,
  screenText,
} from '@longmode/kernel/screens';
import type { Machine } from 'longmode';
import { describe, expect, test } from 'longmode/vitest';
import { ENGINES } from '../support/engines.ts';

const { resolve } = createRequire(import.meta.url);
const KERNEL = resolve('@longmode/kernel/kernel.elf');

const options = ({ image, protocol, commandLine }: BootScreen) =>
  ({ kernel: resolve(`@longmode/kernel/${image}.elf`), protocol, cmdline: commandLine }) as const;

const title = ({ image, protocol, commandLine }: BootScreen): string =>
  `${image} by ${protocol}${commandLine === '' ? '' : ` with "${commandLine}"`}`;

const readScreen = (machine: Machine) => machine.memory.physical.read(0xb8000, 80 * 25 * 2);

/** The ends of the list as expectations. */
const ends: Readonly<Record<BootScreen['end'], (machine: Machine) => Promise<void>>> = {
  halted: (machine) => expect(machine).toHalt(),
  idle: async (machine) => expect(await machine.run()).toEqual({ kind: 'idle' }),
  exited: (machine) => expect(machine).toExit(0x10),
  'triple fault': (machine) => expect(machine).toTripleFault(),
};

describe.each(ENGINES)('on %s', (engine) => {
  for (const screen of BOOT_SCREENS) {
    test(`${title(screen)} shows its golden`, async ({ boot }) => {
      const machine = await boot({ ...options(screen), engine });
      await ends[screen.end](machine);
      if (machine.ended?.kind === 'triple-fault' && screen.exceptions !== undefined)
        expect(machine.ended.report.faults.map(({ vector }) => vector)).toEqual(screen.exceptions);
      if (screen.showsFrame) expect(maskFrame(screenText(readScreen(machine)))).toBe(expectedScreen(screen));
      else expect(machine).toMatchScreen(goldenPath(screen));
    });
  }

  test('a triple fault is explained by the chain of exceptions', async ({ boot }) => {
    const machine = await boot({ kernel: KERNEL, cmdline: 'fault', engine });
    await expect(machine).toTripleFault({ cause: '#PF', address: 0xdeadbeafn, file: 'faults.ts' });
    const end = machine.ended;
    if (end?.kind !== 'triple-fault') throw new Error('unreachable: it is one');
    const { faults, lastInstructions } = end.report;
    expect(faults.map(({ mnemonic }) => mnemonic)).toEqual(['#PF', '#GP', '#DF', '#GP']);
    expect(faults[0]?.deliveryFailure).toMatch(/IDT limit is 0/);
    expect(lastInstructions.length).toBeGreaterThanOrEqual(8);
  });
});

describe('both engines', () => {
  for (const screen of BOOT_SCREENS) {
    test(`agree on ${title(screen)}`, async ({ boot }) => {
      const first = await boot({ ...options(screen), memory: '16M', engine: 'interpreter' });
      const second = await boot({ ...options(screen), memory: '16M', engine: 'js' });
      await first.run();
      await second.run();
      expect(second.instructions).toBe(first.instructions);
      expect({ ...second.cpu.registers }).toEqual({ ...first.cpu.registers });
      const memory = (machine: Machine) => machine.memory.physical.read(0, machine.memory.sizeBytes);
      expect(Buffer.compare(memory(first), memory(second))).toBe(0);
    });
  }
});
