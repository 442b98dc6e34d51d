import { describe, expect, test } from 'longmode/vitest';

const kernel = 'public/kernel.elf';

describe('the kernel', () => {
  test('greets and sleeps', async ({ boot }) => {
    const machine = await boot(kernel);
    await expect(machine).toShow('Hello World!');
    await expect(machine).toShow(/power of 32 is 4294967296\./);
    await expect(machine).toHalt();
    const row = machine.screen.lines().findIndex((line) => line.startsWith('Hello'));
    expect(machine.screen.cell(0, row)).toMatchObject({ character: 'H', foreground: 14, background: 0 });
  });

  test('prints the same on the serial port', async ({ boot }) => {
    const machine = await boot(kernel);
    await expect(machine).toPrint('Hello World!\n');
  });

  test('leaves with success when told to', async ({ boot }) => {
    const machine = await boot({ kernel, cmdline: 'exit', memory: '16M' });
    await expect(machine).toExit(0x10, { instructions: 1_000_000 });
  });

  test('runs in 64-bit mode, the first GiB mapped to itself', async ({ boot }) => {
    const machine = await boot(kernel);
    await expect(machine).toHalt();
    expect(machine.cpu.mode).toBe('64-bit');
    expect(machine).toMap(0xb8000, { to: 0xb8000, writable: true });
    expect(machine).not.toMap(0x4000_0000);
  });
});
