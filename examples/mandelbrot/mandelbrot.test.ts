import { expect, test } from 'longmode/vitest';

test('the picture is the one that was reviewed', async ({ boot }) => {
  const machine = await boot('mandelbrot/kernel.elf');
  await expect(machine).toHalt({ instructions: 20_000_000 });
  expect(machine).toMatchScreen('mandelbrot.txt');
});
