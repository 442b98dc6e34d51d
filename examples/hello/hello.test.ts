import { describe, expect, test } from 'longmode/vitest';

const kernel = 'hello/kernel.elf';

describe('hello', () => {
  test('greets in yellow on blue, and sleeps', async ({ boot }) => {
    const machine = await boot(kernel);
    await expect(machine).toShow(/^Hello World!$/m);
    await expect(machine).toShow(/Paging is true, CR0 is 0x8/);
    await expect(machine).toHalt({ interrupts: false });
    const row = machine.screen.lines().findIndex((line) => line.startsWith('Hello'));
    expect(machine.screen.cell(0, row)).toMatchObject({ character: 'H', foreground: 14, background: 1 });
  });

  test('a panic names message, file and line', async ({ boot }) => {
    const machine = await boot({ kernel, cmdline: 'panic' });
    await expect(machine).toPrint(/PANIC in hello\/kernel\.ts at line 15:\n +you asked for it/);
    await expect(machine).toHalt();
  });
});
