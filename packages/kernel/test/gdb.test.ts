/** gdb, attached to QEMU, knows the kernel's functions and lines: a breakpoint by file and line, and a backtrace. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const missing = ['gdb', 'qemu-system-x86_64'].find((tool) => spawnSync(tool, ['--version']).status !== 0);
if (missing !== undefined) console.warn(`skipping the gdb test: ${missing} is not installed`);

const path = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));

test.skipIf(missing !== undefined)('gdb stops the kernel at a line of TypeScript', { timeout: 90_000 }, () => {
  const source = readFileSync(path('kernel/faults.ts'), 'utf8').split('\n');
  const line = source.findIndex((text) => text.includes('throw new Error')) + 1;
  const socket = join(mkdtempSync(join(tmpdir(), 'longmode-gdb-')), 'gdb');
  const image = path('dist/kernel.elf');
  const qemu = spawn('qemu-system-x86_64', [
    ...['-kernel', image, '-append', 'panic', '-display', 'none', '-S'],
    ...['-chardev', `socket,path=${socket},server=on,wait=off,id=gdb`, '-gdb', 'chardev:gdb'],
  ]);
  try {
    const commands = [
      ...['set pagination off', `shell while [ ! -S ${socket} ]; do sleep 0.1; done`, `target remote ${socket}`],
      ...[`hbreak kernel/faults.ts:${line}`, 'continue', 'bt', 'kill'],
    ].flatMap((command) => ['-ex', command]);
    const { stdout, stderr } = spawnSync('timeout', ['60', 'gdb', '-nx', '-batch', ...commands, image], {
      encoding: 'utf8',
    });
    const frames = stdout.match(/^#\d.*$/gm)?.map((row) => row.replace(/0x[0-9a-f]+ in /, ''));
    expect(frames?.[0], stdout + stderr).toBe(`#0  kernel/faults/panicInNestedCall () at kernel/faults.ts:${line}`);
    expect(frames!.slice(1, 4)).toEqual(
      [1, 2, 3].map((n) => `#${n}  kernel/faults/panicInNestedCall () at kernel/faults.ts:${line - 3}`),
    );
    expect(frames!.at(-1)).toMatch(/^#6 {2}long_mode_start \(\) at kernel\.asm:\d+$/);
  } finally {
    qemu.kill();
  }
});
