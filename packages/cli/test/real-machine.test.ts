/**
 * The library and the command line tool on the real machine: guests assembled here, booted from files by the Wasm core.
 * What a guest can do is tested elsewhere; here it is what the user sees of it.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CpuCore } from '@longmode/cpu-wasm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { boot } from '../src/index.ts';
import { writeKernel } from './guests.ts';
import { cli } from './run-cli.ts';

let folder = '';
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'longmode-real-'))));
afterAll(() => rmSync(folder, { recursive: true }));

const kernelFile = (name: string, source: string) => writeKernel(join(folder, name), source);

/** 'OK' in white on green at the top left. */
const showOk = 'mov dword [0xb8000], 0x2f4b2f4f\n';
const exitWith = (value: number) => `mov al, ${value}\nout 0xf4, al\n`;
const real = { boot };

test('the library boots from a path and runs the guest', async () => {
  const path = kernelFile('lib.elf', `${showOk}cli\nhlt\n`);
  await using machine = await boot(path);
  expect(machine.instructions).toBe(0n);
  expect((await machine.screen.waitFor('OK')).text).toBe('OK');
  expect((await machine.run()).kind).toBe('halted');
});

test('screen as text, exit code of the guest', async () => {
  const path = kernelFile('ok.elf', showOk + exitWith(0x10));
  expect(await cli(['boot', path], real)).toMatchObject({ exitCode: 0, stdout: 'OK\n', stderr: '' });
});

test('serial output is what comes out of the pipe', async () => {
  const send = [...'hi\n'].map((c) => `mov dx, 0x3f8\nmov al, ${c.charCodeAt(0)}\nout dx, al\n`).join('');
  const path = kernelFile('serial.elf', showOk + send + exitWith(0x11));
  expect(await cli(['boot', path], real)).toMatchObject({ exitCode: 1, stdout: 'hi\n', stderr: '' });
});

test('--json has screen, registers and instructions', async () => {
  const path = kernelFile('json.elf', `${showOk}mov ecx, 0x1234\n${exitWith(0x10)}`);
  const { stdout, exitCode } = await cli(['boot', path, '--json'], real);
  const report = JSON.parse(stdout);
  expect(exitCode).toBe(0);
  expect(report).toMatchObject({ exitCode: 0, end: { kind: 'exit', code: 16, port: 244 }, serial: '', warnings: [] });
  expect(report.screen).toHaveLength(25);
  expect(report.screen[0]).toBe('OK');
  expect(report.registers).toMatchObject({ rcx: '0x0000000000001234', rbx: expect.stringMatching(/^0x0/) });
  expect(report.instructions).toBeGreaterThanOrEqual(3);
  expect(report.instructions).toBeLessThanOrEqual(5);
});

const crash = `${showOk}lidt [empty]\nud2\nempty: dw 0\ndd 0\n`;

test('a triple fault: post mortem on standard error, exit code 100', async () => {
  const { stdout, stderr, exitCode } = await cli(['boot', kernelFile('crash.elf', crash)], real);
  expect(exitCode).toBe(100);
  expect(stdout).toBe('OK\n');
  expect(stderr).toMatch(/ at instruction \d/);
  expect(stderr).toMatch(/rip +[0-9a-f]{16}/);
  // The screen is on standard output already.
  expect(stderr).not.toContain('│OK');
});

const coreRecordsShutdown = 'shutdownChain' in CpuCore.prototype;
if (!coreRecordsShutdown) console.log('skipped: the core does not record yet how a shutdown came about');

test.skipIf(!coreRecordsShutdown)('the post mortem names the exceptions and the instruction', async () => {
  const { stderr } = await cli(['boot', kernelFile('crash.elf', crash)], real);
  expect(stderr).toMatch(/^ TRIPLE FAULT/);
  expect(stderr).toContain('#UD');
  expect(stderr).toMatch(/\bud2\b/);
});

test('halted for good, budget, and an endless loop with a time limit', async () => {
  const halt = await cli(['boot', kernelFile('halt.elf', 'cli\nhlt\n')], real);
  expect(halt).toMatchObject({ exitCode: 101, stdout: '' });
  expect(halt.stderr).toMatch(/^longmode: the guest halted for good at 0x10001[0-9a-f]/);
  const loop = kernelFile('loop.elf', 'again: inc eax\njmp again\n');
  expect(await cli(['boot', loop, '--max-instructions', '1M'], real)).toMatchObject({ exitCode: 124 });
  expect(await cli(['boot', loop, '--timeout', '50ms'], real)).toMatchObject({ exitCode: 124 });
});

test('--until stops a guest that never ends', async () => {
  const path = kernelFile('until.elf', `${showOk}again: jmp over\nover: jmp again\n`);
  const { exitCode } = await cli(['boot', path, '--until', '/^OK$/m'], real);
  expect(exitCode).toBe(0);
});

test.each([
  ['not an ELF file', 'hello', /not an ELF/],
  ['an empty file', '', /empty/],
])('%s ends with 65 and a remedy', async (_, contents, problem) => {
  const path = join(folder, 'bad');
  writeFileSync(path, contents);
  const { exitCode, stderr, stdout } = await cli(['boot', path], real);
  expect([exitCode, stdout]).toEqual([65, '']);
  expect(stderr).toMatch(problem);
  expect(stderr.trimEnd().split('\n')).toHaveLength(2);
});
