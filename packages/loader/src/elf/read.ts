/**
 * Strict reader of ELF32 and ELF64 files for x86: header, program headers, section headers, notes. Every field that a later
 * step relies on is checked here against the file's size, so that nothing behind this file reads out of bounds. Contents
 * are views into the file, never copies. Relocatable objects, core files, other machines and big-endian files are refused.
 */
import { ByteReader } from '../bytes.ts';
import { hex, LoaderError } from '../loader-error.ts';
import {
  EI_CLASS,
  EI_DATA,
  EI_VERSION,
  ELF_SIZES,
  type ElfClass,
  type ElfHeader,
  type ElfNote,
  type ElfSection,
  type ElfSegment,
  EM_386,
  EM_X86_64,
  ET_CORE,
  ET_DYN,
  ET_EXEC,
  ET_REL,
  PN_XNUM,
  PT_LOAD,
  PT_NOTE,
  SHN_XINDEX,
  SHT_NOBITS,
  SHT_NOTE,
} from './types.ts';

/** A parsed ELF file; `bytes` is the whole file. */
export interface ElfFile {
  readonly bytes: Uint8Array;
  readonly header: ElfHeader;
  readonly segments: readonly ElfSegment[];
  /** e_phentsize and e_shentsize: bytes from one header to the next. */
  readonly programHeaderBytes: number;
  readonly sectionHeaderEntryBytes: number;
  readonly sections: readonly ElfSection[];
  /** Index of the section that holds the section names, 0 if there is none. */
  readonly sectionNamesIndex: number;
  /** The section header table as it stands in the file; empty if there is none. */
  readonly sectionHeaderBytes: Uint8Array;
}

const MACHINE_NAMES: Readonly<Record<number, string>> = {
  0: 'none',
  2: 'SPARC',
  3: 'Intel 80386',
  8: 'MIPS',
  20: 'PowerPC',
  21: 'PowerPC64',
  22: 'S390',
  40: 'ARM',
  43: 'SPARC V9',
  50: 'IA-64',
  62: 'x86-64',
  183: 'AArch64',
  243: 'RISC-V',
  247: 'BPF',
  258: 'LoongArch',
};

/** e_machine in words, such as `AArch64 (183)`. */
export function machineName(machine: number): string {
  const name = MACHINE_NAMES[machine];
  return name === undefined ? `machine ${machine}` : `${name} (${machine})`;
}

const REBUILD = 'Build the kernel for x86_64-elf or i686-elf.';
const DAMAGED = 'The file is damaged or was cut off; link or download it again.';

/** A little-endian view that knows the class: `word` is 4 bytes in ELF32 and 8 in ELF64. */
class ElfReader extends ByteReader {
  readonly class: ElfClass;
  constructor(bytes: Uint8Array, elfClass: ElfClass) {
    super(bytes);
    this.class = elfClass;
  }
  word(offset: number): bigint {
    return this.class === 32 ? BigInt(this.u32(offset)) : this.u64(offset);
  }
}

/**
 * Reads the headers of an ELF file that starts with the ELF magic.
 * @throws LoaderError elf-*, program-headers-*, section-headers-*
 */
export function readElf(bytes: Uint8Array): ElfFile {
  const elfClass = checkIdentification(bytes);
  const reader = new ElfReader(bytes, elfClass);
  const sizes = ELF_SIZES[elfClass];
  if (!reader.has(0, sizes.header)) {
    throw new LoaderError('elf-truncated', `the file ends inside the ELF${elfClass} header`, {
      offset: bytes.length,
      expected: `${sizes.header} bytes`,
      found: `${bytes.length} bytes`,
      remedy: DAMAGED,
    });
  }
  const wide = elfClass === 64;
  const header: ElfHeader = {
    class: elfClass,
    type: reader.u16(16),
    machine: reader.u16(18),
    entry: reader.word(24),
    programHeaderOffset: reader.word(wide ? 32 : 28),
    sectionHeaderOffset: reader.word(wide ? 40 : 32),
    flags: reader.u32(wide ? 48 : 36),
  };
  checkTypeAndMachine(header, reader.u32(20));

  const tail = wide ? 52 : 40; // e_ehsize and the five fields behind it
  const headerBytes = reader.u16(tail);
  if (headerBytes < sizes.header) {
    throw new LoaderError('elf-header-size', 'e_ehsize is smaller than the ELF header', {
      offset: tail,
      expected: `${sizes.header}`,
      found: `${headerBytes}`,
      remedy: DAMAGED,
    });
  }
  const sectionTable = readSectionTable(reader, header, {
    entryBytes: reader.u16(tail + 6),
    count: reader.u16(tail + 8),
    namesIndex: reader.u16(tail + 10),
    fieldOffset: tail + 6,
  });
  const segments = readProgramHeaders(reader, header, {
    entryBytes: reader.u16(tail + 2),
    count: reader.u16(tail + 4),
    realCount: sectionTable.first?.info ?? 0,
    fieldOffset: tail + 2,
  });
  return {
    bytes,
    header,
    segments,
    programHeaderBytes: reader.u16(tail + 2),
    sectionHeaderEntryBytes: reader.u16(tail + 6),
    sections: sectionTable.sections,
    sectionNamesIndex: sectionTable.namesIndex,
    sectionHeaderBytes: sectionTable.bytes,
  };
}

function checkIdentification(bytes: Uint8Array): ElfClass {
  if (bytes.length < 16) {
    throw new LoaderError('elf-truncated', 'the file ends inside e_ident', {
      offset: bytes.length,
      expected: '16 bytes',
      found: `${bytes.length} bytes`,
      remedy: DAMAGED,
    });
  }
  const elfClass = bytes[EI_CLASS];
  if (elfClass !== 1 && elfClass !== 2) {
    throw new LoaderError('elf-class', 'the ELF class is neither 32 nor 64 bits', {
      offset: EI_CLASS,
      expected: '1 (ELF32) or 2 (ELF64)',
      found: `${elfClass}`,
      remedy: DAMAGED,
    });
  }
  if (bytes[EI_DATA] !== 1) {
    throw new LoaderError('elf-byte-order', 'the ELF file is not little-endian', {
      offset: EI_DATA,
      expected: '1 (little-endian)',
      found: bytes[EI_DATA] === 2 ? '2 (big-endian)' : `${bytes[EI_DATA]}`,
      remedy: REBUILD,
    });
  }
  if (bytes[EI_VERSION] !== 1) {
    throw new LoaderError('elf-version', 'the ELF version is unknown', {
      offset: EI_VERSION,
      expected: '1',
      found: `${bytes[EI_VERSION]}`,
      remedy: DAMAGED,
    });
  }
  return elfClass === 1 ? 32 : 64;
}

function checkTypeAndMachine(header: ElfHeader, version: number): void {
  if (header.machine !== EM_386 && header.machine !== EM_X86_64) {
    throw new LoaderError('elf-machine', 'the ELF file is for another processor', {
      offset: 18,
      expected: 'Intel 80386 (3) or x86-64 (62)',
      found: machineName(header.machine),
      remedy: REBUILD,
    });
  }
  if (header.class === 64 && header.machine === EM_386) {
    throw new LoaderError('elf-machine', 'an ELF64 file cannot hold Intel 80386 code', {
      offset: 18,
      expected: 'x86-64 (62)',
      found: machineName(header.machine),
      remedy: REBUILD,
    });
  }
  if (version !== 1) {
    throw new LoaderError('elf-version', 'the ELF version is unknown', {
      offset: 20,
      expected: '1',
      found: `${version}`,
      remedy: DAMAGED,
    });
  }
  if (header.type !== ET_EXEC && header.type !== ET_DYN) {
    const kinds: Readonly<Record<number, string>> = { [ET_REL]: 'relocatable object', [ET_CORE]: 'core file' };
    throw new LoaderError('elf-type', 'the ELF file is not an executable', {
      offset: 16,
      expected: 'ET_EXEC (2) or ET_DYN (3)',
      found: `${kinds[header.type] ?? 'type'} (${header.type})`,
      remedy:
        header.type === ET_REL
          ? 'Link the object file with ld and your linker script; the loader takes the result.'
          : 'Give the loader the linked kernel.',
    });
  }
}

interface TableFields {
  readonly entryBytes: number;
  readonly count: number;
  readonly fieldOffset: number;
}

function readProgramHeaders(
  reader: ElfReader,
  header: ElfHeader,
  fields: TableFields & { readonly realCount: number },
): ElfSegment[] {
  const count = fields.count === PN_XNUM ? fields.realCount : fields.count;
  if (count === 0) return [];
  const size = ELF_SIZES[reader.class].programHeader;
  if (fields.entryBytes < size) {
    throw new LoaderError('program-headers-malformed', 'e_phentsize is smaller than a program header', {
      offset: fields.fieldOffset,
      expected: `${size}`,
      found: `${fields.entryBytes}`,
      remedy: DAMAGED,
    });
  }
  const table = tableOffset(reader, header.programHeaderOffset, count, fields.entryBytes);
  if (table === undefined) {
    throw new LoaderError('program-headers-truncated', 'the program headers are not inside the file', {
      offset: reader.class === 64 ? 32 : 28,
      expected: `${count} headers of ${fields.entryBytes} bytes at ${hex(header.programHeaderOffset)}`,
      found: `a file of ${hex(reader.length)} bytes`,
      remedy: DAMAGED,
    });
  }
  return Array.from({ length: count }, (_, i) => readProgramHeader(reader, table + i * fields.entryBytes));
}

function readProgramHeader(reader: ElfReader, at: number): ElfSegment {
  const wide = reader.class === 64;
  const word = (narrowOffset: number, wideOffset: number) => reader.word(at + (wide ? wideOffset : narrowOffset));
  return {
    type: reader.u32(at),
    flags: reader.u32(at + (wide ? 4 : 24)),
    offset: word(4, 8),
    virtualAddress: word(8, 16),
    physicalAddress: word(12, 24),
    fileBytes: word(16, 32),
    memoryBytes: word(20, 40),
    alignment: word(28, 48),
  };
}

interface SectionTable {
  readonly sections: ElfSection[];
  readonly namesIndex: number;
  readonly bytes: Uint8Array;
  /** Section 0, which carries the counts that do not fit into the ELF header. */
  readonly first?: ElfSection;
}

function readSectionTable(
  reader: ElfReader,
  header: ElfHeader,
  fields: TableFields & { readonly namesIndex: number },
): SectionTable {
  const size = ELF_SIZES[reader.class].sectionHeader;
  if (header.sectionHeaderOffset === 0n) return { sections: [], namesIndex: 0, bytes: new Uint8Array() };
  if (fields.entryBytes < size) {
    // Some strippers leave an offset but no table; then there is nothing to read.
    if (fields.count === 0) return { sections: [], namesIndex: 0, bytes: new Uint8Array() };
    throw new LoaderError('section-headers-malformed', 'e_shentsize is smaller than a section header', {
      offset: fields.fieldOffset,
      expected: `${size}`,
      found: `${fields.entryBytes}`,
      remedy: DAMAGED,
    });
  }
  const truncated = (count: number | bigint) =>
    new LoaderError('section-headers-truncated', 'the section headers are not inside the file', {
      offset: reader.class === 64 ? 40 : 32,
      expected: `${count} headers of ${fields.entryBytes} bytes at ${hex(header.sectionHeaderOffset)}`,
      found: `a file of ${hex(reader.length)} bytes`,
      remedy: `${DAMAGED} (The kernel would also boot without section headers: strip them with "strip" or "llvm-strip --strip-sections".)`,
    });
  const firstAt = tableOffset(reader, header.sectionHeaderOffset, 1, fields.entryBytes);
  if (firstAt === undefined) {
    if (fields.count === 0) return { sections: [], namesIndex: 0, bytes: new Uint8Array() };
    throw truncated(fields.count);
  }
  const first = readSectionHeader(reader, firstAt);
  const realCount = fields.count === 0 ? first.sizeBytes : BigInt(fields.count);
  if (realCount > BigInt(reader.length)) throw truncated(realCount);
  const count = Number(realCount);
  const table = tableOffset(reader, header.sectionHeaderOffset, count, fields.entryBytes);
  if (table === undefined) throw truncated(count);
  const namesIndex = fields.namesIndex === SHN_XINDEX ? first.link : fields.namesIndex;
  if (count > 0 && namesIndex >= count) {
    throw new LoaderError('section-headers-malformed', 'e_shstrndx names a section that does not exist', {
      offset: fields.fieldOffset + 4,
      expected: `less than ${count}`,
      found: `${namesIndex}`,
      remedy: DAMAGED,
    });
  }
  const unnamed = Array.from({ length: count }, (_, i) => readSectionHeader(reader, table + i * fields.entryBytes));
  const names = unnamed[namesIndex];
  const nameBytes = namesIndex === 0 || names === undefined ? undefined : contentsOf(reader.bytes, names);
  const nameReader = nameBytes === undefined ? undefined : new ByteReader(nameBytes);
  const sections = unnamed.map((section) => ({
    ...section,
    // Bounded, as many sections may point into one endless string.
    name: nameReader === undefined ? '' : nameReader.zeroTerminated(section.nameOffset, 256),
  }));
  return { sections, namesIndex, first, bytes: reader.slice(table, count * fields.entryBytes) };
}

function readSectionHeader(reader: ElfReader, at: number): ElfSection {
  const wide = reader.class === 64;
  const word = (narrowOffset: number, wideOffset: number) => reader.word(at + (wide ? wideOffset : narrowOffset));
  return {
    name: '',
    nameOffset: reader.u32(at),
    type: reader.u32(at + 4),
    flags: word(8, 8),
    address: word(12, 16),
    offset: word(16, 24),
    sizeBytes: word(20, 32),
    link: reader.u32(at + (wide ? 40 : 24)),
    info: reader.u32(at + (wide ? 44 : 28)),
    alignment: word(32, 48),
    entryBytes: word(36, 56),
  };
}

/** The table's offset as a number, or undefined if it is not wholly inside the file. */
function tableOffset(reader: ByteReader, offset: bigint, count: number, entryBytes: number): number | undefined {
  const at = Number(offset);
  return reader.has(at, count * entryBytes) ? at : undefined;
}

/** A section's bytes, or undefined if it has none in the file or they are not wholly inside it. */
export function contentsOf(bytes: Uint8Array, section: ElfSection): Uint8Array | undefined {
  if (section.type === SHT_NOBITS) return undefined;
  const end = section.offset + section.sizeBytes;
  if (end > BigInt(bytes.length)) return undefined;
  return bytes.subarray(Number(section.offset), Number(end));
}

/** The first section of that name, if any. */
export function findSection(elf: ElfFile, name: string): ElfSection | undefined {
  return elf.sections.find((section) => section.name === name);
}

/** The PT_LOAD segments that occupy memory, in file order. */
export function loadableSegments(elf: ElfFile): ElfSegment[] {
  return elf.segments.filter((segment) => segment.type === PT_LOAD && segment.memoryBytes > 0n);
}

/** All well-formed notes of PT_NOTE segments, or of SHT_NOTE sections if there is no such segment. Stops at garbage. */
export function readNotes(elf: ElfFile): ElfNote[] {
  const size = BigInt(elf.bytes.length);
  const fromSegments = elf.segments
    .filter((segment) => segment.type === PT_NOTE && segment.offset + segment.fileBytes <= size)
    .map((segment) => elf.bytes.subarray(Number(segment.offset), Number(segment.offset + segment.fileBytes)));
  const fromSections = elf.sections
    .filter((section) => section.type === SHT_NOTE)
    .map((section) => contentsOf(elf.bytes, section) ?? new Uint8Array());
  const notes: ElfNote[] = [];
  // Thousands of headers may point at the same bytes; real files have a handful of notes.
  const limit = 256;
  for (const bytes of fromSegments.length > 0 ? fromSegments : fromSections) {
    const reader = new ByteReader(bytes);
    let at = 0;
    while (reader.has(at, 12) && notes.length < limit) {
      const nameBytes = reader.u32(at);
      const contentBytes = reader.u32(at + 4);
      const contentAt = at + 12 + Math.ceil(nameBytes / 4) * 4;
      if (!reader.has(contentAt, contentBytes)) break;
      notes.push({
        owner: reader.zeroTerminated(at + 12, Math.min(nameBytes, 256)),
        type: reader.u32(at + 8),
        bytes: reader.slice(contentAt, contentBytes),
      });
      at = contentAt + Math.ceil(contentBytes / 4) * 4;
    }
  }
  return notes;
}

/** ELFNOTE XEN_ELFNOTE_PHYS32_ENTRY: the 32-bit entry of the PVH boot protocol. */
const XEN_PHYS32_ENTRY = 18;

/** Whether the file can be booted by PVH (QEMU, Xen, Firecracker). */
export function hasPvhEntry(elf: ElfFile): boolean {
  return readNotes(elf).some((note) => note.owner === 'Xen' && note.type === XEN_PHYS32_ENTRY);
}
