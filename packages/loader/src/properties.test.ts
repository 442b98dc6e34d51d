/** Every builder against its parser, and random damage against the whole loader. fast-check prints seed and shrunk case. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CODE, kernel, MEMORY, multiboot1, multiboot2 } from '../test/images.ts';
import {
  buildElf,
  buildInformation,
  buildMultiboot1Header,
  buildMultiboot1Information,
  buildMultiboot2Header,
  describeImage,
  type HeaderTag,
  type InformationTag,
  LoaderError,
  loadImage,
  parseInformation,
  parseMultiboot1Information,
  readElf,
  readMultiboot1Header,
  readMultiboot2Header,
  readNotes,
  SymbolTable,
} from './index.ts';

const u8 = fc.nat(0xff);
const u16 = fc.nat(0xffff);
const u32 = fc.nat(0xffffffff);
const u64 = fc.bigInt(0n, 0xffff_ffff_ffff_ffffn);
const bytes = fc.uint8Array({ maxLength: 40 });
const text = fc.string({ unit: 'grapheme', maxLength: 40 }).map((value) => value.replaceAll('\0', ''));
const addresses = fc.record({ headerAddress: u32, loadAddress: u32, loadEndAddress: u32, bssEndAddress: u32 });
const memoryRange = fc.record({ baseAddress: u64, lengthBytes: u64, type: u32 });
const apm = fc.record({
  version: u16,
  codeSegment32: u16,
  entryOffset: u32,
  codeSegment16: u16,
  dataSegment: u16,
  flags: u16,
  codeSegment32Length: u16,
  codeSegment16Length: u16,
  dataSegmentLength: u16,
});
const framebuffer = fc.record({
  address: u64,
  pitch: u32,
  width: u32,
  height: u32,
  bitsPerPixel: u8,
  type: u8,
  colorInfo: fc.uint8Array({ minLength: 6, maxLength: 6 }),
});
const sections = fc.record({
  entryBytes: fc.constant(40),
  namesIndex: u16,
  headers: fc.nat(8).map((count) => new Uint8Array(40 * count).fill(count)),
});

const headerTag: fc.Arbitrary<HeaderTag> = fc
  .tuple(
    fc.boolean(),
    fc.oneof(
      fc.record({ tag: fc.constant('information-request' as const), requests: fc.array(u32, { maxLength: 9 }) }),
      fc.record({ tag: fc.constant('address' as const), addresses }),
      fc.record({
        tag: fc.constantFrom('entry-address' as const, 'efi-i386-entry' as const, 'efi-amd64-entry' as const),
        entryAddress: u32,
      }),
      fc.record({ tag: fc.constant('console-flags' as const), consoleFlags: u32 }),
      fc.record({ tag: fc.constant('framebuffer' as const), width: u32, height: u32, depth: u32 }),
      fc.record({ tag: fc.constantFrom('module-alignment' as const, 'efi-boot-services' as const) }),
      fc.record({
        tag: fc.constant('relocatable' as const),
        minimumAddress: u32,
        maximumAddress: u32,
        alignment: u32,
        preference: u32,
      }),
      fc.record({ tag: fc.constant('unknown' as const), tagType: fc.integer({ min: 11, max: 0xffff }), bytes }),
    ),
  )
  .map(([optional, fields]) => ({ ...fields, optional }));

const informationTag: fc.Arbitrary<InformationTag> = fc.oneof(
  fc.record({ tag: fc.constantFrom('command-line' as const, 'loader-name' as const), text }),
  fc.record({ tag: fc.constant('module' as const), startAddress: u32, endAddress: u32, commandLine: text }),
  fc.record({ tag: fc.constant('basic-memory' as const), lowerKib: u32, upperKib: u32 }),
  fc.record({ tag: fc.constant('boot-device' as const), biosDevice: u32, partition: u32, subPartition: u32 }),
  fc.record({ tag: fc.constant('memory-map' as const), entries: fc.array(memoryRange, { maxLength: 5 }) }),
  framebuffer.map((fields) => ({ tag: 'framebuffer' as const, ...fields })),
  sections.map((fields) => ({ tag: 'elf-sections' as const, ...fields })),
  apm.map((fields) => ({ tag: 'apm' as const, ...fields })),
  fc.record({ tag: fc.constantFrom('acpi-1.0' as const, 'acpi-2.0' as const), rsdp: bytes }),
  fc.record({ tag: fc.constant('load-base' as const), address: u32 }),
  fc.record({ tag: fc.constant('unknown' as const), tagType: fc.integer({ min: 22, max: 0xffffffff }), bytes }),
);

describe('what is built is what is read', () => {
  test('Multiboot 2 headers', () => {
    fc.assert(
      fc.property(fc.array(headerTag, { maxLength: 8 }), fc.nat(100), (tags, blocks) => {
        const file = Uint8Array.from([...new Uint8Array(8 * blocks), ...buildMultiboot2Header(tags)]);
        expect(readMultiboot2Header(file)).toMatchObject({ offset: 8 * blocks, tags });
      }),
    );
  });

  test('Multiboot 1 headers', () => {
    const withAddresses = fc.tuple(addresses, u32).map(([fields, entryAddress]) => ({ ...fields, entryAddress }));
    const video = fc.record({ modeType: u32, width: u32, height: u32, depth: u32 });
    fc.assert(
      fc.property(fc.nat(3), fc.option(withAddresses), fc.option(video), fc.nat(100), (flags, fields, mode, words) => {
        const header = { flags, ...(fields && { addresses: fields }), ...(mode && { video: mode }) };
        const file = Uint8Array.from([...new Uint8Array(4 * words), ...buildMultiboot1Header(header)]);
        const allFlags = flags | (mode ? 4 : 0) | (fields ? 0x10000 : 0);
        expect(readMultiboot1Header(file)).toEqual({
          ...header,
          protocol: 'multiboot1',
          offset: 4 * words,
          flags: allFlags,
        });
      }),
    );
  });

  test('Multiboot 2 boot information', () => {
    fc.assert(
      fc.property(fc.array(informationTag, { maxLength: 12 }), (tags) => {
        expect(parseInformation(buildInformation(tags))).toEqual(tags);
      }),
    );
  });

  test('Multiboot 1 boot information, at any address', () => {
    const module = fc.record({ startAddress: u32, endAddress: u32, commandLine: text });
    const information = fc.record(
      {
        memory: fc.record({ lowerKib: u32, upperKib: u32 }),
        bootDevice: u32,
        commandLine: text,
        modules: fc.array(module, { minLength: 1, maxLength: 4 }),
        elfSections: sections,
        memoryMap: fc.array(memoryRange, { maxLength: 5 }),
        loaderName: text,
        apm,
        framebuffer,
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(information, fc.nat(0x7fffffff), (value, address) => {
        expect(parseMultiboot1Information(buildMultiboot1Information(value, address), address)).toEqual(value);
      }),
    );
  });

  test('ELF files of both classes', () => {
    const segment = fc.record({ bytes, physicalAddress: u32.map(BigInt), flags: fc.nat(7) });
    const symbol = fc.record({
      name: fc.string({ minLength: 1, maxLength: 12 }).map((name) => name.replaceAll('\0', '0')),
      address: u32.map(BigInt),
      sizeBytes: u32.map(BigInt),
      type: fc.nat(2),
      binding: fc.nat(2),
      sectionIndex: fc.nat(0xfeff),
    });
    const note = fc.record({ owner: fc.constantFrom('GNU', 'Xen', ''), type: u32, bytes });
    fc.assert(
      fc.property(
        fc.constantFrom(32 as const, 64 as const),
        u32.map(BigInt),
        fc.array(segment, { maxLength: 5 }),
        fc.array(symbol, { maxLength: 6 }),
        fc.array(note, { maxLength: 3 }),
        (elfClass, entry, segments, symbols, notes) => {
          const file = buildElf({ class: elfClass, entry, segments, symbols, notes });
          const elf = readElf(file);
          expect(elf.header).toMatchObject({ class: elfClass, entry });
          expect(elf.sections.map((section) => section.name)).toEqual(['', '.symtab', '.strtab', '.shstrtab']);
          segments.forEach((source, i) => {
            const read = elf.segments[i]!;
            expect(read).toMatchObject({ physicalAddress: source.physicalAddress, flags: source.flags });
            expect(file.subarray(Number(read.offset), Number(read.offset + read.fileBytes))).toEqual(source.bytes);
          });
          const table = new SymbolTable(elf);
          const locals = symbols.filter((candidate) => candidate.binding === 0);
          const others = symbols.filter((candidate) => candidate.binding !== 0);
          expect([...table.symbols()]).toEqual([...locals, ...others]);
          expect(readNotes(elf)).toEqual(notes);
        },
      ),
    );
  });
});

describe('damage', () => {
  const images = [
    kernel(64, multiboot2({ tag: 'information-request', optional: false, requests: [4, 6, 8] })),
    kernel(32, multiboot1()),
    kernel(
      64,
      multiboot1({
        flags: 3,
        addresses: {
          headerAddress: 0x100000,
          loadAddress: 0x100000,
          loadEndAddress: 0,
          bssEndAddress: 0,
          entryAddress: 0x100020,
        },
      }),
    ),
    Uint8Array.from([...multiboot1(), ...CODE]),
  ];
  const interesting = fc.oneof(u8, fc.constantFrom(0, 1, 0x7f, 0x80, 0xff));

  /** Throws if something other than a plan that holds together or a LoaderError comes out. */
  const check = (file: Uint8Array) => {
    const claim = (holds: boolean, what: string) => {
      if (!holds) throw new Error(what);
    };
    try {
      const plan = loadImage(file, MEMORY);
      const sorted = [...plan.segments].sort((a, b) => a.physicalAddress - b.physicalAddress);
      let end = 0;
      for (const segment of sorted) {
        claim(segment.bytes.length <= segment.memoryBytes, `${segment.what} has more bytes than memory`);
        claim(segment.physicalAddress >= end, `${segment.what} overlaps`);
        end = segment.physicalAddress + segment.memoryBytes;
      }
      claim(end <= MEMORY.memoryBytes, 'a segment is outside memory');
      plan.symbols.lookup(plan.entry);
      plan.symbols.lineAt(plan.entry);
    } catch (error) {
      if (!(error instanceof LoaderError)) throw error;
      claim(error.remedy !== '' && error.message !== '', 'an error without words');
    }
    describeImage(file);
  };

  test('of single bytes gives a plan or a LoaderError', () => {
    const change = fc.tuple(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), interesting);
    fc.assert(
      fc.property(fc.constantFrom(...images), fc.array(change, { minLength: 1, maxLength: 8 }), (image, changes) => {
        const file = image.slice();
        for (const [place, value] of changes) file[Math.floor(place * file.length)] = value;
        check(file);
      }),
      { numRuns: 1000 },
    );
  });

  test('of header and table fields gives a plan or a LoaderError', () => {
    // The ELF header, the program header, and (from the end) the section headers are where damage is most telling.
    const change = fc.tuple(
      fc.integer({ min: -320, max: 160 }),
      fc.constantFrom(1, 2, 4, 8),
      fc.oneof(u64, fc.constantFrom(0n, 1n, 0x7fffffffn, 0xffffffffn, 0xffffffffffffffffn)),
    );
    fc.assert(
      fc.property(fc.constantFrom(...images), fc.array(change, { minLength: 1, maxLength: 4 }), (image, changes) => {
        const file = image.slice();
        for (const [place, width, value] of changes) {
          const at = place < 0 ? file.length + place : place;
          for (let i = 0; i < width; i++) if (at + i >= 0) file[at + i] = Number((value >> BigInt(8 * i)) & 0xffn);
        }
        check(file);
      }),
      { numRuns: 1000 },
    );
  });

  test('by cutting the file off gives a plan or a LoaderError, at every length', () => {
    for (const image of images) for (let length = 0; length < image.length; length++) check(image.subarray(0, length));
  });

  test('arbitrary bytes behind an ELF magic give a LoaderError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 512 }), (tail) =>
        check(Uint8Array.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, ...tail])),
      ),
    );
  });
});
