/**
 * Debug information, DWARF version 4: one compilation unit for the compiled module and one for the boot code.
 * `.debug_line` maps addresses to source lines, `.debug_info` names the functions, `.debug_frame` tells how to unwind
 * (which is simple, since every function keeps a frame pointer). Variables and types are left out.
 */
import type { BootSection, ImageFunction, LineRow } from '../image.ts';
import { ByteWriter } from './byte-writer.ts';
import type { Span } from './layout.ts';

export interface DebugInput {
  readonly functions: readonly ImageFunction[];
  /** Rows of the compiled code, ascending by address. */
  readonly lines: readonly LineRow[];
  readonly bootSection: BootSection;
  readonly boot: Span;
  readonly text: Span;
}

const VERSION = 4;
const ADDRESS_BYTES = 8;
const DW_TAG = { compileUnit: 0x11, subprogram: 0x2e } as const;
const DW_AT = {
  name: 0x03,
  stmtList: 0x10,
  lowPc: 0x11,
  highPc: 0x12,
  language: 0x13,
  producer: 0x25,
  frameBase: 0x40,
} as const;
const DW_FORM = { addr: 0x01, data2: 0x05, data8: 0x07, string: 0x08, secOffset: 0x17, exprloc: 0x18 } as const;
/** There is no code for TypeScript; with C's, debuggers set breakpoints behind the prologue. */
const DW_LANG_C = 0x0002;
const DW_OP_CALL_FRAME_CFA = 0x9c;

/** Abbreviation codes: unit with functions, function. */
const ABBREVIATION = { unit: 1, subprogram: 2 } as const;

/** Makes the `.debug_*` sections, by name. */
export function debugSections(input: DebugInput): Map<string, Uint8Array> {
  const { functions, lines, bootSection, boot, text } = input;
  const line = new ByteWriter();
  const info = new ByteWriter();
  const sourceName = bootSection.sourceName ?? 'boot code';
  if (lines.length > 0) {
    writeUnit(info, lines[0]!.file, text, line.length, functions);
    const withLines = functions.map((fn) => {
      const end = fn.address + fn.sizeBytes;
      return { rows: lines.filter(({ address }) => address >= fn.address && address < end), end };
    });
    writeLineProgram(
      line,
      withLines.filter(({ rows }) => rows.length > 0),
    );
  }
  const bootLines = (bootSection.lines ?? []).map((row): LineRow => {
    return { address: Number(row.address), file: sourceName, line: row.line, column: 1 };
  });
  if (bootLines.length > 0) {
    writeUnit(info, sourceName, boot, line.length, []);
    writeLineProgram(line, [{ rows: bootLines, end: boot.end }]);
  }
  const sections = new Map<string, Uint8Array>();
  if (info.length > 0) {
    sections.set('.debug_abbrev', abbreviations());
    sections.set('.debug_info', info.finish());
    sections.set('.debug_line', line.finish());
  }
  sections.set('.debug_frame', frames(functions, boot));
  return sections;
}

function abbreviations(): Uint8Array {
  const writer = new ByteWriter();
  const declare = (
    code: number,
    tag: number,
    hasChildren: boolean,
    attributes: readonly (readonly [number, number])[],
  ) => {
    writer
      .uleb(code)
      .uleb(tag)
      .u8(hasChildren ? 1 : 0);
    for (const [attribute, form] of attributes) writer.uleb(attribute).uleb(form);
    writer.u8(0).u8(0);
  };
  declare(ABBREVIATION.unit, DW_TAG.compileUnit, true, [
    [DW_AT.producer, DW_FORM.string],
    [DW_AT.language, DW_FORM.data2],
    [DW_AT.name, DW_FORM.string],
    [DW_AT.lowPc, DW_FORM.addr],
    [DW_AT.highPc, DW_FORM.data8],
    [DW_AT.stmtList, DW_FORM.secOffset],
  ]);
  declare(ABBREVIATION.subprogram, DW_TAG.subprogram, false, [
    [DW_AT.name, DW_FORM.string],
    [DW_AT.lowPc, DW_FORM.addr],
    [DW_AT.highPc, DW_FORM.data8],
    [DW_AT.frameBase, DW_FORM.exprloc],
  ]);
  return writer.u8(0).finish();
}

/** One compilation unit (DWARF 4, 7.5). */
function writeUnit(
  info: ByteWriter,
  name: string,
  span: Span,
  lineOffset: number,
  functions: readonly ImageFunction[],
): void {
  const lengthAt = info.length;
  info.u32(0).u16(VERSION).u32(0).u8(ADDRESS_BYTES);
  info.uleb(ABBREVIATION.unit).text('Longmode native compiler').u16(DW_LANG_C).text(name);
  info
    .u64(span.start)
    .u64(span.end - span.start)
    .u32(lineOffset);
  for (const fn of functions) {
    info.uleb(ABBREVIATION.subprogram).text(fn.name).u64(fn.address).u64(fn.sizeBytes);
    info.uleb(1).u8(DW_OP_CALL_FRAME_CFA);
  }
  info.u8(0);
  info.patch32(lengthAt, info.length - lengthAt - 4);
}

const DW_LNS = { copy: 1, advancePc: 2, advanceLine: 3, setFile: 4, setColumn: 5 } as const;
const DW_LNE = { endSequence: 1, setAddress: 2 } as const;
/** Operand counts of the standard opcodes 1 to 12. */
const STANDARD_OPCODE_LENGTHS = [0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1];
const LINE_BASE = -5;
const LINE_RANGE = 14;
const OPCODE_BASE = STANDARD_OPCODE_LENGTHS.length + 1;

/** Rows ascending by address, for code up to `end`. */
interface LineSequence {
  readonly rows: readonly LineRow[];
  readonly end: number;
}

/** One line number program (DWARF 4, 6.2). */
function writeLineProgram(writer: ByteWriter, sequences: readonly LineSequence[]): void {
  const files = [...new Set(sequences.flatMap(({ rows }) => rows.map(({ file }) => file)))];
  const lengthAt = writer.length;
  writer.u32(0).u16(VERSION);
  const headerLengthAt = writer.length;
  writer
    .u32(0)
    .u8(1)
    .u8(1)
    .u8(1)
    .u8(LINE_BASE & 0xff)
    .u8(LINE_RANGE)
    .u8(OPCODE_BASE);
  for (const length of STANDARD_OPCODE_LENGTHS) writer.u8(length);
  writer.u8(0); // no directories: names are relative to the compilation
  for (const file of files) writer.text(file).uleb(0).uleb(0).uleb(0);
  writer.u8(0);
  writer.patch32(headerLengthAt, writer.length - headerLengthAt - 4);
  const fileNumbers = new Map(files.map((file, i) => [file, i + 1]));
  for (const sequence of sequences) writeSequence(writer, sequence, fileNumbers);
  writer.patch32(lengthAt, writer.length - lengthAt - 4);
}

function writeSequence(
  writer: ByteWriter,
  { rows, end }: LineSequence,
  fileNumbers: ReadonlyMap<string, number>,
): void {
  let state = { address: rows[0]!.address, file: 1, line: 1, column: 0 };
  writer
    .u8(0)
    .uleb(1 + ADDRESS_BYTES)
    .u8(DW_LNE.setAddress)
    .u64(state.address);
  for (const { address, file, line, column } of rows) {
    const fileNumber = fileNumbers.get(file)!;
    if (fileNumber !== state.file) writer.u8(DW_LNS.setFile).uleb(fileNumber);
    if (column !== state.column) writer.u8(DW_LNS.setColumn).uleb(column);
    const lineStep = line - state.line;
    const addressStep = address - state.address;
    const special = lineStep - LINE_BASE + LINE_RANGE * addressStep + OPCODE_BASE;
    if (lineStep >= LINE_BASE && lineStep < LINE_BASE + LINE_RANGE && special <= 255) writer.u8(special);
    else {
      if (addressStep !== 0) writer.u8(DW_LNS.advancePc).uleb(addressStep);
      if (lineStep !== 0) writer.u8(DW_LNS.advanceLine).sleb(lineStep);
      writer.u8(DW_LNS.copy);
    }
    state = { address, file: fileNumber, line, column };
  }
  writer.u8(DW_LNS.advancePc).uleb(end - state.address);
  writer.u8(0).uleb(1).u8(DW_LNE.endSequence);
}

const DW_CFA = {
  advanceLoc: 0x40,
  offset: 0x80,
  undefined: 0x07,
  defCfa: 0x0c,
  defCfaRegister: 0x0d,
  defCfaOffset: 0x0e,
} as const;
/** DWARF register numbers (psABI AMD64, figure 3.36). */
const [DWARF_RBP, DWARF_RSP, DWARF_RETURN_ADDRESS] = [6, 7, 16] as const;
/** Encoded sizes of `push rbp` and `mov rbp, rsp`, with which every function begins. */
const [PUSH_RBP_BYTES, MOV_RBP_RSP_BYTES] = [1, 3] as const;

/** Call frame information (DWARF 4, 6.4): CFA = rsp + 8, after `push rbp` rsp + 16, from then on rbp + 16. */
function frames(functions: readonly ImageFunction[], boot: Span): Uint8Array {
  const writer = new ByteWriter();
  const entry = (write: () => void) => {
    const lengthAt = writer.length;
    writer.u32(0);
    write();
    writer.align(ADDRESS_BYTES);
    writer.patch32(lengthAt, writer.length - lengthAt - 4);
  };
  entry(() => {
    writer.u32(0xffff_ffff).u8(VERSION).u8(0).u8(ADDRESS_BYTES).u8(0); // CIE, no augmentation
    writer.uleb(1).sleb(-8).uleb(DWARF_RETURN_ADDRESS); // code and data alignment factors
    writer.u8(DW_CFA.defCfa).uleb(DWARF_RSP).uleb(8);
    writer.u8(DW_CFA.offset | DWARF_RETURN_ADDRESS).uleb(1);
  });
  // Nothing called the boot code: a backtrace ends there.
  entry(() => {
    writer
      .u32(0)
      .u64(boot.start)
      .u64(boot.end - boot.start);
    writer.u8(DW_CFA.undefined).uleb(DWARF_RETURN_ADDRESS);
  });
  for (const { address, sizeBytes, hasFrame } of functions) {
    if (!hasFrame) continue;
    entry(() => {
      writer.u32(0).u64(address).u64(sizeBytes);
      writer
        .u8(DW_CFA.advanceLoc | PUSH_RBP_BYTES)
        .u8(DW_CFA.defCfaOffset)
        .uleb(16);
      writer.u8(DW_CFA.offset | DWARF_RBP).uleb(2);
      writer
        .u8(DW_CFA.advanceLoc | MOV_RBP_RSP_BYTES)
        .u8(DW_CFA.defCfaRegister)
        .uleb(DWARF_RBP);
    });
  }
  return writer.finish();
}
