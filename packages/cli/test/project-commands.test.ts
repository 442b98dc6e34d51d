/** `longmode build` and `longmode new` as far as they need no compiler and no package: what they refuse, and how. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cli } from './run-cli.ts';

let folder = '';
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'longmode-project-'))));
afterAll(() => rmSync(folder, { recursive: true }));

const guest = { boot: () => Promise.reject(new Error('nothing is booted here')) };

test('build: a missing source', async () => {
  const { exitCode, stderr } = await cli(['build', join(folder, 'none.ts')], guest);
  expect(exitCode).toBe(66);
  expect(stderr).toMatch(/^longmode: cannot read kernel .*none\.ts: no such file\n/);
});

test('build: an image instead of a source', async () => {
  const image = join(folder, 'kernel.elf');
  writeFileSync(image, 'x');
  const { exitCode, stderr } = await cli(['build', image], guest);
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/is no TypeScript file\n {2}to boot an image: longmode boot/);
});

test('build: a heap that is no size', async () => {
  const { exitCode, stderr } = await cli(['build', 'kernel.ts', '--heap', 'much'], guest);
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/^longmode: --heap: expected a size such as 64M, found "much"\n/);
});

test('new: a name that npm refuses', async () => {
  const target = join(folder, 'My Kernel');
  const { exitCode, stderr } = await cli(['new', target], guest);
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/^longmode: "My Kernel" cannot be the name of a project\n {2}use small letters/);
  expect(existsSync(target)).toBe(false);
});

test('new: sources are not the package that a project can bring along; nothing stays behind', async () => {
  const target = join(folder, 'my-kernel');
  const { exitCode, stderr } = await cli(['new', target], guest);
  expect(exitCode).toBe(70);
  expect(stderr).toMatch(/is not the published package\n {2}in a clone of the repository use: npx longmode new/);
  expect(existsSync(target)).toBe(false);
});
