/** The image files (checklist MB-*, LM-*, RUST-1), looked at from outside: bytes, ELF structure, disassembly. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Image } from '@longmode/aot';
import { CpuidFeature, Decoder, DecoderOptions, type Instruction, Mnemonic } from 'iced-x86';
import { beforeAll, describe, expect, test } from 'vitest';
import { CHAPTERS, KERNEL } from '../chapters/chapters.ts';
import { buildKernel } from '../library/build/build-kernel.ts';

const IMAGES = [...CHAPTERS, KERNEL].map(({ name }) => name);
const path = (name: string) => fileURLToPath(new URL(`../dist/${name}.elf`, import.meta.url));
const read = (name: string) => readFileSync(path(name));

const MULTIBOOT1_MAGIC = 0x1badb002;
const MULTIBOOT2_MAGIC = 0xe85250d6;

/** Offset of a header's magic number: the first that lies where the specification wants it. */
function findHeader(file: Buffer, magic: number, alignment: number, limit: number): number {
  for (let at = 0; at < limit && at + 4 <= file.length; at += alignment) if (file.readUInt32LE(at) === magic) return at;
  return -1;
}

/** The loadable segments. */
function segments(file: Buffer) {
  const [start, size, count] = [Number(file.readBigUInt64LE(32)), file.readUInt16LE(54), file.readUInt16LE(56)];
  return Array.from({ length: count }, (_, index) => {
    const at = start + index * size;
    const number = (offset: number) => Number(file.readBigUInt64LE(at + offset));
    return {
      type: file.readUInt32LE(at),
      flags: file.readUInt32LE(at + 4),
      offset: number(8),
      virtualAddress: number(16),
      physicalAddress: number(24),
      fileBytes: number(32),
      memoryBytes: number(40),
    };
  });
}

describe.each(IMAGES)('%s', (name) => {
  const file = read(name);

  test('MB-1: Multiboot 2 header in the first 32768 bytes, 8-aligned, at file offset 0x1000', () => {
    expect(findHeader(file, MULTIBOOT2_MAGIC, 8, 32768)).toBe(0x1000);
  });

  test('MB-2: architecture 0, length 24, checksum to zero, end tag', () => {
    const header = findHeader(file, MULTIBOOT2_MAGIC, 8, 32768);
    const words = [0, 4, 8, 12].map((at) => file.readUInt32LE(header + at));
    expect(words.slice(1, 3)).toEqual([0, 24]);
    expect(words.reduce((sum, word) => (sum + word) >>> 0)).toBe(0);
    expect(file.subarray(header + 16, header + 24).toString('hex')).toBe('0000000008000000');
  });

  test('MB-3: ELF64 for x86-64, first segment at 1 MiB, entry in code', () => {
    expect(file.subarray(0, 6).toString('hex')).toBe('7f454c460201');
    expect(file.readUInt16LE(18)).toBe(62);
    const loaded = segments(file);
    expect(loaded[0]).toMatchObject({ type: 1, offset: 0x1000, physicalAddress: 0x100000 });
    const entry = Number(file.readBigUInt64LE(24));
    const home = loaded.find((s) => entry >= s.physicalAddress && entry < s.physicalAddress + s.fileBytes);
    expect(home?.flags).toBe(5); // readable, executable, not writable
  });

  test('MB-7: segments lie in the file as in memory, and do not overlap', () => {
    let end = 0;
    for (const segment of segments(file)) {
      expect(segment.physicalAddress).toBe(segment.virtualAddress);
      expect(segment.physicalAddress).toBeGreaterThanOrEqual(end);
      expect(segment.memoryBytes).toBeGreaterThanOrEqual(segment.fileBytes);
      if (segment.fileBytes > 0) expect(segment.offset - 0x1000).toBe(segment.physicalAddress - 0x100000);
      end = segment.physicalAddress + segment.memoryBytes;
    }
  });

  const grubFile = spawnSync('grub-file', ['--is-x86-multiboot2', path(name)]);
  if (grubFile.error !== undefined) console.warn('skipping the check by grub-file: it is not installed');
  test.skipIf(grubFile.error !== undefined)('MB-1: grub-file takes it for Multiboot 2', () => {
    expect(grubFile.status).toBe(0);
  });
});

describe.each(IMAGES.slice(1))('%s', (name) => {
  test('has a Multiboot 1 header with addresses in the first 8192 bytes', () => {
    const file = read(name);
    const header = findHeader(file, MULTIBOOT1_MAGIC, 4, 8192);
    const [magic, flags, checksum, headerAddress, loadAddress, loadEnd, bssEnd, entry] = Array.from(
      { length: 8 },
      (_, index) => file.readUInt32LE(header + index * 4),
    ) as [number, number, number, number, number, number, number, number];
    expect(flags).toBe(0x10003);
    expect((magic + flags + checksum) >>> 0).toBe(0);
    expect(headerAddress - loadAddress).toBe(header - 0x1000);
    expect(0x1000 + loadEnd - loadAddress).toBeLessThanOrEqual(file.length);
    const last = segments(file).at(-1)!;
    expect(bssEnd).toBe(last.physicalAddress + last.memoryBytes);
    expect(entry).toBe(Number(file.readBigUInt64LE(24)));
  });
});

test('MB-5: chapter 1 is a header and two instructions', () => {
  const file = read('chapters/01-multiboot-header');
  expect(Number(file.readBigUInt64LE(24))).toBe(0x100020);
  expect(file.subarray(0x1020, 0x102b).toString('hex')).toBe('c70500800b004f2f4b2ff4');
});

describe('compiled code', () => {
  let images: Image[];
  beforeAll(async () => {
    images = [];
    for (const source of [...CHAPTERS, KERNEL]) images.push(await buildKernel(source));
  }, 300_000);

  test('the same sources give the same bytes', () => {
    for (const [index, name] of IMAGES.entries()) expect(read(name).equals(images[index]!.elf)).toBe(true);
  });

  /** Calls `check` with every instruction of every function; jump tables behind the code are no instructions. */
  function disassemble(all: readonly Image[], check: (instruction: Instruction, where: string) => void): void {
    for (const { elf, functions } of all)
      for (const { name, address, codeBytes } of functions) {
        const at = address - 0x100000 + 0x1000;
        const decoder = new Decoder(64, elf.subarray(at, at + codeBytes), DecoderOptions.None);
        decoder.ip = BigInt(address);
        for (const instruction of decoder.decodeAll()) {
          check(instruction, `${name}, 0x${instruction.ip.toString(16)}`);
          instruction.free();
        }
        decoder.free();
      }
  }

  test('RUST-1: no x87, MMX, SSE or AVX instruction, and none that the decoder does not know', () => {
    const plain = [
      ...[CpuidFeature.INTEL8086, CpuidFeature.INTEL186, CpuidFeature.INTEL286, CpuidFeature.INTEL386],
      ...[CpuidFeature.INTEL486, CpuidFeature.X64, CpuidFeature.CMOV, CpuidFeature.CPUID, CpuidFeature.MSR],
    ];
    let count = 0;
    disassemble(images, (instruction, where) => {
      count++;
      expect(instruction.mnemonic, where).not.toBe(Mnemonic.INVALID);
      const features = [...instruction.cpuidFeatures()];
      expect(
        features.filter((feature) => !plain.includes(feature)).map((feature) => CpuidFeature[feature]),
        where,
      ).toEqual([]);
    });
    expect(count).toBeGreaterThan(500);
  });

  test('VGA-8: no in or out instruction in the first four chapters', () => {
    disassemble(images.slice(0, 4), ({ mnemonic }, where) => {
      expect([Mnemonic.In, Mnemonic.Out], where).not.toContain(mnemonic);
    });
  });
});
