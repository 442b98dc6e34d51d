import { expect, test } from 'longmode/vitest';

test('types what is typed, until Escape', async ({ boot }) => {
  const machine = await boot('echo/kernel.elf');
  await expect(machine).toShow('EXCEPTION: BREAKPOINT');
  await machine.keyboard.type('Hello, World!\n2 + 2');
  machine.keyboard.keyDown('Escape');
  await expect(machine).toExit(0x10);
  expect(machine.serial.output()).toMatch(/Type something:\nHello, World!\n2 \+ 2\nGood bye\.\n$/);
});

test('the timer ticks in guest time: the same number each time', async ({ boot }) => {
  const milliseconds = async (): Promise<number> => {
    const machine = await boot('echo/kernel.elf');
    await machine.keyboard.type('wait');
    await machine.run(undefined, { instructions: 50_000_000 });
    await machine.keyboard.type('\t');
    machine.keyboard.keyDown('Escape');
    await expect(machine).toExit(0x10);
    const { groups } = await machine.serial.waitFor(/\((?<time>\d+) ms\)/);
    return Number(groups.time);
  };
  const first = await milliseconds();
  expect(first).toBeGreaterThanOrEqual(50);
  expect(await milliseconds()).toBe(first);
});
