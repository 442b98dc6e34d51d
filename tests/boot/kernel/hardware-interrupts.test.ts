/**
 * Chapters 11 to 13 on both engines: timer and keyboard by interrupts, tasks, ring 3. The ids are those of the table in
 * packages/kernel/README.md.
 */
import { createRequire } from 'node:module';
import { describe, expect, test } from 'longmode/vitest';
import { descriptorAt, gateAt } from '../../support/descriptors.ts';
import { ENGINES } from '../../support/engines.ts';

const { resolve } = createRequire(import.meta.url);
const chapter = (name: string) => resolve(`@longmode/kernel/chapters/${name}.elf`);

describe.each(ENGINES)('on %s', (engine) => {
  test('IRQ-1: twenty ticks of the timer, ten milliseconds apart', async ({ boot }) => {
    const machine = await boot({ kernel: chapter('11-hardware-interrupts'), engine });
    await expect(machine).toShow(/^\.{20}$/m);
    expect(machine.timeNanos).toBeGreaterThan(195_000_000n);
    expect(machine.timeNanos).toBeLessThan(215_000_000n);
    // Asleep in between: far fewer instructions than nanoseconds.
    expect(machine.instructions).toBeLessThan(1_000_000n);
  });

  test('IRQ-2: the scan codes of a press and a release', async ({ boot }) => {
    const machine = await boot({ kernel: chapter('11-hardware-interrupts'), engine });
    await expect(machine).toShow('The scan codes of the keyboard:');
    await machine.keyboard.press('KeyA');
    await expect(machine).toShow(/^0x1e\n0x9e$/m);
  });

  test('the lines have vectors 0x20 to 0x2f, by gates that turn interrupts off', async ({ boot }) => {
    const machine = await boot({ kernel: chapter('11-hardware-interrupts'), engine });
    await expect(machine).toShow('The scan codes');
    for (let vector = 0; vector < 256; vector++)
      expect(gateAt(machine, vector)).toMatchObject({ selector: 8, options: vector === 3 ? 0xee00 : 0x8e00 });
  });

  test('tasks take turns, each at its own speed, and keys come in between', async ({ boot }) => {
    const machine = await boot({ kernel: chapter('12-tasks'), engine });
    expect(await machine.run()).toEqual({ kind: 'idle' });
    const lines = machine.screen
      .text()
      .split('\n')
      .filter((line) => line !== '');
    expect(lines).toEqual([
      ...['slow: 1', 'fast: 1', 'fast: 2', 'fast: 3', 'slow: 2', 'fast: 4', 'fast: 5', 'slow: 3', 'fast: 6'],
    ]);
    await machine.keyboard.type('Hi!');
    await expect(machine).toShow(/^Hi!$/m);
  });

  test('ring 3 prints by a system call, and is ended when it reads memory of the kernel', async ({ boot }) => {
    const machine = await boot({ kernel: chapter('13-user-mode'), engine });
    await expect(machine).toHalt();
    const text = machine.screen.text();
    expect(text).toContain('Hello from ring 3! Primes: 2 3 5 7 11 13 17 19 23 29 31 37 41 43 47\n');
    expect(text).toContain('The program ended with status 42.\n');
    expect(text).toContain(
      'EXCEPTION: PAGE FAULT while accessing 0x100000\nerror code: PROTECTION_VIOLATION | USER_MODE\n',
    );
    expect(text).toContain('The program was killed.\nThe kernel goes on.');
    // Segments for ring 3, a stack for the way into the kernel, and two vectors that ring 3 may use.
    expect((descriptorAt(machine, 4) >> 40n) & 0xffn).toBe(0xf3n); // data, writable, accessed, DPL 3
    expect((descriptorAt(machine, 5) >> 40n) & 0xfen).toBe(0xf8n); // code, DPL 3
    expect(gateAt(machine, 0x80).options).toBe(0xee00);
    expect(gateAt(machine, 0x82).options).toBe(0x8e00);
    const { tr } = machine.cpu.registers;
    expect(machine).toMap(machine.memory.u64(tr.base + 4n) - 8n, { user: false, writable: true });
    expect(machine.memory.u16(tr.base + 102n)).toBe(104);
  });

  test('the pages of a running program: code that cannot be written, data that cannot be executed', async ({
    boot,
  }) => {
    const machine = await boot({ kernel: chapter('13-user-mode'), engine });
    {
      // The first system call of the first program.
      using _ = machine.trace(['exception'], (event) => {
        if (event.kind === 'exception' && event.vector === 0x80) machine.pause();
      });
      await machine.run();
    }
    expect(machine).toMap(0x6000_0000n, { user: true, writable: false, executable: true });
    expect(machine).toMap(0x60ff_fff8n, { user: true, writable: true, executable: false });
    expect(machine).not.toMap(0x60ff_bff8n);
    expect(machine).toMap(0x10_0000n, { user: false });
    await expect(machine).toHalt();
    expect(machine).not.toMap(0x6000_0000n);
  });
});
