/** `longmode boot` from its options to its exit code, on a fake machine. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LoaderError } from '@longmode/loader';
import type { FinalEnd } from '@longmode/machine';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FakeMachine, samplePostMortem } from './fake-machine.ts';
import { cli } from './run-cli.ts';

let folder = '';
let kernel = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'longmode-boot-'));
  kernel = join(folder, 'kernel.elf');
  writeFileSync(kernel, 'a kernel');
});
afterAll(() => rmSync(folder, { recursive: true }));

const success: FinalEnd = { kind: 'exit', code: 0x10, port: 0xf4 };

describe('exit codes', () => {
  const report = samplePostMortem('TRIPLE FAULT');
  const table: [end: FinalEnd, exitCode: number, stderr: RegExp][] = [
    [{ kind: 'exit', code: 0x10, port: 0xf4 }, 0, /^$/],
    [{ kind: 'exit', code: 0x11, port: 0xf4 }, 1, /^$/],
    [{ kind: 'exit', code: 0x00, port: 0xf4 }, 1, /^$/],
    [{ kind: 'exit', code: 0x20, port: 0xf4 }, 65, /wrote 0x20 to the debug-exit port 0xf4: exit code 65\n$/],
    [{ kind: 'exit', code: 0xff, port: 0xf4 }, 255, /wrote 0xff/],
    [{ kind: 'triple-fault', report }, 100, /TRIPLE FAULT[\s\S]*#PF/],
    [
      { kind: 'halted', by: 'hlt', interrupts: false, rip: 0x101234n },
      101,
      /^longmode: the guest halted for good at 0x101234 kernel_main\+0x14 \(src\/main\.ts:21\): hlt, and interrupts are disabled\n$/,
    ],
    [
      { kind: 'halted', by: 'jump-to-self', interrupts: true, rip: 1n },
      101,
      /a jump to itself, and interrupts are enabled, but nothing can raise one\n$/,
    ],
    [{ kind: 'reset', port: 0x64 }, 103, /asked for a reset through port 0x64/],
    [
      { kind: 'unimplemented', rip: 0x101234n, bytes: Uint8Array.of(0x0f, 0x58, 0xc1, 0x90, 0x90), report },
      70,
      /^longmode: not implemented yet: 0f 58 c1 {2}addps xmm0,xmm1 {2}at 0x101234 kernel_main/m,
    ],
  ];
  test.each(table)('%o', async (end, exitCode, stderr) => {
    const result = await cli(['boot', kernel], { end });
    expect(result.exitCode).toBe(exitCode);
    expect(result.stderr).toMatch(stderr);
    expect(result.machine?.disposed).toBe(true);
  });

  test('--max-instructions ends with 124', async () => {
    const { exitCode, stderr, machine } = await cli(['boot', kernel, '--max-instructions', '5K'], { end: 'run-on' });
    expect(exitCode).toBe(124);
    expect(machine?.instructions).toBe(5000n);
    expect(stderr).toBe('longmode: the guest was still running after 5000 instructions (--max-instructions)\n');
  });

  test('--timeout ends with 124', async () => {
    const { exitCode, stderr } = await cli(['boot', kernel, '--timeout', '30ms'], { end: 'run-on' });
    expect(exitCode).toBe(124);
    expect(stderr).toBe('longmode: the guest was still running after 30 ms (--timeout)\n');
  });

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s ends with %i', async (signal, code) => {
    const steps = [() => void process.emit(signal, signal)];
    const { exitCode } = await cli(['boot', kernel], { steps, end: 'run-on' });
    expect(exitCode).toBe(code);
    expect(process.listenerCount(signal)).toBe(0);
  });

  test('--until ends with 0 when the screen or the serial port shows the text', async () => {
    const onScreen = await cli(['boot', kernel, '--until', 'OK+Y'], {
      steps: [(m) => m.show(['say OK+Y'])],
      end: 'run-on',
    });
    expect(onScreen.exitCode).toBe(0);
    const onSerial = await cli(['boot', kernel, '--until', '/^done \\d$/m'], {
      steps: [(m) => m.send('don'), (m) => m.send('e 7\n')],
      end: 'run-on',
    });
    expect(onSerial.exitCode).toBe(0);
  });

  test('--until: the last words before a halt count, a crash stays a crash', async () => {
    const steps = [(m: FakeMachine) => m.show(['OKAY'])];
    const halted: FinalEnd = { kind: 'halted', by: 'hlt', interrupts: false, rip: 0n };
    expect((await cli(['boot', kernel, '--until', 'OKAY'], { steps, end: halted })).exitCode).toBe(0);
    expect((await cli(['boot', kernel, '--until', 'NO'], { steps, end: halted })).exitCode).toBe(101);
    expect(
      (await cli(['boot', kernel, '--until', 'NO'], { steps, end: { kind: 'triple-fault', report } })).exitCode,
    ).toBe(100);
  });

  test('an image that cannot be booted ends with 65, and says why', async () => {
    const bootError = new LoaderError('multiboot-header-missing', 'no Multiboot header', { remedy: 'add one' });
    const { exitCode, stderr, stdout } = await cli(['boot', kernel], { end: success }, { bootError });
    expect(exitCode).toBe(65);
    expect(stderr).toBe('longmode: no Multiboot header\n  add one\n');
    expect(stdout).toBe('');
  });

  test('a bug of ours ends with 70 and has no stack trace, unless asked for', async () => {
    const bootError = new TypeError('x is not a function');
    const quiet = await cli(['boot', kernel], { end: success }, { bootError });
    expect(quiet.exitCode).toBe(70);
    expect(quiet.stderr).toMatch(/^longmode: internal error: x is not a function\n {2}this is a bug[^\n]*\n$/);
    const loud = await cli(['boot', kernel], { end: success }, { bootError, environment: { LONGMODE_DEBUG: '1' } });
    expect(loud.stderr).toContain('boot-command.test.ts');
  });
});

describe('options reach the machine', () => {
  test('all of them', async () => {
    const words = ['boot', kernel, '--memory', '1G', '--engine', 'js', '--cmdline', 'a b'];
    const modules = ['--module', `${kernel}:one two`, '--module', kernel];
    const { bootOptions } = await cli([...words, ...modules], { end: success });
    expect(bootOptions).toEqual({
      kernel,
      engine: 'js',
      memory: 2 ** 30,
      cmdline: 'a b',
      modules: [
        { path: kernel, cmdline: 'one two' },
        { path: kernel, cmdline: '' },
      ],
    });
  });

  test('defaults', async () => {
    const { bootOptions } = await cli(['boot', kernel], { end: success });
    expect(bootOptions).toEqual({ kernel, engine: 'interpreter', modules: [] });
  });
});

describe('piped output', () => {
  test('is what the guest sends to its serial port', async () => {
    const steps = [(m: FakeMachine) => m.show(['on screen'])];
    const { stdout } = await cli(['boot', kernel], { steps: [...steps, (m) => m.send('hello\n')], end: success });
    expect(stdout).toBe('hello\n');
  });

  test('or the final screen of a guest that sends nothing', async () => {
    const steps = [(m: FakeMachine) => m.show(['first  ', '', ' third'])];
    expect((await cli(['boot', kernel], { steps, end: success })).stdout).toBe('first\n\n third\n');
  });

  test('--screen final prints both, --screen none and --serial none leave out one', async () => {
    const script = {
      steps: [(m: FakeMachine) => m.show(['screen']), (m: FakeMachine) => m.send('serial\n')],
      end: success,
    };
    expect((await cli(['boot', kernel, '--screen', 'final'], script)).stdout).toBe('serial\nscreen\n');
    expect((await cli(['boot', kernel, '--screen', 'none'], script)).stdout).toBe('serial\n');
    expect((await cli(['boot', kernel, '--serial', 'none'], script)).stdout).toBe('screen\n');
  });

  test('--serial file:PATH writes there, and the screen to standard output', async () => {
    const path = join(folder, 'serial.log');
    const steps = [(m: FakeMachine) => m.show(['screen']), (m: FakeMachine) => m.send('é\n')];
    const { stdout } = await cli(['boot', kernel, '--serial', `file:${path}`, '--screen', 'final'], {
      steps,
      end: success,
    });
    expect(readFileSync(path, 'utf8')).toBe('é\n');
    expect(stdout).toBe('screen\n');
  });

  test('--serial stdio sends standard input to the guest', async () => {
    const steps = Array.from({ length: 5 }, () => () => undefined);
    const { machine } = await cli(['boot', kernel, '--serial', 'stdio'], { steps, end: success }, { stdin: 'typed' });
    expect(machine?.received).toBe('typed');
  });

  test('warnings go to standard error', async () => {
    const { stderr } = await cli(['boot', kernel], { warnings: ['odd header'], end: success });
    expect(stderr).toBe('longmode: warning: odd header\n');
  });
});

test('--stats says on standard error when nothing is translated', async () => {
  const { stdout, stderr, exitCode } = await cli(['boot', kernel, '--stats', '--screen', 'none'], { end: success });
  expect({ stdout, stderr, exitCode }).toEqual({
    stdout: '',
    stderr: 'translated code: none, the translator is off\n',
    exitCode: 0,
  });
});

describe('--json', () => {
  test('prints one object and nothing else', async () => {
    const steps = [(m: FakeMachine) => m.show(['OKAY']), (m: FakeMachine) => m.send('hi\n')];
    const { stdout, stderr } = await cli(['boot', kernel, '--json'], { steps, end: success });
    const report = JSON.parse(stdout);
    expect(stderr).toBe('');
    expect(Object.keys(report)).toEqual([
      'end',
      'exitCode',
      'instructions',
      'timeNanos',
      'screen',
      'serial',
      'debugConsole',
      'warnings',
      'randomSeed',
      'registers',
    ]);
    expect(report.end).toEqual({ kind: 'exit', code: 16, port: 244 });
    expect(report).toMatchObject({ exitCode: 0, instructions: 2000, serial: 'hi\n' });
    expect(report.screen).toEqual(['OKAY', ...Array(24).fill('')]);
    expect(report.registers.rcx).toBe('0x0000000000000001');
    expect(report.registers.cs).toEqual({ selector: 8, base: '0x0', limit: 0xffffffff, rights: 0xaf9b });
    expect(report.registers.idtr).toEqual({ base: '0x1000', limit: 23 });
  });

  test('has the whole report of a triple fault', async () => {
    const end: FinalEnd = { kind: 'triple-fault', report: samplePostMortem('TRIPLE FAULT') };
    const { end: shown, exitCode } = JSON.parse((await cli(['boot', kernel, '--json'], { end })).stdout);
    expect(exitCode).toBe(100);
    expect(shown.kind).toBe('triple-fault');
    expect(shown.report.instructions).toBe(1204331);
    expect(shown.report.faults[0]).toMatchObject({
      mnemonic: '#PF',
      cr2: '0xdeadbeef',
      instruction: { bytes: 'c6 00 01' },
    });
  });

  test.each([
    ['limit', ['--max-instructions', '1K'], { kind: 'limit', instructions: 1000 }],
    ['time-out', ['--timeout', '10ms'], { kind: 'limit', milliseconds: 10 }],
  ])('%s', async (_, words, end) => {
    const { stdout } = await cli(['boot', kernel, '--json', ...words], { end: 'run-on' });
    expect(JSON.parse(stdout)).toMatchObject({ end, exitCode: 124 });
  });

  test('a kernel that cannot be read is reported there as well', async () => {
    const { stdout, exitCode } = await cli(['boot', join(folder, 'none'), '--json'], { end: success });
    expect(exitCode).toBe(66);
    expect(JSON.parse(stdout)).toMatchObject({ end: { kind: 'error', message: /no such file/ }, exitCode: 66 });
  });
});

test('--trace writes events to --trace-out, with assembly and source line', async () => {
  const path = join(folder, 'trace.log');
  const { exitCode } = await cli(['boot', kernel, '--trace=insn,io', '--trace-out', path], {
    steps: [
      (m) =>
        m.emitTrace({ kind: 'instruction', rip: 0x101234n, bits: 64, bytes: Uint8Array.of(0x48, 0x89, 0xe5, 0x90) }),
      (m) => m.emitTrace({ kind: 'exception', vector: 14, errorCode: 2, rip: 1n, cr2: 2n }),
      (m) =>
        m.emitTrace({
          kind: 'port',
          direction: 'out',
          port: 0x3f8,
          sizeBytes: 1,
          value: 65,
          rip: 0x101237n,
          claimed: true,
        }),
    ],
    end: success,
  });
  expect(exitCode).toBe(0);
  expect(readFileSync(path, 'utf8').split('\n')).toEqual([
    `insn 0x101234 kernel_main+0x14 (src/main.ts:21)  ${'48 89 e5'.padEnd(45)}mov rbp,rsp`,
    'io   0x101237 kernel_main+0x14 (src/main.ts:21)  out 0x3f8 0x41',
    '',
  ]);
});

describe('help', () => {
  test.each([[['--help']], [['boot', '--help']], [['info', '--help']]])('%o fits a screen', async (words) => {
    const { stdout, stderr, exitCode } = await cli(words, { end: success });
    expect(exitCode).toBe(0);
    expect(stderr).toBe('');
    expect(stdout.trimEnd().split('\n').length).toBeLessThanOrEqual(24);
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
  });

  test('five examples', async () => {
    const { stdout } = await cli(['--help'], { end: success });
    expect(stdout.match(/^ {2}longmode (boot|info) /gm)).toHaveLength(5);
  });

  test('no command at all is a usage error with the help', async () => {
    const { stdout, stderr, exitCode } = await cli([], { end: success });
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toContain('Examples:');
  });

  test('--version', async () => {
    expect((await cli(['--version'], { end: success })).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
