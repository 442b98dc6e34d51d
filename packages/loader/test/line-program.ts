/** Makes DWARF line tables from rows, for tests: the simplest program that says them, in version 2, 3, 4 or 5. */
import { le } from './images.ts';

interface Row {
  readonly address: bigint;
  /** Index into the file list, from 0. */
  readonly file: number;
  readonly line: number;
  readonly column: number;
}

export interface LineProgram {
  readonly version: 2 | 3 | 4 | 5;
  readonly directories: readonly string[];
  /** Directory by index into `directories`. */
  readonly files: readonly { readonly name: string; readonly directory: number }[];
  readonly rows: readonly Row[];
  /** First address behind the last row's code. */
  readonly end: bigint;
}

const LINE_BASE = -3;
const LINE_RANGE = 12;
const OPCODE_BASE = 13;
const OPERAND_COUNTS = [0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1];

const text = (value: string) => [...new TextEncoder().encode(value), 0];

function uleb(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...uleb(Math.floor(value / 128))];
}

function sleb(value: number): number[] {
  const low = value & 127;
  const rest = value >> 7;
  const done = (rest === 0 && (low & 64) === 0) || (rest === -1 && (low & 64) !== 0);
  return done ? [low] : [low | 128, ...sleb(rest)];
}

/** One unit of a .debug_line section. */
export function buildLineProgram(source: LineProgram): Uint8Array {
  const five = source.version === 5;
  // Files count from 1 before version 5; version 5 gets the same numbers by repeating the first file as number 0.
  const files = five ? [source.files[0]!, ...source.files] : source.files;
  const tables = five
    ? [
        ...[1, 1, 0x08],
        ...uleb(source.directories.length),
        ...source.directories.flatMap(text),
        ...[2, 1, 0x08, 2, 0x0b],
        ...uleb(files.length),
        ...files.flatMap(({ name, directory }) => [...text(name), directory]),
      ]
    : [
        // Directory 0, where the compiler ran, is not in the table.
        ...source.directories.slice(1).flatMap(text),
        0,
        ...files.flatMap(({ name, directory }) => [...text(name), ...uleb(directory), 0, 0]),
        0,
      ];
  const parameters = [
    1,
    ...(source.version >= 4 ? [1] : []),
    1,
    LINE_BASE & 255,
    LINE_RANGE,
    OPCODE_BASE,
    ...OPERAND_COUNTS,
    ...tables,
  ];
  const body = [...parameters, ...program(source)];
  const head = [...le(source.version, 2), ...(five ? [8, 0] : []), ...le(parameters.length, 4)];
  return Uint8Array.from([...le(head.length + body.length, 4), ...head, ...body]);
}

function program({ rows, end }: LineProgram): number[] {
  let address = rows[0]?.address ?? 0n;
  let file = 0;
  let line = 1;
  let column = 0;
  const bytes = [0, 9, 2, ...le(address, 8)];
  for (const row of rows) {
    if (row.file !== file) bytes.push(4, ...uleb(row.file + 1));
    if (row.column !== column) bytes.push(5, ...uleb(row.column));
    const advance = Number(row.address - address);
    const special = row.line - line - LINE_BASE + LINE_RANGE * advance + OPCODE_BASE;
    const lineFits = row.line - line >= LINE_BASE && row.line - line < LINE_BASE + LINE_RANGE;
    if (lineFits && special <= 255) bytes.push(special);
    else bytes.push(2, ...uleb(advance), 3, ...sleb(row.line - line), 1);
    ({ address, file, line, column } = row);
  }
  return [...bytes, 2, ...uleb(Number(end - address)), 0, 1, 1];
}
