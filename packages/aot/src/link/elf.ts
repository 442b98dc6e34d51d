/**
 * Writer of an executable ELF64 file for x86-64 (System V ABI, chapter 4; psABI AMD64). Loaded sections lie in the file
 * as they lie in memory: offset = address - base + 0x1000, so that loaders that take the file as a flat image (Multiboot
 * 1 with address fields) find everything in its place. What is not loaded follows.
 */
import type { ImageSymbol } from '../image.ts';
import { ByteWriter } from './byte-writer.ts';

/** File offset of the first loaded byte; ELF and program headers are in front of it. */
export const FILE_OFFSET_OF_BASE = 0x1000;

const SHT = { progbits: 1, symtab: 2, strtab: 3, nobits: 8 } as const;
const SHF = { write: 1, alloc: 2, execute: 4 } as const;
const PT_LOAD = 1;
const PF = { execute: 1, write: 2, read: 4 } as const;
const STT = { label: 0, object: 1, function: 2 } as const;
const STB_GLOBAL = 1;
const SHN_ABS = 0xfff1;
const HEADER_BYTES = 64;
const PROGRAM_HEADER_BYTES = 56;
const SECTION_HEADER_BYTES = 64;
const SYMBOL_BYTES = 24;
const PAGE_BYTES = 0x1000;

/** A loaded section. */
export interface LoadedSection {
  readonly name: string;
  readonly address: number;
  /** Bytes in memory. */
  readonly sizeBytes: number;
  /** Contents; absent = zero-filled (`SHT_NOBITS`). */
  readonly bytes?: Uint8Array;
  readonly access: 'read' | 'write' | 'execute';
  readonly alignBytes: number;
}

export interface ElfContents {
  readonly baseAddress: number;
  readonly entry: number;
  /** In ascending order of address, the ones without contents last. */
  readonly sections: readonly LoadedSection[];
  readonly symbols: readonly ImageSymbol[];
  /** `.debug_*` sections by name. */
  readonly debug: ReadonlyMap<string, Uint8Array>;
}

class StringTable {
  private readonly writer = new ByteWriter().u8(0);
  private readonly offsets = new Map<string, number>([['', 0]]);

  add(text: string): number {
    let offset = this.offsets.get(text);
    if (offset === undefined) {
      offset = this.writer.length;
      this.offsets.set(text, offset);
      this.writer.text(text);
    }
    return offset;
  }

  finish(): Uint8Array {
    return this.writer.finish();
  }
}

interface SectionHeader {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly address: number;
  readonly offset: number;
  readonly sizeBytes: number;
  readonly link: number;
  readonly info: number;
  readonly alignBytes: number;
  readonly entryBytes: number;
}

/** Writes the file. */
export function writeElf(contents: ElfContents): Uint8Array {
  const { baseAddress, sections } = contents;
  const body = new ByteWriter();
  const headers: SectionHeader[] = [];
  const offsetOf = (address: number) => address - baseAddress + FILE_OFFSET_OF_BASE;

  body.data(new Uint8Array(FILE_OFFSET_OF_BASE));
  for (const section of sections) {
    if (section.bytes !== undefined) {
      body.data(new Uint8Array(offsetOf(section.address) - body.length)).data(section.bytes);
      body.data(new Uint8Array(section.sizeBytes - section.bytes.length));
    }
    const access = section.access === 'write' ? SHF.write : section.access === 'execute' ? SHF.execute : 0;
    headers.push({
      name: section.name,
      type: section.bytes === undefined ? SHT.nobits : SHT.progbits,
      flags: SHF.alloc | access,
      address: section.address,
      offset: section.bytes === undefined ? body.length : offsetOf(section.address),
      sizeBytes: section.sizeBytes,
      link: 0,
      info: 0,
      alignBytes: section.alignBytes,
      entryBytes: 0,
    });
  }

  const append = (name: string, type: number, bytes: Uint8Array, more: Partial<SectionHeader> = {}) => {
    body.align(8);
    const common = { flags: 0, address: 0, link: 0, info: 0, alignBytes: 1, entryBytes: 0 };
    headers.push({ ...common, name, type, offset: body.length, sizeBytes: bytes.length, ...more });
    body.data(bytes);
  };
  for (const [name, bytes] of contents.debug) append(name, SHT.progbits, bytes);
  const strings = new StringTable();
  const symbols = writeSymbols(contents.symbols, sections, strings);
  const symtabIndex = headers.length + 1;
  append('.symtab', SHT.symtab, symbols, { link: symtabIndex + 1, info: 1, alignBytes: 8, entryBytes: SYMBOL_BYTES });
  append('.strtab', SHT.strtab, strings.finish());
  const names = new StringTable();
  for (const header of headers) names.add(header.name);
  names.add('.shstrtab');
  append('.shstrtab', SHT.strtab, names.finish());

  body.align(8);
  const sectionHeaderOffset = body.length;
  body.data(new Uint8Array(SECTION_HEADER_BYTES));
  for (const header of headers) {
    body.u32(names.add(header.name)).u32(header.type).u64(header.flags).u64(header.address).u64(header.offset);
    body.u64(header.sizeBytes).u32(header.link).u32(header.info).u64(header.alignBytes).u64(header.entryBytes);
  }

  const file = body.finish();
  const segments = programHeaders(sections, offsetOf);
  file.set(elfHeader(contents.entry, segments.length, sectionHeaderOffset, headers.length + 1));
  const table = new ByteWriter();
  for (const segment of segments) {
    table.u32(PT_LOAD).u32(segment.flags).u64(segment.offset).u64(segment.address).u64(segment.address);
    table.u64(segment.fileBytes).u64(segment.memoryBytes).u64(0x1000);
  }
  file.set(table.finish(), HEADER_BYTES);
  return file;
}

function elfHeader(entry: number, segments: number, sectionHeaderOffset: number, sections: number): Uint8Array {
  const [class64, littleEndian, version, executable, machineX8664] = [2, 1, 1, 2, 62];
  const header = new ByteWriter().data(Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, class64, littleEndian, version));
  header.align(16).u16(executable).u16(machineX8664).u32(version).u64(entry).u64(HEADER_BYTES).u64(sectionHeaderOffset);
  header.u32(0).u16(HEADER_BYTES).u16(PROGRAM_HEADER_BYTES).u16(segments);
  return header
    .u16(SECTION_HEADER_BYTES)
    .u16(sections)
    .u16(sections - 1)
    .finish();
}

interface Segment {
  readonly address: number;
  readonly offset: number;
  readonly flags: number;
  fileBytes: number;
  memoryBytes: number;
}

/**
 * One segment per section; sections without contents extend the segment in front of them if its rights are the same.
 * A segment that another one follows reaches to the end of its page: a loader would put its own records into the gap,
 * where they would get the rights of code or data.
 */
function programHeaders(sections: readonly LoadedSection[], offsetOf: (address: number) => number): Segment[] {
  const segments: Segment[] = [];
  for (const { address, sizeBytes, bytes, access } of sections) {
    if (sizeBytes === 0) continue;
    const flags = PF.read | (access === 'write' ? PF.write : access === 'execute' ? PF.execute : 0);
    const last = segments.at(-1);
    if (bytes === undefined && last !== undefined && last.flags === flags)
      last.memoryBytes = address + sizeBytes - last.address;
    else {
      const fileBytes = bytes === undefined ? 0 : sizeBytes;
      segments.push({ address, offset: offsetOf(address), flags, fileBytes, memoryBytes: sizeBytes });
    }
  }
  for (const segment of segments.slice(0, -1))
    segment.memoryBytes = Math.ceil(segment.memoryBytes / PAGE_BYTES) * PAGE_BYTES;
  return segments;
}

function writeSymbols(
  symbols: readonly ImageSymbol[],
  sections: readonly LoadedSection[],
  strings: StringTable,
): Uint8Array {
  const writer = new ByteWriter().data(new Uint8Array(SYMBOL_BYTES));
  for (const { name, address, sizeBytes, kind } of symbols) {
    // Bounds such as `text_end` lie behind their section; they belong to it all the same.
    const index = sections.findIndex((s) => address >= s.address && address <= s.address + s.sizeBytes);
    writer
      .u32(strings.add(name))
      .u8((STB_GLOBAL << 4) | STT[kind])
      .u8(0);
    writer
      .u16(index < 0 ? SHN_ABS : index + 1)
      .u64(address)
      .u64(sizeBytes);
  }
  return writer.finish();
}
