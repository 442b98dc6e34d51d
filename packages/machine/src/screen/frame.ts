/**
 * A text screen as plain data: what a VGA in text mode shows at one moment, free of machine and host, so that it can
 * be posted to another thread, stored, compared or drawn by any front end.
 *
 * Cells are the raw words of text memory (character in bits 0-7, attribute in bits 8-15; IBM VGA Technical Reference
 * 2.2 "Alphanumeric modes"). Graphics modes and loadable fonts have no place here.
 */

import type { TextMode } from '../devices/vga.ts';
import { CODE_PAGE_437 } from './code-page-437.ts';

/** Where text memory is, and its size: two bytes for each of 16,384 cells. */
export const TEXT_MEMORY_ADDRESS = 0xb8000;
export const TEXT_MEMORY_BYTES = 0x8000;

const CELL_INDEX_MASK = TEXT_MEMORY_BYTES / 2 - 1;

/** A screen of `columns` by `rows` cells, row by row from the top left. */
export interface TextFrame {
  readonly columns: number;
  readonly rows: number;
  readonly cells: Uint16Array;
  readonly cursor: TextCursor;
  /** Attribute bit 7 means blinking if true, a bright background if false (attribute mode control, bit 3). */
  readonly blinkEnabled: boolean;
  /** The sixteen colours as 0xrrggbb. */
  readonly palette: readonly number[];
}

/** The hardware cursor; a part of a cell between two scan lines. */
export interface TextCursor {
  readonly column: number;
  readonly row: number;
  /** False if disabled, or if its address is not on the screen. */
  readonly visible: boolean;
  /** First scan line of the character cell that is lit, 0 at the top. */
  readonly startScanLine: number;
  readonly endScanLine: number;
}

/** One cell, decoded. */
export interface TextCell {
  /** The character as Unicode (code page 437). */
  readonly character: string;
  /** The byte in text memory. */
  readonly code: number;
  /** Colour number 0-15. */
  readonly foreground: number;
  /** Colour number 0-15, or 0-7 where bit 7 means blinking. */
  readonly background: number;
  readonly blink: boolean;
}

/**
 * Takes the picture that `mode` makes of text memory. Addresses wrap at 32 KiB as they do on the card. Cells are read as words of the
 * host, which is little-endian wherever there is WebAssembly.
 */
export function captureFrame(ram: Uint8Array, mode: TextMode): TextFrame {
  const { columns, rows } = mode;
  const memory = new Uint16Array(ram.buffer, ram.byteOffset + TEXT_MEMORY_ADDRESS, TEXT_MEMORY_BYTES / 2);
  const cells = new Uint16Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    const first = (mode.startAddress + row * mode.pitch) & CELL_INDEX_MASK;
    const beforeWrap = memory.subarray(first, first + columns);
    cells.set(beforeWrap, row * columns);
    if (beforeWrap.length < columns) {
      cells.set(memory.subarray(0, columns - beforeWrap.length), row * columns + beforeWrap.length);
    }
  }
  return { columns, rows, cells, cursor: cursorOf(mode), blinkEnabled: mode.blinkEnabled, palette: mode.palette };
}

function cursorOf(mode: TextMode): TextCursor {
  const distance = (mode.cursorAddress - mode.startAddress) & CELL_INDEX_MASK;
  const column = mode.pitch > 0 ? distance % mode.pitch : distance;
  const row = mode.pitch > 0 ? Math.floor(distance / mode.pitch) : 0;
  return {
    column,
    row,
    visible: mode.cursorEnabled && column < mode.columns && row < mode.rows,
    startScanLine: mode.cursorStartScanLine,
    endScanLine: mode.cursorEndScanLine,
  };
}

/** Decodes one cell word. */
export function decodeCell(cell: number, blinkEnabled: boolean): TextCell {
  const code = cell & 0xff;
  const attribute = cell >> 8;
  return {
    character: CODE_PAGE_437[code] ?? ' ',
    code,
    foreground: attribute & 0x0f,
    background: (attribute >> 4) & (blinkEnabled ? 0x07 : 0x0f),
    blink: blinkEnabled && attribute >= 0x80,
  };
}

/** The lines of a frame at full width. */
export function frameLines(frame: TextFrame): string[] {
  return Array.from({ length: frame.rows }, (_, row) => {
    let line = '';
    for (let i = row * frame.columns; i < (row + 1) * frame.columns; i++) {
      line += CODE_PAGE_437[(frame.cells[i] ?? 0) & 0xff];
    }
    return line;
  });
}

/** The lines of a frame without trailing spaces, joined by newlines. */
export function frameText(frame: TextFrame): string {
  return frameLines(frame)
    .map((line) => line.replace(/[ \u00a0]+$/, ''))
    .join('\n');
}

/** A part of a frame. @throws RangeError if it does not fit */
export function cropFrame(frame: TextFrame, column: number, row: number, columns: number, rows: number): TextFrame {
  const fits =
    [column, row, columns, rows].every((n) => Number.isInteger(n) && n >= 0) &&
    column + columns <= frame.columns &&
    row + rows <= frame.rows;
  if (!fits) {
    throw new RangeError(
      `region of ${columns}x${rows} at column ${column}, row ${row} does not fit a screen of ${frame.columns}x${frame.rows}`,
    );
  }
  const cells = new Uint16Array(columns * rows);
  for (let y = 0; y < rows; y++) {
    const start = (row + y) * frame.columns + column;
    cells.set(frame.cells.subarray(start, start + columns), y * columns);
  }
  const cursor = { ...frame.cursor, column: frame.cursor.column - column, row: frame.cursor.row - row };
  const inside = cursor.column >= 0 && cursor.column < columns && cursor.row >= 0 && cursor.row < rows;
  return { ...frame, columns, rows, cells, cursor: { ...cursor, visible: cursor.visible && inside } };
}

/** Whether two frames look the same. */
export function framesEqual(a: TextFrame, b: TextFrame): boolean {
  return (
    a.columns === b.columns &&
    a.rows === b.rows &&
    a.blinkEnabled === b.blinkEnabled &&
    a.cursor.column === b.cursor.column &&
    a.cursor.row === b.cursor.row &&
    a.cursor.visible === b.cursor.visible &&
    a.cursor.startScanLine === b.cursor.startScanLine &&
    a.cursor.endScanLine === b.cursor.endScanLine &&
    a.cells.every((cell, i) => cell === b.cells[i]) &&
    a.palette.every((colour, i) => colour === b.palette[i])
  );
}
