import { describe, expect, test } from 'longmode/vitest';

const kernel = 'memory-map/kernel.elf';

describe('memory map', () => {
  test.for([
    ['32M', 30, 31],
    ['512M', 510, 511],
  ] as const)('of a machine with %s', async ([memory, least, most], { boot }) => {
    const machine = await boot({ kernel, memory });
    await expect(machine).toExit(0x10);
    const { groups } = await machine.serial.waitFor(/from 0x100000: \d+ KiB\n[\s\S]*together (?<total>\d+) MiB/);
    expect(Number(groups.total)).toBeGreaterThanOrEqual(least);
    expect(Number(groups.total)).toBeLessThanOrEqual(most);
  });

  test('names the processor', async ({ boot }) => {
    await expect(await boot(kernel)).toPrint(/^processor: [A-Za-z ]{12}$/m);
  });
});
