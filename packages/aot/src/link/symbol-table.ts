/**
 * Functions and source lines for the kernel's own backtraces (link symbol `symbol_table`): what debuggers read from the
 * DWARF sections, in a form that code without a heap can search. All numbers are little-endian, all positions are
 * counted from the table's start; code addresses are counted from `text_start`.
 *
 *     u32 number of functions
 *     per function, ascending by address:
 *       u32 address of its first byte
 *       u32 position of its name
 *       u32 position of its line rows; 0 if it has none (the linker's own helpers)
 *     names and file names: UTF-8, zero-terminated
 *     line rows of a function:
 *       uleb (distance from the row before, the first one from the function's start) * 2 + (1 if the file changes)
 *       uleb position of the file's name, if the file changes; the first row always names it
 *       sleb line - line of the row before (before the first: 0)
 *     and a byte 0 behind the last row: no other row has distance 0
 *
 * A row holds up to the next one. Columns are left out, and so are rows that differ only in them. Functions are named
 * without the path of their module: `showCheck`, not `kernel/welcome/showCheck`.
 */
import type { ImageFunction, LineRow } from '../image.ts';
import { ByteWriter } from './byte-writer.ts';

const HEADER_BYTES = 4;
const FUNCTION_BYTES = 12;

/** A function's name without the path of its module, one of `modules`. */
function shortName(name: string, modules: ReadonlySet<string>): string {
  // A path may be part of a type argument as well: `~lib/array/Array<kernel/main/Process>#push`.
  const end = name.includes('<') ? name.indexOf('<') : name.length;
  for (let slash = name.lastIndexOf('/', end); slash > 0; slash = name.lastIndexOf('/', slash - 1))
    if (modules.has(name.slice(0, slash))) return name.slice(slash + 1);
  return name;
}

/** Makes the table. Addresses of `functions` and `lines` are relative to the text section and ascend. */
export function symbolTable(functions: readonly ImageFunction[], lines: readonly LineRow[]): Uint8Array {
  const header = new ByteWriter().u32(functions.length);
  const body = new ByteWriter();
  const bodyPosition = HEADER_BYTES + FUNCTION_BYTES * functions.length;
  const texts = new Map<string, number>();
  const positionOf = (text: string): number => {
    let position = texts.get(text);
    if (position === undefined) {
      position = bodyPosition + body.length;
      texts.set(text, position);
      body.text(text);
    }
    return position;
  };

  const modules = new Set(lines.map(({ file }) => file.replace(/\.ts$/, '')));
  let next = 0;
  for (const { name, address, sizeBytes } of functions) {
    const rows: LineRow[] = [];
    for (; next < lines.length && lines[next]!.address < address + sizeBytes; next++) {
      const [row, last] = [lines[next]!, rows.at(-1)];
      if (last?.file !== row.file || last.line !== row.line) rows.push(row);
    }
    for (const { file } of rows) positionOf(file);
    const namePosition = positionOf(shortName(name, modules));
    header
      .u32(address)
      .u32(namePosition)
      .u32(rows.length === 0 ? 0 : bodyPosition + body.length);
    if (rows.length > 0) writeRows(body, rows, address, positionOf);
  }
  return header.data(body.finish()).finish();
}

function writeRows(body: ByteWriter, rows: readonly LineRow[], start: number, positionOf: (file: string) => number) {
  let last = { address: start, file: '', line: 0 };
  for (const row of rows) {
    const changesFile = row.file !== last.file;
    body.uleb((row.address - last.address) * 2 + (changesFile ? 1 : 0));
    if (changesFile) body.uleb(positionOf(row.file));
    body.sleb(row.line - last.line);
    last = row;
  }
  body.u8(0);
}
