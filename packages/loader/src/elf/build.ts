/**
 * Builder of ELF32 and ELF64 executables, the counterpart of read.ts: segments, sections, symbols, notes. For tests and for
 * tools that make bootable images; lays the file out as header, program headers, contents, section headers. It writes what
 * it is told, also nonsense, so that tests can make broken files.
 */
import { ByteWriter, encodeUtf8 } from '../bytes.ts';
import {
  ELF_SIZES,
  type ElfClass,
  type ElfNote,
  type ElfSymbol,
  EM_386,
  EM_X86_64,
  ET_EXEC,
  PF_R,
  PF_W,
  PF_X,
  PT_LOAD,
  PT_NOTE,
  SHT_NOBITS,
  SHT_STRTAB,
  SHT_SYMTAB,
} from './types.ts';

/** A segment to build; its file offset is chosen congruent to its address modulo `alignment`. */
export interface SegmentSource {
  readonly bytes: Uint8Array;
  readonly physicalAddress: bigint;
  /** The same as `physicalAddress` if absent. */
  readonly virtualAddress?: bigint;
  /** As long as `bytes` if absent. */
  readonly memoryBytes?: bigint;
  readonly type?: number;
  readonly flags?: number;
  readonly alignment?: number;
}

/** A section to build: either its own bytes or a window of segment `segment`. */
export interface SectionSource {
  readonly name: string;
  readonly type: number;
  readonly flags?: bigint;
  readonly address?: bigint;
  readonly bytes?: Uint8Array;
  /** Index into `segments`; the section's file offset is then derived from its address. */
  readonly segment?: number;
  /** For SHT_NOBITS, or for windows. */
  readonly sizeBytes?: bigint;
  readonly link?: number;
  readonly info?: number;
  readonly alignment?: bigint;
  readonly entryBytes?: bigint;
}

/** What an executable is built from. */
export interface ElfSource {
  readonly class: ElfClass;
  readonly type?: number;
  readonly machine?: number;
  readonly entry: bigint;
  readonly segments: readonly SegmentSource[];
  readonly sections?: readonly SectionSource[];
  /** Written to `.symtab` and `.strtab`; `sectionIndex` counts the null section as 0. */
  readonly symbols?: readonly ElfSymbol[];
  readonly notes?: readonly ElfNote[];
}

/** Builds the file. Section headers are written only if there are sections or symbols. */
export function buildElf(source: ElfSource): Uint8Array {
  const wide = source.class === 64;
  const sizes = ELF_SIZES[source.class];
  const segments: SegmentSource[] = [...source.segments];
  if (source.notes !== undefined && source.notes.length > 0) {
    segments.push({ bytes: buildNotes(source.notes), physicalAddress: 0n, type: PT_NOTE, flags: PF_R, alignment: 4 });
  }

  const contents = new ByteWriter();
  const contentsAt = sizes.header + segments.length * sizes.programHeader;
  const offsets = segments.map((segment) => {
    const alignment = segment.alignment ?? 16;
    const wanted = Number((segment.virtualAddress ?? segment.physicalAddress) % BigInt(alignment));
    while ((contentsAt + contents.length) % alignment !== wanted) contents.u8(0);
    const offset = contentsAt + contents.length;
    contents.raw(segment.bytes);
    return offset;
  });

  const sections: SectionSource[] = [...(source.sections ?? [])];
  if (source.symbols !== undefined) {
    const strings = new StringTable();
    const locals = source.symbols.filter((symbol) => symbol.binding === 0);
    const ordered = [...locals, ...source.symbols.filter((symbol) => symbol.binding !== 0)];
    sections.push({
      name: '.symtab',
      type: SHT_SYMTAB,
      bytes: buildSymbols(source.class, ordered, strings),
      link: sections.length + 2,
      info: locals.length + 1,
      alignment: BigInt(wide ? 8 : 4),
      entryBytes: BigInt(sizes.symbol),
    });
    sections.push({ name: '.strtab', type: SHT_STRTAB, bytes: strings.finish(), alignment: 1n });
  }

  const table = new ByteWriter();
  let tableOffset = 0;
  if (sections.length > 0) {
    const names = new StringTable();
    for (const section of sections) names.add(section.name);
    names.add('.shstrtab');
    sections.push({ name: '.shstrtab', type: SHT_STRTAB, bytes: names.finish(), alignment: 1n });
    table.raw(new Uint8Array(sizes.sectionHeader));
    for (const section of sections) {
      const offset = placeSection(section, source, offsets, contents, contentsAt);
      const word = (value: bigint) => (wide ? table.u64(value) : table.u32(Number(BigInt.asUintN(32, value))));
      table.u32(names.add(section.name)).u32(section.type);
      word(section.flags ?? 0n);
      word(section.address ?? 0n);
      word(BigInt(offset));
      word(section.sizeBytes ?? BigInt(section.bytes?.length ?? 0));
      table.u32(section.link ?? 0).u32(section.info ?? 0);
      word(section.alignment ?? 1n);
      word(section.entryBytes ?? 0n);
    }
    while ((contentsAt + contents.length) % 8 !== 0) contents.u8(0);
    tableOffset = contentsAt + contents.length;
  }

  const file = new ByteWriter();
  const word = (value: bigint) => (wide ? file.u64(value) : file.u32(Number(BigInt.asUintN(32, value))));
  file.raw(Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, wide ? 2 : 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0));
  file
    .u16(source.type ?? ET_EXEC)
    .u16(source.machine ?? (wide ? EM_X86_64 : EM_386))
    .u32(1);
  word(source.entry);
  word(segments.length === 0 ? 0n : BigInt(sizes.header));
  word(BigInt(tableOffset));
  file.u32(0).u16(sizes.header).u16(sizes.programHeader).u16(segments.length);
  file
    .u16(sizes.sectionHeader)
    .u16(sections.length === 0 ? 0 : sections.length + 1)
    .u16(sections.length);
  segments.forEach((segment, i) => {
    const flags = segment.flags ?? PF_R | PF_W | PF_X;
    file.u32(segment.type ?? PT_LOAD);
    if (wide) file.u32(flags);
    word(BigInt(offsets[i]!));
    word(segment.virtualAddress ?? segment.physicalAddress);
    word(segment.physicalAddress);
    word(BigInt(segment.bytes.length));
    word(segment.memoryBytes ?? BigInt(segment.bytes.length));
    if (!wide) file.u32(flags);
    word(BigInt(segment.alignment ?? 16));
  });
  return file.raw(contents.finish()).raw(table.finish()).finish();
}

function placeSection(
  section: SectionSource,
  source: ElfSource,
  offsets: readonly number[],
  contents: ByteWriter,
  contentsAt: number,
): number {
  if (section.segment !== undefined) {
    const segment = source.segments[section.segment];
    const start = segment?.virtualAddress ?? segment?.physicalAddress ?? 0n;
    return (offsets[section.segment] ?? 0) + Number((section.address ?? start) - start);
  }
  if (section.type !== SHT_NOBITS) {
    const alignment = Number(section.alignment ?? 1n);
    while (alignment > 1 && (contentsAt + contents.length) % alignment !== 0) contents.u8(0);
  }
  const offset = contentsAt + contents.length;
  if (section.bytes !== undefined) contents.raw(section.bytes);
  return offset;
}

function buildSymbols(elfClass: ElfClass, symbols: readonly ElfSymbol[], strings: StringTable): Uint8Array {
  const table = new ByteWriter().raw(new Uint8Array(ELF_SIZES[elfClass].symbol));
  for (const symbol of symbols) {
    const info = (symbol.binding << 4) | symbol.type;
    table.u32(strings.add(symbol.name));
    if (elfClass === 64) {
      table.u8(info).u8(0).u16(symbol.sectionIndex).u64(symbol.address).u64(symbol.sizeBytes);
    } else {
      table.u32(Number(symbol.address)).u32(Number(symbol.sizeBytes)).u8(info).u8(0).u16(symbol.sectionIndex);
    }
  }
  return table.finish();
}

function buildNotes(notes: readonly ElfNote[]): Uint8Array {
  const table = new ByteWriter();
  for (const note of notes) {
    table
      .u32(encodeUtf8(note.owner).length + 1)
      .u32(note.bytes.length)
      .u32(note.type);
    table.zeroTerminated(note.owner).align(4).raw(note.bytes).align(4);
  }
  return table.finish();
}

/** A string table: each text once, offset 0 is the empty text. */
class StringTable {
  readonly #offsets = new Map<string, number>([['', 0]]);
  readonly #bytes = new ByteWriter().u8(0);

  add(text: string): number {
    const known = this.#offsets.get(text);
    if (known !== undefined) return known;
    const offset = this.#bytes.length;
    this.#bytes.zeroTerminated(text);
    this.#offsets.set(text, offset);
    return offset;
  }

  finish(): Uint8Array {
    return this.#bytes.finish();
  }
}
