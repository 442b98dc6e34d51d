/**
 * Symbols of an image: from an address to `function+offset` and to `file:line`, and from a name to its address. Everything
 * a post mortem, a backtrace or a debugger needs. ELF symbol tables (gABI, "Symbol Table") and DWARF line tables.
 */
import { ByteReader, encodeUtf8 } from './bytes.ts';
import { type DebugLineSections, LineTable, type SourceLine } from './dwarf-line.ts';
import { contentsOf, type ElfFile, findSection, loadableSegments } from './elf/read.ts';
import {
  ELF_SIZES,
  type ElfClass,
  type ElfSection,
  type ElfSymbol,
  SHF_ALLOC,
  SHF_COMPRESSED,
  SHF_EXECINSTR,
  SHN_ABS,
  SHN_LORESERVE,
  SHN_UNDEF,
  SHT_SYMTAB,
  STB_LOCAL,
  STT_FILE,
  STT_FUNC,
  STT_NOTYPE,
  STT_SECTION,
} from './elf/types.ts';

/** Where an address lies. */
export interface SymbolHit {
  readonly name: string;
  /** Of the symbol. */
  readonly address: bigint;
  /** Of the address asked for, from the symbol. */
  readonly offset: bigint;
  /** 0: not known. */
  readonly sizeBytes: bigint;
}

/** A section that is in memory while the kernel runs. */
export interface SectionRange {
  readonly name: string;
  /** Linear, as linked. */
  readonly address: bigint;
  readonly sizeBytes: bigint;
}

interface AddressRange {
  readonly physicalAddress: bigint;
  readonly virtualAddress: bigint;
  readonly memoryBytes: bigint;
}

/** The raw symbol table: fixed-size entries and the strings they point to. Names are decoded when asked for. */
class RawSymbols {
  readonly count: number;
  readonly #entries: ByteReader;
  readonly #strings: ByteReader;
  readonly #class: ElfClass;

  constructor(elfClass: ElfClass, entries: Uint8Array, strings: Uint8Array) {
    this.#class = elfClass;
    this.#entries = new ByteReader(entries);
    this.#strings = new ByteReader(strings);
    this.count = Math.floor(entries.length / ELF_SIZES[elfClass].symbol);
  }

  #at(index: number): number {
    return index * ELF_SIZES[this.#class].symbol;
  }
  address(index: number): bigint {
    const at = this.#at(index);
    return this.#class === 64 ? this.#entries.u64(at + 8) : BigInt(this.#entries.u32(at + 4));
  }
  sizeBytes(index: number): bigint {
    const at = this.#at(index);
    return this.#class === 64 ? this.#entries.u64(at + 16) : BigInt(this.#entries.u32(at + 8));
  }
  info(index: number): number {
    return this.#entries.u8(this.#at(index) + (this.#class === 64 ? 4 : 12));
  }
  sectionIndex(index: number): number {
    return this.#entries.u16(this.#at(index) + (this.#class === 64 ? 6 : 14));
  }
  nameOffset(index: number): number {
    return this.#entries.u32(this.#at(index));
  }
  name(index: number): string {
    const offset = this.nameOffset(index);
    return offset < this.#strings.length ? this.#strings.zeroTerminated(offset, 4096) : '';
  }
  isNamed(index: number, name: Uint8Array): boolean {
    const offset = this.nameOffset(index);
    const bytes = this.#strings.bytes;
    return bytes[offset + name.length] === 0 && name.every((byte, i) => bytes[offset + i] === byte);
  }
  symbol(index: number): ElfSymbol {
    const info = this.info(index);
    return {
      name: this.name(index),
      address: this.address(index),
      sizeBytes: this.sizeBytes(index),
      type: info & 0xf,
      binding: info >> 4,
      sectionIndex: this.sectionIndex(index),
    };
  }
}

/** Symbols of code by ascending address; at equal addresses the best name last. */
interface CodeSymbols {
  /** Into the raw table. */
  readonly indices: Uint32Array;
  readonly addresses: BigUint64Array;
}

/** The symbols and line tables of one image. All addresses are linear, as the kernel was linked. */
export class SymbolTable {
  /** Number of all symbols, the null symbol excluded. */
  readonly count: number;
  /** What made part of the symbols or lines unusable. */
  readonly warnings: readonly string[];
  /** The sections of the line tables as they are in the file; absent if there are none. */
  readonly debugLine?: DebugLineSections;
  readonly #raw: RawSymbols;
  #code: CodeSymbols | undefined;
  readonly #sections: readonly ElfSection[];
  readonly #ranges: readonly AddressRange[];
  #lines: LineTable | undefined;

  /** @param elf the image; without one the table is empty (a flat binary has no symbols) */
  constructor(elf?: ElfFile) {
    const warnings: string[] = [];
    const tableSection = elf?.sections.find((section) => section.type === SHT_SYMTAB);
    const stringSection = tableSection === undefined ? undefined : elf?.sections[tableSection.link];
    const entries = elf && tableSection && contentsOf(elf.bytes, tableSection);
    const strings = elf && stringSection && contentsOf(elf.bytes, stringSection);
    if (tableSection !== undefined && (entries === undefined || strings === undefined)) {
      warnings.push('the symbol table or its strings are not inside the file; addresses will have no names');
    }
    this.#raw = new RawSymbols(
      elf?.header.class ?? 64,
      (strings && entries) ?? new Uint8Array(),
      strings ?? new Uint8Array(),
    );
    this.#sections = elf?.sections ?? [];
    this.#ranges = elf === undefined ? [] : loadableSegments(elf);
    this.count = Math.max(0, this.#raw.count - 1);
    const debugLine = elf && debugLineSections(elf, warnings);
    if (debugLine !== undefined) this.debugLine = debugLine;
    this.warnings = warnings;
  }

  /** Number of functions and code labels that `lookup` knows. */
  get functionCount(): number {
    return this.#codeSymbols().indices.length;
  }

  /** The sections that occupy memory, in the order of the file. */
  get sections(): SectionRange[] {
    return this.#sections
      .filter((section) => (section.flags & SHF_ALLOC) !== 0n && section.sizeBytes > 0n)
      .map(({ name, address, sizeBytes }) => ({ name, address, sizeBytes }));
  }

  /** Sorted when first asked for: most boots never look an address up. */
  #codeSymbols(): CodeSymbols {
    if (this.#code === undefined) {
      const indices = this.#sortedCode();
      this.#code = { indices, addresses: BigUint64Array.from(indices, (index) => this.#raw.address(index)) };
    }
    return this.#code;
  }

  #sortedCode(): Uint32Array {
    const raw = this.#raw;
    const candidates: number[] = [];
    const addresses = new BigUint64Array(raw.count);
    for (let index = 1; index < raw.count; index++) {
      if (!this.#isCode(index)) continue;
      candidates.push(index);
      addresses[index] = raw.address(index);
    }
    // At one address: functions before labels, sized before unsized, global before local.
    const rank = (index: number) =>
      ((raw.info(index) & 0xf) === STT_FUNC ? 4 : 0) +
      (raw.sizeBytes(index) > 0n ? 2 : 0) +
      (raw.info(index) >> 4 === STB_LOCAL ? 0 : 1);
    return Uint32Array.from(
      candidates.sort((a, b) => {
        const addressA = addresses[a]!;
        const addressB = addresses[b]!;
        if (addressA !== addressB) return addressA < addressB ? -1 : 1;
        return rank(a) - rank(b) || b - a;
      }),
    );
  }

  #isCode(index: number): boolean {
    const raw = this.#raw;
    const type = raw.info(index) & 0xf;
    const sectionIndex = raw.sectionIndex(index);
    if (sectionIndex === SHN_UNDEF || raw.nameOffset(index) === 0) return false;
    if (type === STT_FUNC) return true;
    // Assembler labels have no type. Only those in code count, not linker constants.
    if (type !== STT_NOTYPE || sectionIndex === SHN_ABS || sectionIndex >= SHN_LORESERVE) return false;
    return ((this.#sections[sectionIndex]?.flags ?? 0n) & SHF_EXECINSTR) !== 0n;
  }

  /**
   * The function (or code label) that contains a linear address. If none does, but the address is one where a segment was
   * loaded physically (early code of a kernel linked elsewhere), the function linked for that place.
   */
  lookup(address: number | bigint): SymbolHit | undefined {
    const wanted = asAddress(address);
    if (wanted === undefined) return undefined;
    return this.#lookupLinked(wanted) ?? this.#asLinked(wanted, (linked) => this.#lookupLinked(linked));
  }

  #lookupLinked(address: bigint): SymbolHit | undefined {
    const { indices, addresses } = this.#codeSymbols();
    let low = 0;
    let high = indices.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (addresses[middle]! <= address) low = middle + 1;
      else high = middle;
    }
    // A local label inside a function must not hide it: look back a little for a sized symbol that contains the address.
    let nearest: SymbolHit | undefined;
    for (let i = low - 1; i >= 0 && i >= low - 64; i--) {
      const index = indices[i]!;
      const start = addresses[i]!;
      const sizeBytes = this.#raw.sizeBytes(index);
      const inside = sizeBytes === 0n ? this.#sameSection(index, address) : address - start < sizeBytes;
      if (!inside) continue;
      const hit = (): SymbolHit => ({
        name: this.#raw.name(index),
        address: start,
        offset: address - start,
        sizeBytes,
      });
      if (sizeBytes > 0n) return hit();
      nearest ??= hit();
    }
    return nearest;
  }

  #sameSection(index: number, address: bigint): boolean {
    const section = this.#sections[this.#raw.sectionIndex(index)];
    return section !== undefined && address >= section.address && address < section.address + section.sizeBytes;
  }

  #asLinked<T>(physicalAddress: bigint, ask: (linked: bigint) => T | undefined): T | undefined {
    for (const range of this.#ranges) {
      const offset = physicalAddress - range.physicalAddress;
      if (range.physicalAddress === range.virtualAddress || offset < 0n || offset >= range.memoryBytes) continue;
      const answer = ask(range.virtualAddress + offset);
      if (answer !== undefined) return answer;
    }
    return undefined;
  }

  /** The defined symbol of that name: a function, an object or a label; the first if there are several. */
  find(name: string): ElfSymbol | undefined {
    const wanted = encodeUtf8(name);
    if (wanted.length === 0) return undefined;
    for (let index = 1; index < this.#raw.count; index++) {
      const type = this.#raw.info(index) & 0xf;
      if (this.#raw.sectionIndex(index) === SHN_UNDEF || type === STT_SECTION || type === STT_FILE) continue;
      if (this.#raw.isNamed(index, wanted)) return this.#raw.symbol(index);
    }
    return undefined;
  }

  /** All symbols in file order, the null symbol excluded. */
  *symbols(): Generator<ElfSymbol> {
    for (let index = 1; index < this.#raw.count; index++) yield this.#raw.symbol(index);
  }

  /**
   * The source line of a linear address (or of a physical one, as with `lookup`), from the image's DWARF line tables. For
   * the line of a call ask with the return address minus 1.
   */
  lineAt(address: number | bigint): SourceLine | undefined {
    if (this.debugLine === undefined) return undefined;
    const lines = (this.#lines ??= new LineTable(this.debugLine));
    const wanted = asAddress(address);
    if (wanted === undefined) return undefined;
    return lines.lookup(wanted) ?? this.#asLinked(wanted, (linked) => lines.lookup(linked));
  }
}

/** Undefined for what is no address, such as NaN or a fraction. */
function asAddress(address: number | bigint): bigint | undefined {
  return typeof address === 'bigint' ? address : Number.isSafeInteger(address) ? BigInt(address) : undefined;
}

function debugLineSections(elf: ElfFile, warnings: string[]): DebugLineSections | undefined {
  const contents = (name: string) => {
    const section = findSection(elf, name);
    if (section === undefined) return undefined;
    if ((section.flags & SHF_COMPRESSED) !== 0n) {
      warnings.push(`section ${name} is compressed and not read; link without --compress-debug-sections`);
      return undefined;
    }
    return contentsOf(elf.bytes, section);
  };
  const line = contents('.debug_line');
  if (line === undefined) return undefined;
  const lineStrings = contents('.debug_line_str');
  const strings = contents('.debug_str');
  return { line, ...(lineStrings && { lineStrings }), ...(strings && { strings }) };
}
