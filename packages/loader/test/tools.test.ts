/**
 * Outside judges: readelf and addr2line read the same gcc-made files, grub-file and QEMU judge the same headers. Where a tool is
 * absent, its tests are skipped and say so.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeImage, type ElfClass, readElf, SymbolTable } from '../src/index.ts';
import { kernel, multiboot1, multiboot2, patched } from './images.ts';

const run = (tool: string, args: string[], input = '') => execFileSync(tool, args, { encoding: 'utf8', input });
const attempt = (tool: string, args: string[]) => spawnSync(tool, args, { encoding: 'utf8', timeout: 8000 });
const runs = (tool: string) => attempt(tool, ['--help']).status === 0;
const have = Object.fromEntries(
  ['gcc', 'readelf', 'addr2line', 'grub-file', 'qemu-system-x86_64'].map((tool) => [tool, runs(tool)]),
);
for (const [tool, present] of Object.entries(have)) {
  if (!present) console.warn(`${tool} is not installed: the tests that compare with it are skipped`);
}

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'longmode-loader-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const save = (name: string, bytes: Uint8Array) => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};

const SOURCE = `#include "twice.h"
static int helper(int value) {
  int total = 0;
  for (int i = 0; i < value; i++)
    total += twice(i) * value;
  return total;
}
int data_object = 7;
int table[100];
__attribute__((noinline)) int work(int value) {
  if (value > 3)
    return helper(value) + data_object;
  return table[value & 63];
}
void start(void) {
  for (;;)
    table[1] = work(table[0]);
}
`;
const HEADER = `static inline __attribute__((always_inline)) int twice(int value) {
  int doubled = value + value;
  return doubled;
}
`;

/** Compiles and links a freestanding program; returns its path. */
function build(name: string, elfClass: ElfClass, ...flags: string[]): string {
  const source = join(folder, 'program.c');
  writeFileSync(source, SOURCE);
  writeFileSync(join(folder, 'twice.h'), HEADER);
  const path = join(folder, name);
  const common = [
    '-ffreestanding',
    '-nostdlib',
    '-static',
    '-no-pie',
    '-fno-pic',
    '-Wl,-e,start',
    '-Wl,-Ttext=0x200000',
  ];
  run('gcc', [`-m${elfClass}`, ...common, ...flags, '-o', path, source]);
  return path;
}

const parse = (path: string) => readElf(new Uint8Array(readFileSync(path)));

describe.each([32, 64] as const)('gcc-made ELF%i', (elfClass) => {
  test.skipIf(!have.gcc || !have.readelf)('program headers, section headers and symbols as readelf sees them', () => {
    const path = build(`readelf${elfClass}`, elfClass, '-g', '-O1');
    const elf = parse(path);
    const hex = (value: bigint) => value.toString(16);

    const header = run('readelf', ['-hW', path]);
    expect(header).toMatch(new RegExp(`Entry point address:\\s+0x${hex(elf.header.entry)}\n`));

    const segmentLines = run('readelf', ['-lW', path]).matchAll(/^ {2}[A-Z_]+ +((?:0x[0-9a-f]+ ){5})/gm);
    const expectedSegments = [...segmentLines].map((match) =>
      match[1]!
        .trim()
        .split(' ')
        .map((field) => BigInt(field)),
    );
    expect(
      elf.segments.map((s) => [s.offset, s.virtualAddress, s.physicalAddress, s.fileBytes, s.memoryBytes]),
    ).toEqual(expectedSegments);

    const sectionLines = run('readelf', ['-SW', path]).matchAll(
      /^ +\[ *(\d+)\] (\S*) +[A-Z_0-9]+ +([0-9a-f]{8,}) ([0-9a-f]{6,}) ([0-9a-f]{6,}) ([0-9a-f]{2,})/gm,
    );
    const expectedSections = [...sectionLines].map(([, , name, address, offset, size, entry]) => [
      name,
      ...[address, offset, size, entry].map((field) => BigInt(`0x${field}`)),
    ]);
    expect(elf.sections.map((s) => [s.name, s.address, s.offset, s.sizeBytes, s.entryBytes])).toEqual(expectedSections);

    const symbolLines = run('readelf', ['-sW', path]).matchAll(
      /^ +\d+: ([0-9a-f]+) +(\d+) [A-Z]+ +([A-Z]+) +[A-Z]+ +\S+(?: (\S+))?$/gm,
    );
    const expectedSymbols = [...symbolLines]
      .filter((match) => match[3] !== 'SECTION')
      .map(([, address, size, , name]) => [name ?? '', BigInt(`0x${address}`), BigInt(size!)]);
    const symbols = [...new SymbolTable(elf).symbols()].filter((symbol) => symbol.type !== 3);
    expect(symbols.map((s) => [s.name, s.address, s.sizeBytes])).toEqual(expectedSymbols);
    expect(symbols.length).toBeGreaterThan(4);
  });

  test
    .skipIf(!have.gcc || !have.addr2line)
    .each([
      '-gdwarf-2 -O0',
      '-gdwarf-3 -O2',
      '-gdwarf-4 -O1',
      '-gdwarf-5 -O0',
      '-gdwarf-5 -O2',
      '-gdwarf-5 -O2 -gdwarf64',
    ])('function and line of every code byte as addr2line sees them: %s', (setting) => {
    const flags = setting.split(' ');
    if (elfClass === 32 && flags.includes('-gdwarf64')) return; // gcc makes no 64-bit DWARF for i386.
    const path = build(`lines${elfClass}`, elfClass, ...flags);
    // addr2line 2.40 cannot read 64-bit DWARF; the same code with 32-bit DWARF has the same lines.
    const judged = flags.includes('-gdwarf64') ? build('twin', elfClass, ...flags.slice(0, 2)) : path;
    const elf = parse(path);
    const table = new SymbolTable(elf);
    const text = elf.sections.find((section) => section.name === '.text')!;
    const addresses = Array.from({ length: Number(text.sizeBytes) }, (_, i) => text.address + BigInt(i));
    const queries = addresses.map((address) => `0x${address.toString(16)}\n`).join('');
    const answers = run('addr2line', ['-f', '-e', judged], queries).trim().split('\n');
    const expected = addresses.map((_, i) => answers[2 * i + 1]!.replace(/ \(discriminator \d+\)/, ''));
    const actual = addresses.map((address) => {
      const place = table.lineAt(address);
      return place === undefined ? '??:?' : `${place.file}:${place.line}`;
    });
    // Version 5 knows the compiler's directory; earlier line tables do not.
    const shorten = (place: string) => (flags[0] === '-gdwarf-5' ? place : place.slice(place.lastIndexOf('/') + 1));
    expect(actual.map(shorten)).toEqual(expected.map(shorten));
    expect(new Set(actual).size).toBeGreaterThan(6);

    const inlined = new Set(['twice', 'helper']);
    addresses.forEach((address, i) => {
      // Between functions is padding, which addr2line counts to the function before it.
      const name = table.lookup(address)?.name;
      if (name !== undefined && !inlined.has(answers[2 * i]!)) expect(name).toBe(answers[2 * i]);
    });
    const named = addresses.filter((address) => table.lookup(address) !== undefined);
    expect(named.length).toBeGreaterThan(addresses.length * 0.7);
  });
});

describe('headers as grub-file judges them', () => {
  const flags = {
    headerAddress: 0x100000,
    loadAddress: 0x100000,
    loadEndAddress: 0,
    bssEndAddress: 0,
    entryAddress: 0x100020,
  };
  const images: [string, Uint8Array][] = [
    ['ELF32 with Multiboot 1', kernel(32, multiboot1())],
    ['ELF64 with Multiboot 1', kernel(64, multiboot1())],
    ['ELF32 with Multiboot 2', kernel(32, multiboot2())],
    ['ELF64 with Multiboot 2', kernel(64, multiboot2({ tag: 'module-alignment', optional: true }))],
    ['both headers', kernel(64, Uint8Array.from([...multiboot2(), ...multiboot1()]))],
    ['addresses', kernel(32, multiboot1({ flags: 3, addresses: flags }))],
    ['wrong checksum', kernel(64, patched(multiboot2(), 12, 0))],
    ['misaligned', kernel(64, Uint8Array.from([0, 0, 0, 0, ...multiboot2()]))],
    ['no header', kernel(64, new Uint8Array(32))],
  ];
  test.skipIf(!have['grub-file']).each(images)('%s', (_, image) => {
    const path = save('kernel', image);
    const judge = (protocol: string) => attempt('grub-file', [`--is-x86-${protocol}`, path]).status === 0;
    const found = describeImage(image).image.headers.map((header) => header.protocol);
    expect(found.includes('multiboot1')).toBe(judge('multiboot'));
    expect(found.includes('multiboot2')).toBe(judge('multiboot2'));
  });
});

describe('qemu -kernel does what describeImage says it does', () => {
  const qemu = (image: Uint8Array) => {
    const devices = ['-display', 'none', '-monitor', 'none', '-serial', 'none', '-net', 'none', '-no-reboot'];
    const exit = ['-device', 'isa-debug-exit,iobase=0xf4,iosize=1'];
    return attempt('qemu-system-x86_64', ['-kernel', save('kernel', image), ...devices, ...exit]);
  };
  const refused: [string, Uint8Array, RegExp][] = [
    ['ELF64 with Multiboot 1', kernel(64, multiboot1()), /Cannot load x86-64 image, give a 32bit one\./],
    ['ELF64 with Multiboot 2', kernel(64, multiboot2()), /Error loading uncompressed kernel without PVH ELF Note/],
    ['ELF32 with Multiboot 2', kernel(32, multiboot2()), /Error loading uncompressed kernel without PVH ELF Note/],
  ];
  test.skipIf(!have['qemu-system-x86_64']).each(refused)('refuses %s', (_, image, says) => {
    const { status, stderr } = qemu(image);
    expect(stderr).toMatch(says);
    expect(status).toBe(1);
    expect(describeImage(image).qemu).toMatchObject({ boots: false });
    expect(describeImage(image).qemu.says).toMatch(says);
  });

  // mov dx, 0xf4; mov al, 0x10; out dx, al: isa-debug-exit makes it status 33.
  const exits = Uint8Array.of(0x66, 0xba, 0xf4, 0x00, 0xb0, 0x10, 0xee);
  const flat = (elfClass: ElfClass) => {
    const address = 0x100000;
    const addresses = {
      headerAddress: address,
      loadAddress: address,
      loadEndAddress: 0,
      bssEndAddress: 0,
      entryAddress: 0,
    };
    const length = multiboot1({ flags: 3, addresses }).length;
    return kernel(
      elfClass,
      multiboot1({ flags: 3, addresses: { ...addresses, entryAddress: address + length } }),
      {},
      exits,
    );
  };
  const booted: [string, Uint8Array][] = [
    ['ELF32 with Multiboot 1', kernel(32, multiboot1(), {}, exits)],
    ['ELF64 with Multiboot 1 addresses', flat(64)],
  ];
  test.skipIf(!have['qemu-system-x86_64']).each(booted)('boots %s', (_, image) => {
    expect(qemu(image).status).toBe(33);
    expect(describeImage(image)).toMatchObject({ bootable: true, qemu: { boots: true } });
  });
});
