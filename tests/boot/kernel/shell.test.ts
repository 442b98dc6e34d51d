/**
 * The whole kernel on both engines, by what a person sees who types: commands, faults that are survived, programs in ring
 * 3, the line editor; and its command line. The same keys give the same run, to the register and the byte.
 */
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Machine } from 'longmode';
import { describe, expect, test } from 'longmode/vitest';
import { ENGINES } from '../../support/engines.ts';

const { resolve } = createRequire(import.meta.url);
const KERNEL = resolve('@longmode/kernel/kernel.elf');
const PROMPT = 'longmode> ';

/** Types a line and waits until the prompt is back. Returns what was printed in between, by the serial mirror. */
async function command(machine: Machine, line: string): Promise<string> {
  const before = machine.serial.output().length;
  await machine.keyboard.type(`${line}\n`);
  const end = await machine.run();
  if (end.kind !== 'idle') throw new Error(`"${line}" ended with ${end.kind}`);
  const output = machine.serial.output().slice(before);
  expect(output.startsWith(`${line}\n`)).toBe(true);
  expect(output.endsWith(PROMPT)).toBe(true);
  return output.slice(line.length + 1, -PROMPT.length);
}

/** Types a line that ends the machine, perhaps before the last key has been let go. */
async function lastCommand(machine: Machine, line: string): Promise<void> {
  await machine.keyboard.type(`${line}\n`).catch((error: unknown) => {
    if (machine.ended === undefined) throw error;
  });
}

test('from reset to the prompt in fewer than 3 million instructions', async ({ boot }) => {
  const machine = await boot(KERNEL);
  expect(await machine.run()).toEqual({ kind: 'idle' });
  expect(machine.screen.text().trimEnd().endsWith('longmode>')).toBe(true);
  expect(machine.instructions).toBeLessThan(3_000_000n);
});

test('what is loaded of the image is smaller than 200 kB', async ({ boot }) => {
  const machine = await boot(KERNEL);
  const loaded = machine.symbols.sections.filter(({ name }) => name !== '.bss');
  const bytes = loaded.reduce((sum, { sizeBytes }) => sum + Number(sizeBytes), 0);
  expect(bytes).toBeLessThan(200_000);
  expect(statSync(KERNEL).size).toBeLessThan(300_000); // with symbols and lines
});

describe.each(ENGINES)('on %s', (engine) => {
  test('commands', async ({ boot }) => {
    const machine = await boot({ kernel: KERNEL, engine, memory: '64M' });
    await machine.run();
    for (const name of ['help', 'mem', 'heap', 'peek', 'pages', 'ps', 'fault', 'user', 'reboot', 'exit'])
      expect(await command(machine, 'help')).toMatch(new RegExp(`^  ${name} `, 'm'));
    expect(await command(machine, 'mem')).toMatch(
      /^frames: \d+ \(62 MiB\), \d+ in use\nheap: {3}\d+ KiB mapped, \d+ bytes in use/,
    );
    expect(await command(machine, 'heap')).toMatch(/^0x40000000, \d+ bytes per character.*\n([#+.]{64}\n){4}heap:/);
    expect(await command(machine, 'ps')).toMatch(/^number +polls +name\n +1 +\d+ {2}keyboard\n +2 +\d+ {2}shell\n$/);
    expect(await command(machine, 'echo one  two')).toBe('one two\n');
    expect(await command(machine, 'nonsense')).toContain('no command nonsense');
    expect(await command(machine, '')).toBe('');
    expect(await command(machine, 'uptime')).toMatch(/^\d+ seconds; \d+ ticks/);
    expect(await command(machine, 'peek 0x100000')).toMatch(/^0000000000100000 {2}d6 50 52 e8 00 00 00 00 18 00/); // Multiboot
    await command(machine, 'clear');
    expect(machine.screen.text().trim()).toBe('longmode>');
    await lastCommand(machine, 'exit');
    await expect(machine).toExit(0x10);
  });

  test('pages shows the way that the processor goes', async ({ boot }) => {
    const machine = await boot({ kernel: KERNEL, engine });
    await machine.run();
    const shown = await command(machine, 'pages 0xb8123');
    const { levels } = machine.memory.translate(0xb8123n) as unknown as { levels?: readonly { entry: bigint }[] };
    if (levels !== undefined)
      for (const { entry } of levels) expect(shown).toContain(`= 0x${entry.toString(16).padStart(16, '0')}`);
    expect(shown).toMatch(
      /^place: the text screen\nP4\[ {2}0\].*\nP3\[ {2}0\].*\nP2\[ {2}0\].*\nP1\[184\].* P W A D NX\n/,
    );
    expect(shown).toMatch(/physical address: 0xb8123\n$/);
    expect(await command(machine, 'pages 0xdeadbeaf')).toMatch(/^P3\[ {2}3\] = 0x0{16}\nnot mapped\n$/m);
  });

  test.for([
    ['breakpoint', 'EXCEPTION: BREAKPOINT', /^\}$/m],
    ['divide', 'EXCEPTION: DIVIDE BY ZERO', /at divide \(kernel\/faults\.ts:\d+\)/],
    ['invalid-opcode', 'EXCEPTION: INVALID OPCODE at 0x', /bytes: 0f 0b/],
    [
      'page',
      'EXCEPTION: PAGE FAULT while accessing 0xdeadbeaf',
      /place: memory that nothing uses\ncause: nothing is mapped there/,
    ],
    ['null', 'EXCEPTION: PAGE FAULT while accessing 0x10', /place: the null page/],
    [
      'read-only',
      'error code: PROTECTION_VIOLATION | CAUSED_BY_WRITE',
      /place: section \.text.*\ncause: the page is read-only/,
    ],
    [
      'execute-data',
      'error code: PROTECTION_VIOLATION | INSTRUCTION_FETCH',
      /cause: the page is data: it must not be executed/,
    ],
    ['general-protection', 'EXCEPTION: GENERAL PROTECTION FAULT', /error code: 0 \(no descriptor involved\)/],
    ['selector', 'EXCEPTION: GENERAL PROTECTION FAULT', /error code: 0x38 \(descriptor 7 of the GDT\)/],
    ['unexpected', 'unexpected interrupt 85', /$/],
    [
      'stack-overflow',
      'EXCEPTION: DOUBLE FAULT',
      /last page fault: 0x[0-9a-f]+, the guard page below the stack of the kernel\n.*recurse/,
    ],
    ['double', 'EXCEPTION: DOUBLE FAULT', /last page fault: 0xdeadbeaf/],
  ] as const)('fault %s: the shell goes on', async ([kind, message, detail], { boot }) => {
    const machine = await boot({ kernel: KERNEL, engine });
    await machine.run();
    for (let time = 0; time < 2; time++) {
      const output = await command(machine, `fault ${kind}`);
      expect(output).toContain(message);
      expect(output).toMatch(detail);
    }
    expect(await command(machine, 'echo still here')).toBe('still here\n');
  });

  test.for([
    ['panic', 'PANIC in kernel/faults.ts at line'],
    ['half-done', 'EXCEPTION: PAGE FAULT while accessing 0xdeadbeaf'],
    ['triple', undefined],
    ['no-ist', undefined],
  ] as const)('fault %s: the end', async ([kind, message], { boot }) => {
    const machine = await boot({ kernel: KERNEL, engine });
    await machine.run();
    await lastCommand(machine, `fault ${kind}`);
    if (message === undefined) await expect(machine).toTripleFault();
    else {
      await expect(machine).toHalt();
      expect(machine.serial.output()).toContain(message);
    }
  });

  test.for([
    ['hello', 'The program ended with status 42.'],
    ['kernel', 'cause: the page belongs to the kernel\nThe program was killed'],
    ['privileged', 'EXCEPTION: GENERAL PROTECTION FAULT'],
    ['overflow', 'place: the guard page below the stack of the user program'],
    ['code', 'cause: the page is read-only'],
    ['cheat', 'it refuses.\nThe program ended with status 0.'],
  ] as const)('user %s', async ([kind, expected], { boot }) => {
    const machine = await boot({ kernel: KERNEL, engine });
    await machine.run();
    const framesInUse = async () => /(\d+) in use/.exec(await command(machine, 'mem'))![1];
    await command(machine, 'user'); // its page tables stay
    const before = await framesInUse();
    expect(await command(machine, `user ${kind}`)).toContain(expected);
    expect(await framesInUse()).toBe(before);
  });

  test('the line can be edited, and lines come back', async ({ boot }) => {
    const machine = await boot({ kernel: KERNEL, engine });
    await machine.run();
    await machine.keyboard.type('ecko hello');
    for (let i = 0; i < 7; i++) await machine.keyboard.press('ArrowLeft');
    await machine.keyboard.press('Backspace');
    await machine.keyboard.type('h');
    await machine.keyboard.press('Home');
    await machine.keyboard.press('Delete');
    await machine.keyboard.type('e');
    await machine.keyboard.press('End');
    await machine.keyboard.type('!\n');
    await machine.run();
    expect(machine.screen.text()).toMatch(/^longmode> echo hello!\nhello!\nlongmode>/m);
    await machine.keyboard.press('ArrowUp');
    await machine.keyboard.type('?\n');
    await machine.run();
    expect(machine.screen.text()).toMatch(/^longmode> echo hello!\?\nhello!\?\nlongmode>/m);
  });

  test('the serial line types too', async ({ boot }) => {
    const machine = await boot({ kernel: KERNEL, engine });
    await machine.run();
    machine.serial.write('echo from afar\r');
    await machine.run();
    expect(machine.screen.text()).toMatch(/^longmode> echo from afar\nfrom afar$/m);
  });

  test('a task counts while the shell goes on', async ({ boot }) => {
    const machine = await boot({ kernel: KERNEL, engine });
    await machine.run();
    const start = machine.timeNanos;
    await machine.keyboard.type('count 2\n');
    expect(await machine.run()).toEqual({ kind: 'idle' });
    expect(machine.screen.text()).toMatch(/^longmode> count 2\ncount: 1\ncount: 2\nlongmode>/m);
    expect(machine.timeNanos - start).toBeGreaterThan(1_980_000_000n);
  });

  test('the word test: the kernel tests itself', async ({ boot }) => {
    const machine = await boot({ kernel: KERNEL, cmdline: 'test', engine });
    await expect(machine).toExit(0x10);
    const output = machine.serial.output();
    expect(output).toMatch(/^Running (\d+) tests$/m);
    expect(output.match(/\[ok\]$/gm)).toHaveLength(Number(/^Running (\d+) tests$/m.exec(output)![1]));
  });

  test('stack-overflow continue: the message, then the shell', async ({ boot }) => {
    const machine = await boot({ kernel: KERNEL, cmdline: 'stack-overflow continue', engine });
    expect(await machine.run()).toEqual({ kind: 'idle' });
    expect(machine.serial.output()).toContain('EXCEPTION: DOUBLE FAULT');
    expect(await command(machine, 'echo alive')).toBe('alive\n');
  });

  test('return from reset: reboot', async ({ boot }) => {
    const machine = await boot({ kernel: KERNEL, engine });
    await machine.run();
    await lastCommand(machine, 'reboot');
    expect(await machine.run()).toMatchObject({ kind: 'reset' });
  });
});

test('the same keys at the same instructions give the same run on both engines', async ({ boot }) => {
  const first = await boot({ kernel: KERNEL, engine: 'interpreter' });
  await first.run();
  for (const line of ['help', 'fault stack-overflow', 'user kernel', 'mem']) await command(first, line);
  const second = await boot({ kernel: KERNEL, engine: 'js', inputs: first.inputs });
  await second.run();
  expect(second.instructions).toBe(first.instructions);
  expect({ ...second.cpu.registers }).toEqual({ ...first.cpu.registers });
  const memory = (machine: Machine) => machine.memory.physical.read(0, machine.memory.sizeBytes);
  expect(Buffer.compare(memory(first), memory(second))).toBe(0);
});
