/** `longmode info` on images built here, and on files that are none. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildElf, buildMultiboot2Header } from '@longmode/loader';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cli } from './run-cli.ts';

let folder = '';
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'longmode-info-'))));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, bytes: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

test.each([
  ['empty', '', /the file is empty/],
  ['text.txt', 'hello', /not an ELF/i],
])('%s is described, with the problem and the remedy, and exit code 65', async (name, contents, problem) => {
  const path = file(name, contents);
  const { stdout, stderr, exitCode } = await cli(['info', path], { end: 'run-on' });
  expect([exitCode, stderr]).toEqual([65, '']);
  expect(stdout).toMatch(problem);
  expect(stdout).toMatch(/^longmode {2}cannot boot it:$/m);
  const json = await cli(['info', path, '--json'], { end: 'run-on' });
  expect(json.exitCode).toBe(65);
  expect(JSON.parse(json.stdout)).toMatchObject({
    bootable: false,
    problem: { message: expect.stringMatching(problem) },
  });
});

test('a kernel is described: headers, segments, entry, and what QEMU would do', async () => {
  const bytes = new Uint8Array(0x1000);
  bytes.set(buildMultiboot2Header([{ tag: 'module-alignment', optional: true }]));
  const segments = [{ bytes, physicalAddress: 0x100000n, virtualAddress: 0xffffffff80100000n, flags: 5 }];
  const path = file('k.elf', buildElf({ class: 64, entry: 0x100018n, segments }));
  const { stdout, stderr, exitCode } = await cli(['info', path], { end: 'run-on' });
  expect([exitCode, stderr]).toEqual([0, '']);
  expect(stdout.replace(path, 'k.elf')).toMatchInlineSnapshot(`
    "file      k.elf: an ELF file, 4224 bytes
    format    ELF64 for x86-64 (62)
    entry     0x100018
    headers   Multiboot 2 at file offset 0x80, 32 bytes: module-alignment
    segments  R E  0x00100000..0x00101000  4096 bytes from 0x80, linked for 0xffffffff80100000
    symbols   0 functions in 0 symbols, no source lines
    longmode  boots it by multiboot2, entry 0x100018
    qemu      -kernel says "Error loading uncompressed kernel without PVH ELF Note" (it knows no Multiboot 2)
    warnings  the ELF entry 0x100018 is a physical address; QEMU takes it so, GRUB refuses it ("entry point isn't in a segment")
    "
  `);
  const description = JSON.parse((await cli(['info', path, '--json'], { end: 'run-on' })).stdout);
  expect(description).toMatchObject({ bootable: true, image: { format: 'elf64', entry: '0x100018' } });
});
