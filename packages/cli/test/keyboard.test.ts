/** Scripted, recorded and repeated input on the real machine, by a guest that echoes its keyboard. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BootOptions, boot } from '../src/index.ts';
import { parseRecording } from '../src/input/recording.ts';
import { parseScript } from '../src/input/script.ts';
import { runScript } from '../src/input/script-runner.ts';
import { ECHO_GUEST, RANDOM_GUEST, writeKernel } from './guests.ts';
import { cli } from './run-cli.ts';

let folder = '';
let kernel = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'longmode-keyboard-'));
  kernel = writeKernel(join(folder, 'echo.elf'), ECHO_GUEST);
});
afterAll(() => rmSync(folder, { recursive: true }));

const run = (...words: string[]) => cli(['boot', kernel, ...words], { boot });

function script(...lines: string[]): string {
  const path = join(folder, 'keys.txt');
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

describe.each(['interpreter', 'js'] as const)('on the %s engine', (engine) => {
  const runHere = (...words: string[]) => run('--engine', engine, ...words);

  test('a guest that waits for a key that will not come ends with 104', async () => {
    const { exitCode, stdout, stderr } = await runHere();
    expect([exitCode, stdout]).toEqual([104, '> ']);
    expect(stderr).toMatch(
      /^longmode: the guest sleeps until there is input, and none will come \(0x\w+ start\+0x\w+\)\n/,
    );
  });

  test('--type types, and the guest that exits by a key has succeeded', async () => {
    expect(await runHere('--type', 'hello\\nworld\\e')).toMatchObject({
      exitCode: 0,
      stdout: '> hello\n> world',
      stderr: '',
    });
  });

  test('--keys: everything that a script can do', async () => {
    const keys = script(
      'at 60',
      'wait "> "',
      'type "ls\\n"',
      'wait /^> $/m     # a second prompt',
      'sleep 5ms',
      'press Ctrl+ArrowUp',
      'down ShiftLeft',
      'up ShiftLeft',
      'press Escape',
    );
    const { exitCode, stdout, stderr } = await runHere('--keys', keys);
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: '> ls\n> C^S', stderr: '' });
  });

  test('what was recorded is repeated to the byte', async () => {
    const state = (options: Partial<BootOptions>) => boot({ kernel, engine, memory: '16M', ...options });
    const first = await state({});
    const commands = parseScript('type "ab\\n"\nsleep 3ms\npress Ctrl+KeyC\nsleep 7us\ntype "x\\e"', 'k');
    await runScript(first, commands, { limits: () => ({}), mustEnd: () => false });
    await first.run();
    const recorded = structuredClone(first.inputs);
    for (const other of ['interpreter', 'js'] as const) {
      const second = await state({ engine: other, inputs: recorded });
      expect((await second.run()).kind).toBe('exit');
      expect(second.instructions).toBe(first.instructions);
      expect(second.timeNanos).toBe(first.timeNanos);
      expect(second.serial.output()).toBe(first.serial.output());
      expect(second.screen.frame()).toEqual(first.screen.frame());
      const memory = (machine: typeof first) => machine.memory.physical.read(0, machine.memory.sizeBytes);
      expect(Buffer.compare(memory(second), memory(first))).toBe(0);
    }
  });
});

test('--record-inputs and --inputs: the same run again, by files', async () => {
  const file = join(folder, 'inputs.txt');
  const first = await run('--json', '--type', 'abc\\n\\e', '--record-inputs', file);
  expect(parseRecording(readFileSync(file, 'utf8'), file).inputs.length).toBeGreaterThan(8);
  const second = await run('--json', '--inputs', file, '--engine', 'js');
  expect(second.stdout).toBe(first.stdout);
  expect(JSON.parse(second.stdout)).toMatchObject({ exitCode: 0, serial: '> abc\n> ' });
});

test('a recording carries the seed of the random numbers', async () => {
  const random = writeKernel(join(folder, 'random.elf'), RANDOM_GUEST);
  const file = join(folder, 'random.txt');
  const first = await cli(['boot', random, '--json', '--random-seed', 'host', '--record-inputs', file], { boot });
  const { randomSeed, serial } = JSON.parse(first.stdout);
  expect(serial).toMatch(/^\S{8}$/);
  expect(parseRecording(readFileSync(file, 'utf8'), file)).toEqual({ randomSeed, inputs: [] });
  const second = await cli(['boot', random, '--json', '--inputs', file], { boot });
  expect(second.stdout).toBe(first.stdout);
  const other = await cli(['boot', random, '--json'], { boot });
  expect(JSON.parse(other.stdout).serial).not.toBe(serial);
});

test('a script that cannot be performed says at which line, and ends with 102 or the code of a crash', async () => {
  const waiting = await run('--keys', script('type "a"', '', 'wait "never"'));
  expect(waiting.exitCode).toBe(102);
  expect(waiting.stderr).toMatch(/keys\.txt:3: wait "never": the guest is idle/);
  const late = await run('--keys', script('wait "> "', 'at 3'));
  expect([late.exitCode, late.stderr]).toEqual([
    102,
    expect.stringMatching(/keys\.txt:2: at 3: the guest has retired \d+/),
  ]);
  const ended = await run('--keys', script('press Escape', 'wait "never"'));
  expect([ended.exitCode, ended.stderr]).toEqual([
    102,
    expect.stringMatching(/keys\.txt:1: press Escape: the guest exited/),
  ]);
  const crashed = await run('--keys', script('press F1', 'wait "never"'));
  expect([crashed.exitCode, crashed.stderr]).toEqual([100, expect.stringContaining('TRIPLE FAULT')]);
  const asleep = await run('--keys', script('at 1000000000000'));
  expect([asleep.exitCode, asleep.stderr]).toEqual([102, expect.stringMatching(/at 1000000000000: the guest is idle/)]);
});

test('a guest that does nothing but take its timer’s interrupts does not run for ever', async () => {
  const ticking = writeKernel(
    join(folder, 'ticking.elf'),
    `mov esp, 0x9f000
        mov eax, tick
        mov edi, 0x200000 + 0x20 * 8
        mov [edi], ax
        mov word [edi + 2], 0x10
        mov word [edi + 4], 0x8e00
        shr eax, 16
        mov [edi + 6], ax
        lidt [idt_pointer]
        mov al, 0x11                        ; the first 8259: vectors from 0x20, only the timer
        out 0x20, al
        mov al, 0x20
        out 0x21, al
        mov al, 4
        out 0x21, al
        mov al, 1
        out 0x21, al
        mov al, 0xfe
        out 0x21, al
        mov al, 0x34                        ; the 8254: 100 Hz
        out 0x43, al
        mov al, 0x9c
        out 0x40, al
        mov al, 0x2e
        out 0x40, al
        sti
sleep:  hlt
        jmp sleep
tick:   inc dword [0x300000]
        mov al, 0x20
        out 0x20, al
        iretd
idt_pointer:
        dw 0x107
        dd 0x200000`,
  );
  const { exitCode, stdout } = await cli(['boot', ticking, '--json'], { boot });
  expect(exitCode).toBe(104);
  const { end, timeNanos, instructions } = JSON.parse(stdout);
  expect(end).toEqual({ kind: 'idle' });
  expect(timeNanos).toBeGreaterThanOrEqual(10e9);
  expect(instructions).toBeLessThan(100_000);
  const keys = script('sleep 50ms', 'wait "never"');
  const limited = await cli(['boot', ticking, '--keys', keys, '--max-instructions', '1M'], { boot });
  expect([limited.exitCode, limited.stderr]).toEqual([
    124,
    expect.stringMatching(/keys.txt:2: wait "never": the guest is still running after 1000000 instructions/),
  ]);
  const slept = await cli(['boot', ticking, '--json', '--keys', script('sleep 35ms', 'at 1')], { boot });
  expect(Math.floor(JSON.parse(slept.stdout).timeNanos / 100)).toBe(35e6 / 100);
});

test('--expect and --fail-on', async () => {
  const seen = await run('--type', 'ab', '--expect', 'ab', '--expect', '/^> /');
  expect([seen.exitCode, seen.stderr]).toEqual([0, '']);
  const missing = await run('--type', 'ab', '--expect', 'abc');
  expect([missing.exitCode, missing.stderr]).toEqual([
    102,
    expect.stringContaining('--expect: the guest never showed /abc/'),
  ]);
  const failed = await run('--type', 'a panic', '--fail-on', '/pan/');
  expect([failed.exitCode, failed.stderr]).toEqual([102, 'longmode: --fail-on: the guest shows /pan/\n']);
  const crashed = await run('--keys', script('press F1'), '--expect', '> ');
  expect(crashed.exitCode).toBe(100);
});

test('--show prints the state at the end, as text and in --json', async () => {
  const { stdout, exitCode } = await run(
    '--show',
    'pages,idt,code:start',
    '--show',
    'walk:0xb8000',
    '--serial',
    'none',
    '--screen',
    'none',
  );
  expect(exitCode).toBe(104);
  expect(stdout).toContain('paging: off');
  expect(stdout).toMatch(
    /IDT at 0x200000, limit 0x10f: 1 of 34 vectors have a gate\n +33 +interrupt gate +0x10:0x\w+ start/,
  );
  expect(stdout).toMatch(/> {2}0x\w+ start .* mov esp,0x9f000/);
  expect(stdout).toContain('linear 0xb8000 -> physical 0xb8000 (paging is off)');
  const { shown } = JSON.parse((await run('--json', '--show', 'registers,gdt,walk:start')).stdout);
  expect(Object.keys(shown)).toEqual(['registers', 'gdt', 'walk:start']);
  expect(shown.registers).toMatchObject({ mode: 'protected', cr0: { set: ['PE', 'ET'] } });
  const unknown = await run('--show', 'walk:nothing');
  expect([unknown.exitCode, unknown.stderr]).toEqual([
    2,
    expect.stringContaining('--show: the image has no symbol named "nothing"'),
  ]);
});

test('--screenshot in each format', async () => {
  for (const extension of ['txt', 'ans', 'svg']) {
    const path = join(folder, `screen.${extension}`);
    await run('--type', 'a<b', '--screenshot', path);
    // In an SVG each word stands at the column of its first letter, however browsers fold white space.
    const svg = '<text x="18" y="12" textLength="36" lengthAdjust="spacingAndGlyphs" fill="#aaaaaa">aS,b</text>';
    expect(readFileSync(path, 'utf8')).toContain({ txt: '> aS,b\n', ans: '> aS,b', svg }[extension]);
  }
});
