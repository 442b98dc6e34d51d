/**
 * Our kernel and its chapters on both engines: the screens are those that GRUB and QEMU show (packages/kernel tests them
 * against the same goldens), and the engines agree to the register, the byte of memory and the instruction.
 */
import { createRequire } from 'node:module';
import { BOOT_SCREENS, type BootScreen, expectedScreen, screenText } from '@longmode/kernel/screens';
import { boot, type End, type Machine } from 'longmode';
import { describe, expect, it } from 'vitest';
import { ENGINES } from '../support/engines.ts';

const { resolve } = createRequire(import.meta.url);
const SCREEN_ADDRESS = 0xb8000;
const SCREEN_BYTES = 80 * 25 * 2;

const options = ({ image, protocol, commandLine }: BootScreen) =>
  ({ kernel: resolve(`@longmode/kernel/${image}.elf`), protocol, cmdline: commandLine, memory: '128M' }) as const;

const screenOf = (machine: Machine): string => screenText(machine.memory.physical.read(SCREEN_ADDRESS, SCREEN_BYTES));

const title = ({ image, protocol, commandLine }: BootScreen): string =>
  `${image} by ${protocol}${commandLine === '' ? '' : ` with "${commandLine}"`}`;

/** The kinds of `End` in the words of the list. */
const endOf = (end: End): string =>
  end.kind === 'triple-fault' ? 'triple fault' : end.kind === 'exit' ? 'exited' : end.kind;

describe.each(ENGINES)('on %s', (engine) => {
  it.each(BOOT_SCREENS.map((screen) => [title(screen), screen] as const))('%s shows its golden', async (_, screen) => {
    await using machine = await boot({ ...options(screen), engine });
    const end = await machine.run();
    expect(screenOf(machine)).toBe(expectedScreen(screen));
    expect(endOf(end)).toBe(screen.end);
  });
});

describe('both engines', () => {
  it.each(BOOT_SCREENS.map((screen) => [title(screen), screen] as const))('agree on %s', async (_, screen) => {
    await using first = await boot({ ...options(screen), engine: 'interpreter' });
    await using second = await boot({ ...options(screen), engine: 'js' });
    await first.run();
    await second.run();
    expect(second.instructions).toBe(first.instructions);
    expect({ ...second.cpu.registers }).toEqual({ ...first.cpu.registers });
    const memory = (machine: Machine) => machine.memory.physical.read(0, machine.memory.sizeBytes);
    expect(Buffer.compare(memory(first), memory(second))).toBe(0);
  });

  it('boots the kernel in few instructions', async () => {
    await using machine = await boot({ kernel: resolve('@longmode/kernel/kernel.elf') });
    await machine.run();
    expect(machine.instructions).toBeLessThan(300_000n);
  });
});

describe('a triple fault', () => {
  it('is explained by the chain of exceptions', async () => {
    await using machine = await boot({ kernel: resolve('@longmode/kernel/kernel.elf'), cmdline: 'fault' });
    const end = await machine.run();
    expect(end.kind).toBe('triple-fault');
    if (end.kind !== 'triple-fault') return;
    const { faults, lastInstructions } = end.report;
    expect(faults.map(({ mnemonic }) => mnemonic)).toEqual(['#PF', '#GP', '#DF', '#GP']);
    expect(faults[0]?.cr2).toBe(0xdeadbeafn);
    expect(faults[0]?.deliveryFailure).toMatch(/IDT limit is 0/);
    expect(faults[0]?.location.file).toMatch(/demonstrations\.ts$/);
    expect(lastInstructions.length).toBeGreaterThanOrEqual(8);
  });
});
