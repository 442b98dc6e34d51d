/** Outside tools read the file: sections, symbols, lines and frames. */
import { spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Image } from '../src/image.ts';
import { compileKernel, hasProgram, temporaryFile } from './kernels.ts';

const binutils = hasProgram('readelf') && hasProgram('addr2line');
const gdb = hasProgram('gdb') && hasProgram('qemu-system-x86_64');
if (!binutils) console.log('readelf and addr2line tests skip: binutils are not installed');
if (!gdb) console.log('the gdb test skips: gdb or qemu-system-x86_64 is not installed');

let image: Image;
let file: string;
beforeAll(async () => {
  ({ image } = await compileKernel('lines.ts', { optimize: 0, abort: 'lines/abort' }));
  file = temporaryFile('lines.elf', image.elf);
}, 60_000);

const output = (program: string, ...argumentsOfProgram: string[]) => {
  const { stdout, stderr } = spawnSync(program, argumentsOfProgram, { encoding: 'utf8' });
  return `${stderr}${stdout}`;
};
const addressOf = (name: string) => image.symbols.find((symbol) => symbol.name === name)!.address;

describe.skipIf(!binutils)('binutils', () => {
  it('readelf finds the sections with their rights and nothing to warn of', () => {
    const text = output('readelf', '-W', '-h', '-S', '-l', '--debug-dump', file);
    expect(text).not.toMatch(/warning|error|corrupt/i);
    const rows = [...text.matchAll(/^ *\[ *\d+\] (\.\S+) +(\S+) +([0-9a-f]{16}) \S+ \S+ \S+ +([WAX]*) /gm)];
    expect(rows.map(([, name, type, , flags]) => `${name} ${type} ${flags}`)).toEqual([
      '.boot PROGBITS AX',
      '.text PROGBITS AX',
      '.rodata PROGBITS A',
      '.data PROGBITS WA',
      '.bss NOBITS WA',
      '.debug_abbrev PROGBITS ',
      '.debug_info PROGBITS ',
      '.debug_line PROGBITS ',
      '.debug_frame PROGBITS ',
      '.symtab SYMTAB ',
      '.strtab STRTAB ',
      '.shstrtab STRTAB ',
    ]);
    for (const [, name, , address] of rows.slice(0, 5)) {
      expect(parseInt(address!, 16), name).toBe(image.sections.find((section) => section.name === name)!.address);
      expect(parseInt(address!, 16) % 4096, name).toBe(0);
    }
    expect(text).toMatch(new RegExp(`Entry point address: +0x${image.entry.toString(16)}`));
  });

  it.each([
    ['inner', 7],
    ['outer', 13],
    ['kmain', 18],
  ])('addr2line names lines/%s at line %i, its declaration', (name, line) => {
    const text = output('addr2line', '-f', '-e', file, addressOf(`lines/${name}`).toString(16));
    expect(text).toBe(`lines/${name}\nlines.ts:${line}\n`);
  });

  it('a function that begins with an inlined callee begins at its own declaration', async () => {
    const { image: optimized } = await compileKernel('lines.ts', { optimize: 3, abort: 'lines/abort' });
    expect(optimized.symbols.filter(({ name }) => /inner|outer/.test(name))).toEqual([]);
    const { address } = optimized.symbols.find(({ name }) => name === 'lines/kmain')!;
    const optimizedFile = temporaryFile('optimized.elf', optimized.elf);
    expect(output('addr2line', '-e', optimizedFile, address.toString(16))).toBe('lines.ts:18\n');
    const behindPrologue = optimized.lines.find((row) => row.address > address)!;
    expect(behindPrologue.line).toBeLessThan(18);
  });

  it('addr2line agrees with every row of the line table', () => {
    const addresses = image.lines.map(({ address }) => address.toString(16));
    const text = output('addr2line', '-e', file, ...addresses);
    expect(text.trim().split('\n')).toEqual(image.lines.map(({ file: name, line }) => `${name}:${line}`));
  });
});

const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

it.skipIf(!gdb)(
  'gdb stops at a line of TypeScript and unwinds to the line of boot code',
  { timeout: 60_000 },
  async () => {
    const port = await freePort();
    const qemu = spawn('qemu-system-x86_64', [
      '-kernel',
      file,
      '-display',
      'none',
      '-S',
      '-gdb',
      `tcp:127.0.0.1:${port}`,
    ]);
    try {
      const commands = [
        ...['set pagination off', 'set tcp connect-timeout 30', `target remote 127.0.0.1:${port}`],
        ...['hbreak lines.ts:9', 'continue', 'bt', 'info line *$pc', 'kill'],
      ].flatMap((command) => ['-ex', command]);
      const text = output('timeout', '40', 'gdb', '-nx', '-batch', ...commands, file);
      expect(text).toMatch(/Breakpoint 1, .*lines\/inner \(\) at lines\.ts:9/);
      expect(text.match(/^#\d.*$/gm)?.map((row) => row.replace(/0x[0-9a-f]+ in /, ''))).toEqual([
        '#0  lines/inner () at lines.ts:9',
        '#1  lines/outer () at lines.ts:14',
        '#2  lines/kmain () at lines.ts:19',
        '#3  long_mode () at boot.asm:57',
      ]);
    } finally {
      qemu.kill();
    }
  },
);
