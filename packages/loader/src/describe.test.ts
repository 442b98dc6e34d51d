import { describe, expect, test } from 'vitest';
import { kernel, MIB, multiboot1, multiboot2 } from '../test/images.ts';
import { describeImage, ET_DYN, loadImage } from './index.ts';

describe('describeImage', () => {
  test('tells what a good kernel consists of and how it would be booted', () => {
    const description = describeImage(kernel(64, multiboot2()));
    expect(description).toMatchObject({
      file: { kind: 'elf' },
      bootable: true,
      boot: { protocol: 'multiboot2', entry: MIB + 24 },
      symbolCount: 1,
      functionCount: 1,
      hasSourceLines: false,
      image: { format: 'elf64', machine: 'x86-64 (62)', positionIndependent: false },
    });
    expect(description.image.headers).toMatchObject([{ protocol: 'multiboot2', tags: [] }]);
    expect(description.image.sections.map((section) => section.name)).toEqual([
      '',
      '.text',
      '.symtab',
      '.strtab',
      '.shstrtab',
    ]);
    expect(description.problem).toBeUndefined();
  });

  test('says why an image does not boot, and still tells what is in it', () => {
    const description = describeImage(kernel(64, new Uint8Array(24)));
    expect(description).toMatchObject({
      bootable: false,
      problem: { code: 'multiboot-header-missing' },
      symbolCount: 1,
    });
    expect(description.image.segments).toHaveLength(1);
    expect(description.boot).toBeUndefined();
  });

  test('warns of segments that are writable and executable, and of position independence', () => {
    const { warnings } = describeImage(kernel(64, multiboot2(), { type: ET_DYN }));
    expect(warnings).toEqual([
      'segment 0 at 0x100000 is writable and executable',
      'position-independent (ET_DYN): loaded as linked, without relocation',
    ]);
  });

  test('recognises a PVH note', () => {
    const notes = [{ owner: 'Xen', type: 18, bytes: Uint8Array.of(0, 0, 0x10, 0) }];
    const description = describeImage(kernel(64, new Uint8Array(24), { notes }));
    expect(description.notes).toEqual(notes);
    expect(description.qemu).toEqual({ boots: true, says: 'boots it by its PVH note' });
    expect(description.problem?.remedy).toMatch(/PVH/);
  });

  test('describes what is no kernel at all', () => {
    expect(describeImage(new Uint8Array())).toMatchObject({ bootable: false, problem: { code: 'file-empty' } });
    expect(describeImage(Uint8Array.of(0x1f, 0x8b))).toMatchObject({
      file: { what: 'a gzip-compressed file' },
      image: { format: 'flat', segments: [] },
      qemu: { boots: false },
    });
  });

  test('gives QEMU what it takes: ELF32 with Multiboot 1', () => {
    expect(describeImage(kernel(32, multiboot1())).qemu).toEqual({ boots: true, says: 'boots it as Multiboot 1' });
  });
});

describe('hostile sizes', () => {
  // Linear work of well under a second; a quadratic step would take minutes.
  const quick = { timeout: 20_000 };

  /** A kernel whose program headers stand at the end of the file, so that they can be as many as ELF allows. */
  function withSegments(count: number, stepBytes: number): Uint8Array {
    const image = kernel(64, multiboot2());
    const file = new Uint8Array(image.length + 56 * count);
    file.set(image);
    const view = new DataView(file.buffer);
    for (let i = 0; i < count; i++) {
      const at = image.length + 56 * i;
      file.copyWithin(at, 64, 64 + 56);
      view.setBigUint64(at + 24, BigInt(MIB + stepBytes * i), true);
      view.setBigUint64(at + 40, 0x40n, true);
    }
    view.setBigUint64(32, BigInt(image.length), true);
    view.setUint16(56, count, true);
    return file;
  }

  test('20000 segments, apart and all in one place', quick, () => {
    expect(loadImage(withSegments(20000, 0x80), { memoryBytes: 128 * MIB }).segments).toHaveLength(20004);
    expect(describeImage(withSegments(20000, 0)).problem?.code).toBe('segments-overlap');
  });

  test('20000 sections without addresses', quick, () => {
    const sections = Array.from({ length: 20000 }, () => ({
      name: '.x',
      type: 1,
      bytes: Uint8Array.of(1),
      alignment: 64n,
    }));
    const description = describeImage(kernel(64, multiboot2(), { sections }));
    expect(description.bootable).toBe(true);
    expect(description.warnings.join()).toContain('only the first 4096 of 20003 sections');
  });

  test('a million magic numbers', quick, () => {
    const header = multiboot2();
    const file = new Uint8Array(8 << 20);
    for (let at = 32768; at + 4 < file.length; at += 8) file.set(header.subarray(0, 4), at);
    expect(describeImage(file).bootable).toBe(false);
  });
});
