/**
 * The structures and constants of ELF, 32 and 64 bits in one shape: addresses and sizes are bigint, as an ELF64 field may
 * hold any 64-bit value. From "Tool Interface Standard ELF Specification 1.2" and "System V ABI, generic edition"; only
 * what executables for x86 use.
 */

/** Class of the file: width of its addresses in bits. */
export type ElfClass = 32 | 64;

export const EI_CLASS = 4;
export const EI_DATA = 5;
export const EI_VERSION = 6;
export const ET_REL = 1;
export const ET_EXEC = 2;
export const ET_DYN = 3;
export const ET_CORE = 4;
export const EM_386 = 3;
export const EM_X86_64 = 62;
export const PT_LOAD = 1;
export const PT_NOTE = 4;
export const PF_X = 1;
export const PF_W = 2;
export const PF_R = 4;
/** e_phnum that says: the count is in sh_info of section 0. */
export const PN_XNUM = 0xffff;
/** e_shstrndx that says: the index is in sh_link of section 0. */
export const SHN_XINDEX = 0xffff;
export const SHN_UNDEF = 0;
export const SHN_LORESERVE = 0xff00;
export const SHN_ABS = 0xfff1;
export const SHT_NULL = 0;
export const SHT_PROGBITS = 1;
export const SHT_SYMTAB = 2;
export const SHT_STRTAB = 3;
export const SHT_NOTE = 7;
export const SHT_NOBITS = 8;
export const SHF_WRITE = 1n;
export const SHF_ALLOC = 2n;
export const SHF_EXECINSTR = 4n;
/** Contents are compressed (gABI, "Compressed Sections"). */
export const SHF_COMPRESSED = 0x800n;
export const STB_LOCAL = 0;
export const STB_GLOBAL = 1;
export const STT_NOTYPE = 0;
export const STT_OBJECT = 1;
export const STT_FUNC = 2;
export const STT_SECTION = 3;
export const STT_FILE = 4;

/** Sizes in bytes of the fixed structures. */
export const ELF_SIZES = {
  32: { header: 52, programHeader: 32, sectionHeader: 40, symbol: 16 },
  64: { header: 64, programHeader: 56, sectionHeader: 64, symbol: 24 },
} as const;

/** ELF header, without what the reader has resolved already. */
export interface ElfHeader {
  readonly class: ElfClass;
  readonly type: number;
  readonly machine: number;
  readonly entry: bigint;
  readonly programHeaderOffset: bigint;
  readonly sectionHeaderOffset: bigint;
  readonly flags: number;
}

/** A program header: one segment of the memory image. */
export interface ElfSegment {
  readonly type: number;
  readonly flags: number;
  readonly offset: bigint;
  readonly virtualAddress: bigint;
  readonly physicalAddress: bigint;
  readonly fileBytes: bigint;
  readonly memoryBytes: bigint;
  readonly alignment: bigint;
}

/** A section header with its name. */
export interface ElfSection {
  readonly name: string;
  readonly nameOffset: number;
  readonly type: number;
  readonly flags: bigint;
  readonly address: bigint;
  readonly offset: bigint;
  readonly sizeBytes: bigint;
  readonly link: number;
  readonly info: number;
  readonly alignment: bigint;
  readonly entryBytes: bigint;
}

/** One entry of a symbol table. */
export interface ElfSymbol {
  readonly name: string;
  readonly address: bigint;
  readonly sizeBytes: bigint;
  /** STT_NOTYPE, STT_OBJECT, STT_FUNC, ... */
  readonly type: number;
  /** STB_LOCAL, STB_GLOBAL, STB_WEAK. */
  readonly binding: number;
  readonly sectionIndex: number;
}

/** One note of a PT_NOTE segment or SHT_NOTE section. */
export interface ElfNote {
  readonly owner: string;
  readonly type: number;
  readonly bytes: Uint8Array;
}
