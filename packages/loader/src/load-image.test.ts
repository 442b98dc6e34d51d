import { describe, expect, test } from 'vitest';
import { kernel, MEMORY, MIB, multiboot1, multiboot2 } from '../test/images.ts';
import {
  buildMultiboot1Header,
  buildMultiboot2Header,
  EGA_TEXT,
  ET_DYN,
  loadImage,
  parseInformation,
  parseMultiboot1Information,
} from './index.ts';

describe('loadImage', () => {
  test.each([32, 64] as const)('boots an ELF%i with a Multiboot 1 header', (elfClass) => {
    const plan = loadImage(kernel(elfClass, multiboot1()), { ...MEMORY, commandLine: 'verbose' });
    expect(plan.protocol).toBe('multiboot1');
    expect(plan.entry).toBe(MIB + 16);
    expect(plan.registers).toEqual({ eax: 0x2badb002, ebx: 0x10000, esp: 0x7ff00 });
    const information = plan.segments.find((segment) => segment.what === 'boot information')!;
    expect(parseMultiboot1Information(information.bytes, 0x10000)).toMatchObject({
      commandLine: 'verbose',
      loaderName: 'longmode',
      memory: { lowerKib: 639, upperKib: 129920 },
    });
    expect(plan.warnings).toEqual([]);
  });

  test.each([32, 64] as const)('boots an ELF%i with a Multiboot 2 header', (elfClass) => {
    const plan = loadImage(kernel(elfClass, multiboot2()), { ...MEMORY, commandLine: 'verbose' });
    expect(plan.protocol).toBe('multiboot2');
    expect(plan.registers.eax).toBe(0x36d76289);
    const information = plan.segments.find((segment) => segment.what === 'boot information')!;
    expect(information.physicalAddress).toBe(plan.registers.ebx);
    expect(parseInformation(information.bytes).map((tag) => tag.tag)).toEqual([
      'load-base',
      'command-line',
      'loader-name',
      'memory-map',
      'elf-sections',
      'basic-memory',
      'framebuffer',
    ]);
  });

  describe('graphics', () => {
    const graphics = { address: 0xfd000000, maximumWidth: 1024, maximumHeight: 768 };
    const wish = (width: number, height: number) =>
      kernel(64, buildMultiboot2Header([{ tag: 'framebuffer', optional: false, width, height, depth: 24 }]));
    const wish1 = kernel(
      32,
      buildMultiboot1Header({ flags: 0, video: { modeType: 0, width: 800, height: 600, depth: 32 } }),
    );
    const rgb = { address: 0xfd000000n, bitsPerPixel: 32, type: 1, colorInfo: Uint8Array.of(16, 8, 8, 8, 0, 8) };

    test.each([
      [800, 600, { width: 800, height: 600, pitch: 3200 }],
      [0, 0, { width: 640, height: 480, pitch: 2560 }],
      [4096, 300, { width: 1024, height: 300, pitch: 4096 }],
    ])('a wish for %ix%i', (width, height, gets) => {
      const plan = loadImage(wish(width, height), { ...MEMORY, graphics });
      expect(plan.warnings).toEqual([]);
      expect(plan.framebuffer).toEqual({ ...rgb, ...gets });
      const information = plan.segments.find((segment) => segment.what === 'boot information')!;
      expect(parseInformation(information.bytes)).toContainEqual({ tag: 'framebuffer', ...rgb, ...gets });
    });

    test('a wish in a Multiboot 1 header', () => {
      const plan = loadImage(wish1, { ...MEMORY, graphics });
      const information = plan.segments.find((segment) => segment.what === 'boot information')!;
      expect(parseMultiboot1Information(information.bytes, 0x10000).framebuffer).toEqual(plan.framebuffer);
      expect(plan.framebuffer).toMatchObject({ ...rgb, width: 800, height: 600 });
    });

    test('no wish, or a machine without graphics: text, and a warning to who wished', () => {
      expect(loadImage(kernel(64, multiboot2()), { ...MEMORY, graphics }).framebuffer).toEqual(EGA_TEXT);
      for (const image of [wish(800, 600), wish1]) {
        const plan = loadImage(image, MEMORY);
        expect(plan.framebuffer).toEqual(EGA_TEXT);
        expect(plan.warnings.join()).toMatch(/prefers graphics of 800x600x\d+; it gets the 80x25 text screen/);
      }
    });
  });

  test('zero-fills behind the file bytes: memoryBytes is p_memsz', () => {
    const [segment] = loadImage(kernel(64, multiboot2()), MEMORY).segments;
    expect(segment!.memoryBytes).toBe(segment!.bytes.length + 0x1000);
  });

  test('prefers Multiboot 2 if both headers are there, and takes the one asked for', () => {
    const both = kernel(64, Uint8Array.from([...multiboot2(), ...multiboot1()]));
    expect(loadImage(both, MEMORY).protocol).toBe('multiboot2');
    expect(loadImage(both, { ...MEMORY, protocol: 'multiboot1' }).protocol).toBe('multiboot1');
  });

  test('falls back to a good Multiboot 1 header if the Multiboot 2 header is broken, and says so', () => {
    const broken = multiboot2();
    broken[12]! ^= 1;
    const plan = loadImage(kernel(64, Uint8Array.from([...broken, ...multiboot1()])), MEMORY);
    expect(plan.protocol).toBe('multiboot1');
    expect(plan.warnings.join()).toContain('the Multiboot 2 header has a wrong checksum');
  });

  test('starts a kernel linked at a high virtual address at its physical entry', () => {
    const high = 0xffffffff80000000n;
    const image = kernel(64, multiboot2(), {
      entry: high + 0x100020n,
      segments: [
        {
          bytes: Uint8Array.from([...multiboot2(), ...new Uint8Array(32)]),
          physicalAddress: 0x100000n,
          virtualAddress: high + 0x100000n,
        },
      ],
    });
    expect(loadImage(image, MEMORY).entry).toBe(0x100020);
  });

  test('takes a physical entry of a kernel linked high, as QEMU does, with a warning', () => {
    const image = kernel(64, multiboot2(), {
      entry: 0x100020n,
      segments: [
        {
          bytes: Uint8Array.from([...multiboot2(), ...new Uint8Array(32)]),
          physicalAddress: 0x100000n,
          virtualAddress: 0xc0100000n,
        },
      ],
    });
    const plan = loadImage(image, MEMORY);
    expect(plan.entry).toBe(0x100020);
    expect(plan.warnings.join()).toContain('GRUB refuses it');
  });

  test('loads by the address fields of Multiboot 1 (flags bit 16), also in an ELF64', () => {
    // kernel() puts the first segment at file offset 128 (64 + 56, up to 16): the header is at 1 MiB there.
    const addresses = {
      headerAddress: 0x200000,
      loadAddress: 0x200000,
      loadEndAddress: 0x200040,
      bssEndAddress: 0x203000,
      entryAddress: 0x200020,
    };
    const plan = loadImage(kernel(64, multiboot1({ flags: 3, addresses })), MEMORY);
    expect(plan.entry).toBe(0x200020);
    expect(plan.segments[0]).toMatchObject({ what: 'image', physicalAddress: 0x200000, memoryBytes: 0x3000 });
    expect(plan.segments[0]!.bytes).toHaveLength(0x40);
    expect(plan.symbols.find('start')?.sizeBytes).toBe(4n);
  });

  test('loads a flat binary by the address fields, to the end of the file', () => {
    const addresses = {
      headerAddress: 0x100000,
      loadAddress: 0x100000,
      loadEndAddress: 0,
      bssEndAddress: 0,
      entryAddress: 0x100020,
    };
    const plan = loadImage(Uint8Array.from([...multiboot1({ flags: 0, addresses }), 0xf4]), MEMORY);
    expect(plan.image.format).toBe('flat');
    expect(plan.segments[0]!.bytes).toHaveLength(33);
  });

  test('loads by the address tag of Multiboot 2, also "from the beginning of the file" (-1)', () => {
    const tags = [
      {
        tag: 'address' as const,
        optional: false,
        addresses: { headerAddress: 0x300010, loadAddress: 0xffffffff, loadEndAddress: 0, bssEndAddress: 0x301000 },
      },
      { tag: 'entry-address' as const, optional: false, entryAddress: 0x300000 },
    ];
    const plan = loadImage(Uint8Array.from([...new Uint8Array(16).fill(0x90), ...multiboot2(...tags)]), MEMORY);
    expect(plan).toMatchObject({ entry: 0x300000, segments: [{ physicalAddress: 0x300000, memoryBytes: 0x1000 }, {}] });
  });

  test('an entry address tag overrides the ELF entry', () => {
    const tag = { tag: 'entry-address', optional: false, entryAddress: 0x100004 } as const;
    expect(loadImage(kernel(64, multiboot2(tag)), MEMORY).entry).toBe(0x100004);
  });

  test.each([
    [0, 0x400000],
    [1, 0x400000],
    [2, 0x7fde000],
  ])('moves a relocatable image (preference %i)', (preference, base) => {
    const tag = {
      tag: 'relocatable' as const,
      optional: false,
      minimumAddress: 0x400000,
      maximumAddress: 0x7ffffff,
      alignment: 0x1000,
      preference,
    };
    const plan = loadImage(kernel(64, multiboot2(tag)), MEMORY);
    expect(plan.segments[0]!.physicalAddress).toBe(base);
    expect(plan.entry - base).toBe(multiboot2(tag).length);
    const information = plan.segments.find((segment) => segment.what === 'boot information')!;
    expect(parseInformation(information.bytes)[0]).toEqual({ tag: 'load-base', address: base });
  });

  test('places nothing over anything: modules page-aligned, all segments apart', () => {
    const modules = Array.from({ length: 9 }, (_, i) => ({ bytes: new Uint8Array(i * 1000), name: `m${i}` }));
    const plan = loadImage(kernel(64, multiboot2()), { ...MEMORY, modules });
    const sorted = [...plan.segments].sort(
      (a, b) => a.physicalAddress - b.physicalAddress || a.memoryBytes - b.memoryBytes,
    );
    for (let i = 1; i < sorted.length; i++) {
      const before = sorted[i - 1]!;
      expect(before.physicalAddress + before.memoryBytes).toBeLessThanOrEqual(sorted[i]!.physicalAddress);
    }
    const placed = plan.segments.filter((segment) => segment.what.startsWith('module'));
    expect(placed.map((segment) => segment.physicalAddress % 4096)).toEqual(modules.map(() => 0));
    expect(placed[3]!.what).toBe('module 3 (m3)');
  });

  test('uses memory below 1 MiB only if there is none above: a low kernel boots with 1 MiB', () => {
    const image = kernel(64, multiboot2(), {
      entry: 0x20018n,
      segments: [{ bytes: Uint8Array.from([...multiboot2(), ...new Uint8Array(32)]), physicalAddress: 0x20000n }],
      sections: [],
    });
    const plan = loadImage(image, { memoryBytes: MIB });
    for (const segment of plan.segments) expect(segment.physicalAddress + segment.memoryBytes).toBeLessThan(0x9fc00);
    // Page 0x1000 is the loader's GDT.
    expect(plan.registers.ebx).toBeGreaterThanOrEqual(0x2000);
    const high = loadImage(image, MEMORY);
    expect(high.registers.ebx).toBeGreaterThanOrEqual(MIB);
  });

  test('loads position-independent files as linked, and the image info says so', () => {
    const plan = loadImage(kernel(64, multiboot2(), { type: ET_DYN }), MEMORY);
    expect(plan.image.positionIndependent).toBe(true);
  });

  test('takes a Node Buffer inside a pool, and does not write to it', () => {
    const image = kernel(64, multiboot2());
    const pool = Buffer.alloc(image.length + 64, 0xee);
    pool.set(image, 24);
    const before = Buffer.from(pool);
    const plan = loadImage(pool.subarray(24, 24 + image.length), MEMORY);
    const plain = loadImage(image, MEMORY);
    expect(pool.equals(before)).toBe(true);
    expect(plan.segments.map(({ bytes, ...rest }) => ({ ...rest, bytes: [...bytes] }))).toEqual(
      plain.segments.map(({ bytes, ...rest }) => ({ ...rest, bytes: [...bytes] })),
    );
  });

  test('names the start code', () => {
    const plan = loadImage(kernel(64, multiboot2()), MEMORY);
    expect(plan.symbols.lookup(plan.entry + 2)).toMatchObject({ name: 'start', offset: 2n });
  });
});
