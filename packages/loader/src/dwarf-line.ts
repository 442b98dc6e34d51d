/**
 * DWARF line tables, versions 2 to 5: which source line an address belongs to. DWARF 5 specification, section 6.2 (and the
 * differences listed in its Appendix F). Robust to garbage: a damaged unit is noted in `problems` and skipped, running time
 * and memory are linear in the section's size, nothing throws.
 *
 * Left out: VLIW operation indices, instruction set and discriminator registers (of no use on x86 for a file:line), the
 * compilation directory of versions 2 to 4 (it stands in .debug_info; paths then are as the compiler got them), strings by
 * index (DW_FORM_strx, only in split DWARF), and compressed sections.
 */
import { ByteReader } from './bytes.ts';

/** A place in the source. */
export interface SourceLine {
  /** As complete as the line table knows it. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1; 0: not known. */
  readonly column: number;
}

/** Contents of the sections that line tables live in. */
export interface DebugLineSections {
  /** `.debug_line` */
  readonly line: Uint8Array;
  /** `.debug_line_str`, since version 5. */
  readonly lineStrings?: Uint8Array;
  /** `.debug_str` */
  readonly strings?: Uint8Array;
}

/** A contiguous run of machine code: rows `firstRow` to `lastRow`, addresses relative to `start`. */
interface Sequence {
  readonly start: bigint;
  readonly end: bigint;
  readonly firstRow: number;
  readonly lastRow: number;
  readonly unit: Unit;
}

/** A text that is decoded only when asked for: thousands of entries may point into one long string. */
interface LazyText {
  readonly reader: ByteReader;
  readonly offset: number;
}

interface FileEntry {
  readonly name: LazyText;
  readonly directory: number;
}

interface Unit {
  readonly version: number;
  readonly directories: readonly LazyText[];
  readonly files: FileEntry[];
}

class MalformedLineTable extends Error {}

/** DW_LNS_*: standard opcodes. */
const LNS = {
  copy: 1,
  advancePc: 2,
  advanceLine: 3,
  setFile: 4,
  setColumn: 5,
  negateStmt: 6,
  setBasicBlock: 7,
  constAddPc: 8,
  fixedAdvancePc: 9,
  setPrologueEnd: 10,
  setEpilogueBegin: 11,
  setIsa: 12,
} as const;
/** DW_LNE_*: extended opcodes. */
const LNE = { endSequence: 1, setAddress: 2, defineFile: 3 } as const;
/** DW_LNCT_*: what a field of a version 5 directory or file entry holds. */
const LNCT = { path: 1, directoryIndex: 2 } as const;
/** DW_FORM_*: how it is written. */
const FORM = {
  block2: 0x03,
  block4: 0x04,
  data2: 0x05,
  data4: 0x06,
  data8: 0x07,
  string: 0x08,
  block: 0x09,
  block1: 0x0a,
  data1: 0x0b,
  strp: 0x0e,
  udata: 0x0f,
  data16: 0x1e,
  lineStrp: 0x1f,
} as const;

/** Reads forwards and throws MalformedLineTable, never RangeError, at the end. */
class Cursor {
  readonly reader: ByteReader;
  at: number;
  readonly end: number;

  constructor(reader: ByteReader, at: number, end: number) {
    this.reader = reader;
    this.at = at;
    this.end = end;
  }

  get atEnd(): boolean {
    return this.at >= this.end;
  }
  skip(lengthBytes: number): number {
    const at = this.at;
    if (!(lengthBytes <= this.end - at)) throw new MalformedLineTable(`ends early at 0x${at.toString(16)}`);
    this.at += lengthBytes;
    return at;
  }
  u8(): number {
    return this.reader.u8(this.skip(1));
  }
  /** True, and the zero consumed, if the next byte is zero: the end of a list. */
  listEnds(): boolean {
    if (this.u8() === 0) return true;
    this.at--;
    return false;
  }
  i8(): number {
    return (this.u8() << 24) >> 24;
  }
  u16(): number {
    return this.reader.u16(this.skip(2));
  }
  u32(): number {
    return this.reader.u32(this.skip(4));
  }
  u64(): bigint {
    return this.reader.u64(this.skip(8));
  }
  /** Unsigned LEB128; beyond 2^53 the value is rounded, which every use rejects or ignores. */
  uleb(): number {
    let value = 0;
    for (let i = 0; i < 10; i++) {
      const byte = this.u8();
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return value;
    }
    throw new MalformedLineTable(`endless number at 0x${this.at.toString(16)}`);
  }
  /** Signed LEB128. */
  sleb(): number {
    let value = 0;
    for (let i = 0; i < 10; i++) {
      const byte = this.u8();
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return (byte & 0x40) === 0 ? value : value - 2 ** (7 * (i + 1));
    }
    throw new MalformedLineTable(`endless number at 0x${this.at.toString(16)}`);
  }
  text(): LazyText {
    const offset = this.at;
    const zero = this.reader.bytes.subarray(0, this.end).indexOf(0, offset);
    if (zero < 0) throw new MalformedLineTable(`endless text at 0x${offset.toString(16)}`);
    this.at = zero + 1;
    return { reader: this.reader, offset };
  }
}

/** Address to source line for a whole image. */
export class LineTable {
  /** What was wrong with units that were skipped. */
  readonly problems: readonly string[];
  readonly #sequences: Sequence[];
  readonly #rows: RowStore;

  constructor(sections: DebugLineSections) {
    const parser = new LineTableParser(sections);
    parser.parse();
    this.#sequences = parser.sequences.sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
    this.#rows = parser.rows;
    this.problems = parser.problems;
  }

  /** The source line of the instruction at a linear address; undefined if no line table covers it. */
  lookup(address: bigint): SourceLine | undefined {
    const sequence = this.#sequenceOf(address);
    if (sequence === undefined) return undefined;
    const { offsets, files, lines, columns } = this.#rows;
    const wanted = Number(address - sequence.start);
    // The last row that does not start behind the address.
    let low = sequence.firstRow;
    let high = sequence.lastRow;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (offsets[middle]! <= wanted) low = middle;
      else high = middle - 1;
    }
    const line = lines[low]!;
    // Line 0: the compiler says that no source line is the origin.
    if (line === 0) return undefined;
    return { file: fileName(sequence.unit, files[low]!), line, column: columns[low]! };
  }

  #sequenceOf(address: bigint): Sequence | undefined {
    let low = 0;
    let high = this.#sequences.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#sequences[middle]!.start <= address) low = middle + 1;
      else high = middle;
    }
    // Sequences overlap only in damaged tables; looking back a little is enough and bounded.
    for (let i = low - 1; i >= 0 && i >= low - 8; i--) {
      if (address < this.#sequences[i]!.end) return this.#sequences[i];
    }
    return undefined;
  }
}

/** All rows of all sequences, as parallel arrays. */
class RowStore {
  readonly offsets: number[] = [];
  readonly files: number[] = [];
  readonly lines: number[] = [];
  readonly columns: number[] = [];

  get length(): number {
    return this.offsets.length;
  }
  push(offset: number, file: number, line: number, column: number): void {
    this.offsets.push(offset);
    this.files.push(file);
    this.lines.push(line);
    this.columns.push(column);
  }
  truncate(length: number): void {
    this.offsets.length = length;
    this.files.length = length;
    this.lines.length = length;
    this.columns.length = length;
  }
}

class LineTableParser {
  readonly sequences: Sequence[] = [];
  readonly rows = new RowStore();
  readonly problems: string[] = [];
  readonly #line: ByteReader;
  readonly #lineStrings: ByteReader;
  readonly #strings: ByteReader;

  constructor(sections: DebugLineSections) {
    this.#line = new ByteReader(sections.line);
    this.#lineStrings = new ByteReader(sections.lineStrings ?? new Uint8Array());
    this.#strings = new ByteReader(sections.strings ?? new Uint8Array());
  }

  parse(): void {
    const sectionBytes = this.#line.length;
    let at = 0;
    while (at + 4 < sectionBytes) {
      const start = at;
      const wide = this.#line.u32(at) === 0xffffffff;
      if (wide && at + 12 > sectionBytes) break;
      const length = wide ? Number(this.#line.u64(at + 4)) : this.#line.u32(at);
      const body = at + (wide ? 12 : 4);
      if (body + length > sectionBytes) {
        this.#problem(`unit at 0x${start.toString(16)}: longer than the section`);
        break;
      }
      at = body + length;
      const rowsBefore = this.rows.length;
      try {
        this.#unit(new Cursor(this.#line, body, at), wide);
      } catch (error) {
        if (!(error instanceof MalformedLineTable)) throw error;
        this.#problem(`unit at 0x${start.toString(16)}: ${error.message}`);
        // Rows of complete sequences stay; those of the broken one go.
        const last = this.sequences.at(-1);
        this.rows.truncate(Math.max(rowsBefore, last === undefined ? 0 : last.lastRow + 1));
      }
    }
  }

  #problem(text: string): void {
    if (this.problems.length < 16) this.problems.push(text);
  }

  #unit(cursor: Cursor, wide: boolean): void {
    const version = cursor.u16();
    if (version < 2 || version > 5) throw new MalformedLineTable(`version ${version} is unknown`);
    if (version === 5) cursor.skip(2); // address size and segment selector size
    const headerLength = wide ? Number(cursor.u64()) : cursor.u32();
    const programAt = cursor.at + headerLength;
    if (programAt > cursor.end) throw new MalformedLineTable('the header is longer than the unit');
    const minimumInstructionLength = cursor.u8();
    if (version >= 4) cursor.skip(1); // operations per instruction
    cursor.skip(1); // default_is_stmt
    const lineBase = cursor.i8();
    const lineRange = cursor.u8();
    if (lineRange === 0) throw new MalformedLineTable('line_range is 0');
    const opcodeBase = cursor.u8();
    const operandCounts = Array.from({ length: Math.max(0, opcodeBase - 1) }, () => cursor.u8());
    const unit = version === 5 ? this.#entriesV5(cursor, wide) : this.#entriesV2(cursor, version);
    this.#program(new Cursor(this.#line, programAt, cursor.end), unit, {
      minimumInstructionLength,
      lineBase,
      lineRange,
      opcodeBase,
      operandCounts,
    });
  }

  #entriesV2(cursor: Cursor, version: number): Unit {
    // Directory 0 is the compilation directory, file 0 does not exist.
    const nothing: LazyText = { reader: new ByteReader(new Uint8Array()), offset: 0 };
    const directories: LazyText[] = [nothing];
    const files: FileEntry[] = [{ name: nothing, directory: 0 }];
    while (!cursor.listEnds()) directories.push(cursor.text());
    while (!cursor.listEnds()) files.push(readFileEntryV2(cursor));
    return { version, directories, files };
  }

  #entriesV5(cursor: Cursor, wide: boolean): Unit {
    const directories = this.#entryTable(cursor, wide).map((entry) => entry.name);
    return { version: 5, directories, files: this.#entryTable(cursor, wide) };
  }

  #entryTable(cursor: Cursor, wide: boolean): FileEntry[] {
    const fields = Array.from({ length: cursor.u8() }, () => ({ content: cursor.uleb(), form: cursor.uleb() }));
    const count = cursor.uleb();
    // Every form takes at least a byte, so this bounds the loop; without fields entries would cost nothing.
    if (count > 0 && (fields.length === 0 || count > cursor.end - cursor.at)) {
      throw new MalformedLineTable(`${count} entries do not fit`);
    }
    const entries: FileEntry[] = [];
    for (let i = 0; i < count; i++) {
      let name: LazyText = { reader: this.#lineStrings, offset: this.#lineStrings.length };
      let directory = 0;
      for (const { content, form } of fields) {
        const value = this.#form(cursor, form, wide);
        if (content === LNCT.path && typeof value === 'object') name = value;
        if (content === LNCT.directoryIndex && typeof value === 'number') directory = value;
      }
      entries.push({ name, directory });
    }
    return entries;
  }

  #form(cursor: Cursor, form: number, wide: boolean): LazyText | number | undefined {
    const offset = () => (wide ? Number(cursor.u64()) : cursor.u32());
    const skip = (lengthBytes: number) => {
      cursor.skip(lengthBytes);
      return undefined;
    };
    switch (form) {
      case FORM.string:
        return cursor.text();
      case FORM.lineStrp:
        return { reader: this.#lineStrings, offset: offset() };
      case FORM.strp:
        return { reader: this.#strings, offset: offset() };
      case FORM.udata:
        return cursor.uleb();
      case FORM.data1:
        return cursor.u8();
      case FORM.data2:
        return cursor.u16();
      case FORM.data4:
        return cursor.u32();
      case FORM.data8:
        return skip(8);
      case FORM.data16:
        return skip(16);
      case FORM.block:
        return skip(cursor.uleb());
      case FORM.block1:
        return skip(cursor.u8());
      case FORM.block2:
        return skip(cursor.u16());
      case FORM.block4:
        return skip(cursor.u32());
      default:
        throw new MalformedLineTable(`form 0x${form.toString(16)} is unknown`);
    }
  }

  /** Runs a line number program: DWARF 5, 6.2.5. */
  #program(
    cursor: Cursor,
    unit: Unit,
    header: {
      minimumInstructionLength: number;
      lineBase: number;
      lineRange: number;
      opcodeBase: number;
      operandCounts: number[];
    },
  ): void {
    const { minimumInstructionLength, lineBase, lineRange, opcodeBase, operandCounts } = header;
    let start = 0n;
    let startKnown = false;
    let offset = 0;
    let file = 1;
    let line = 1;
    let column = 0;
    let firstRow = this.rows.length;
    let ordered = true;
    let lastOffset = 0;
    const emit = () => {
      if (offset < lastOffset) ordered = false;
      lastOffset = offset;
      this.rows.push(offset, file, line > 0 && line < 2 ** 32 ? line : 0, column);
    };
    const advance = (operations: number) => {
      offset += operations * minimumInstructionLength;
    };
    const endSequence = () => {
      if (offset < lastOffset) ordered = false;
      // At address 0 lie the functions that the linker dropped (--gc-sections).
      const usable = ordered && startKnown && start !== 0n && offset > 0 && Number.isSafeInteger(offset);
      if (usable && this.rows.length > firstRow) {
        this.sequences.push({ start, end: start + BigInt(offset), firstRow, lastRow: this.rows.length - 1, unit });
      } else {
        this.rows.truncate(firstRow);
      }
      firstRow = this.rows.length;
      start = 0n;
      startKnown = false;
      ordered = true;
      offset = lastOffset = column = 0;
      file = line = 1;
    };
    const extended = () => {
      const length = cursor.uleb();
      const end = cursor.skip(length) + length;
      if (length === 0) return;
      const operands = new Cursor(this.#line, end - length, end);
      switch (operands.u8()) {
        case LNE.endSequence:
          endSequence();
          break;
        case LNE.setAddress: {
          const address = length === 9 ? operands.u64() : BigInt(operands.u32());
          if (!startKnown) {
            start = address;
            startKnown = true;
            offset = 0;
          } else {
            offset = Number(address - start);
          }
          break;
        }
        case LNE.defineFile:
          unit.files.push(readFileEntryV2(operands));
          break;
      }
    };
    const standard = (opcode: number) => {
      switch (opcode) {
        case LNS.copy:
          emit();
          break;
        case LNS.advancePc:
          advance(cursor.uleb());
          break;
        case LNS.advanceLine:
          line += cursor.sleb();
          break;
        case LNS.setFile:
          file = cursor.uleb();
          break;
        case LNS.setColumn:
          column = cursor.uleb();
          break;
        case LNS.constAddPc:
          advance(Math.floor((255 - opcodeBase) / lineRange));
          break;
        case LNS.fixedAdvancePc:
          offset += cursor.u16();
          break;
        case LNS.setIsa:
          cursor.uleb();
          break;
        case LNS.negateStmt:
        case LNS.setBasicBlock:
        case LNS.setPrologueEnd:
        case LNS.setEpilogueBegin:
          break;
        default:
          for (let i = 0; i < (operandCounts[opcode - 1] ?? 0); i++) cursor.uleb();
      }
    };

    while (!cursor.atEnd) {
      const opcode = cursor.u8();
      if (opcode >= opcodeBase) {
        const adjusted = opcode - opcodeBase;
        advance(Math.floor(adjusted / lineRange));
        line += lineBase + (adjusted % lineRange);
        emit();
      } else if (opcode === 0) {
        extended();
      } else {
        standard(opcode);
      }
    }
    this.rows.truncate(firstRow);
  }
}

function readFileEntryV2(cursor: Cursor): FileEntry {
  const name = cursor.text();
  const directory = cursor.uleb();
  cursor.uleb(); // modification time
  cursor.uleb(); // length
  return { name, directory };
}

const MAXIMUM_PATH_BYTES = 4096;

function textOf(text: LazyText | undefined): string {
  if (text === undefined || !text.reader.has(text.offset, 1)) return '';
  return text.reader.zeroTerminated(text.offset, MAXIMUM_PATH_BYTES);
}

function fileName(unit: Unit, index: number): string {
  const entry = unit.files[index];
  const name = textOf(entry?.name);
  if (entry === undefined || name === '') return '??';
  const join = (directory: string, path: string) =>
    directory === '' || path.startsWith('/') ? path : `${directory}/${path}`;
  const path = join(textOf(unit.directories[entry.directory]), name);
  // In version 5 all other directories are relative to directory 0, where the compiler ran.
  return unit.version === 5 && entry.directory !== 0 ? join(textOf(unit.directories[0]), path) : path;
}
