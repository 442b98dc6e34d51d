/** The tool as a process of its own: pipes that close or are slow, and the committed executable. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

let folder = '';
let kernel = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'longmode-process-'));
  kernel = join(folder, 'kernel.elf');
  writeFileSync(kernel, 'a kernel');
});
afterAll(() => rmSync(folder, { recursive: true }));

const tool = [
  process.execPath,
  '--import',
  import.meta.resolve('tsx'),
  fileURLToPath(new URL('./tty-fixture.ts', import.meta.url)),
];
const shell = (command: string, ...words: string[]) =>
  spawnSync('bash', ['-c', command, 'bash', ...words], { encoding: 'utf8', timeout: 30_000 });

test('a reader that goes away ends it quietly', () => {
  const { stdout, stderr } = shell('"$@" | head -1; echo $PIPESTATUS', ...tool, 'flood', 'boot', kernel);
  expect(stdout).toBe(`${'x'.repeat(99)}\n141\n`);
  expect(stderr).toBe('');
}, 60_000);

test('a slow pipe gets everything before the process ends', () => {
  const { stdout } = shell('"$@" | { sleep 1; wc -c; }', ...tool, 'send-much', 'boot', kernel);
  expect(Number(stdout)).toBe(300_000);
}, 60_000);

test('the executable starts, and says what it is', () => {
  const bin = fileURLToPath(new URL('../bin/longmode.js', import.meta.url));
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const run = spawnSync(process.execPath, [bin, '--version'], { encoding: 'utf8' });
  expect([run.stdout, run.stderr, run.status]).toEqual([`${version}\n`, '', 0]);
}, 60_000);
