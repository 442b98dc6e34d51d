// The VGA text screen: 80 x 25 cells of two bytes at physical address 0xb8000 (VGA text mode 3).
//
//     cell address = 0xb8000 + (row * 80 + column) * 2
//
//      15      12 11       8 7              0
//     +----------+----------+----------------+
//     |background|foreground| character code |    colours: `Color`; characters: code page 437
//     +----------+----------+----------------+
//
// The writer works like a teletype: it writes on the last row only, and a new line moves everything up by one. Left
// out: the hardware cursor (that takes I/O ports; this file uses none) and blinking.
import { load64, store16, store64 } from './x86';

/** The sixteen colours of VGA text mode, by the number that the hardware gives them. */
export enum Color {
  Black = 0,
  Blue = 1,
  Green = 2,
  Cyan = 3,
  Red = 4,
  Magenta = 5,
  Brown = 6,
  LightGray = 7,
  DarkGray = 8,
  LightBlue = 9,
  LightGreen = 10,
  LightCyan = 11,
  LightRed = 12,
  Pink = 13,
  Yellow = 14,
  White = 15,
}

/** Attribute byte of a cell: background in the high four bits, foreground in the low four. */
export type ColorCode = u8;

/** Physical address of the first cell; identity mapped by the boot code. */
export const VGA_BUFFER: u32 = 0xb8000;
/** Rows of the screen. */
export const BUFFER_HEIGHT: u32 = 25;
/** Cells of a row. */
export const BUFFER_WIDTH: u32 = 80;

const BYTES_PER_ROW: u32 = BUFFER_WIDTH * 2;
const SPACE: u32 = 0x20;
const NEW_LINE: u32 = 0x0a;

/** Combines two colours to the attribute byte of a cell. */
export function colorCode(foreground: Color, background: Color): ColorCode {
  return <ColorCode>((background << 4) | foreground);
}

/** Writes one cell without moving anything else. */
export function putCell(row: u32, column: u32, character: u32, color: ColorCode): void {
  store16(VGA_BUFFER + row * BYTES_PER_ROW + column * 2, ((<u32>color) << 8) | character);
}

/**
 * A position and a colour: everything printed goes through one of these.
 *
 * The line break at the right edge is deferred: the 81st character of a line moves up, not the 80th, so a line of
 * exactly 80 characters and a `\n` gives one line break.
 */
@unmanaged
export class Writer {
  /** Column of the next character on the last row; `BUFFER_WIDTH` when the row is full. */
  columnPosition: u32;
  /** Colours of the next character. */
  colorCode: ColorCode;

  /** Writes one byte as one cell; `\n` starts a new line, every other byte is a character of code page 437. */
  writeByte(byte: u32): void {
    if (byte === NEW_LINE) {
      this.newLine();
      return;
    }
    if (this.columnPosition >= BUFFER_WIDTH) this.newLine();
    putCell(BUFFER_HEIGHT - 1, this.columnPosition, byte, this.colorCode);
    this.columnPosition += 1;
  }

  /** Blanks the whole screen in the current colour and starts at the left edge. */
  clearScreen(): void {
    for (let row: u32 = 0; row < BUFFER_HEIGHT; row++) this.clearRow(row);
    this.columnPosition = 0;
  }

  /** Moves all rows up by one, the first is lost, and blanks the last in the current colour. */
  private newLine(): void {
    // Four cells at a time: scrolling is most of what a printing kernel does.
    const end = VGA_BUFFER + (BUFFER_HEIGHT - 1) * BYTES_PER_ROW;
    for (let cells = VGA_BUFFER; cells < end; cells += 8) store64(cells, load64(cells + BYTES_PER_ROW));
    this.clearRow(BUFFER_HEIGHT - 1);
    this.columnPosition = 0;
  }

  private clearRow(row: u32): void {
    for (let column: u32 = 0; column < BUFFER_WIDTH; column++) putCell(row, column, SPACE, this.colorCode);
  }
}

/** The one writer of the kernel, in static memory: there is no heap yet to create it on. */
export const WRITER = changetype<Writer>(memory.data(offsetof<Writer>()));
WRITER.colorCode = colorCode(Color.LightGreen, Color.Black);
