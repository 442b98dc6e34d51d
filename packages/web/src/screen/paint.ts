/**
 * Text cells to pixels: draws a `TextFrame` as a VGA shows it (IBM VGA Technical Reference 2.2 "Alphanumeric modes"),
 * cells of 9 x 16 pixels with our own font, into a buffer that any canvas takes. Only cells that look different from
 * the last picture are drawn, and the caller learns which rows to put on the screen. No DOM in here.
 *
 * The ninth column is background, except for the line drawing characters 0xc0 to 0xdf, which repeat their eighth
 * (attribute mode control, bit 2). Every row is 16 scan lines high, whatever the character height of the mode.
 */

import { decodeCell, type TextCursor, type TextFrame } from '@longmode/machine';
import { CELL_HEIGHT, CELL_WIDTH } from './cell-size.ts';
import { fontBitmap, GLYPH_WIDTH } from './font/font.ts';

/** Which half of its period everything that blinks is in. */
export interface BlinkPhase {
  readonly cursorShown: boolean;
  readonly textShown: boolean;
}

/** Nothing blinks: all of it is there. */
export const STEADY: BlinkPhase = { cursorShown: true, textShown: true };

/** In `#drawn`: the cell that the cursor covers, and one whose text is in the hidden half of its blinking. */
const CURSOR_MARK = 0x10000;
const HIDDEN_MARK = 0x20000;
/** A space, grey on black: what most cells are when a screen begins. */
const BLANK_CELL = 0x0720;

/** The picture of one screen of fixed size. */
export class TextPainter {
  readonly columns: number;
  readonly rows: number;
  readonly width: number;
  readonly height: number;
  /** RGBA, row by row, as `ImageData` wants it. */
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
  readonly #words: Uint32Array;
  /** What each cell shows: the cell word with the marks above. */
  readonly #drawn: Int32Array;
  #palette: readonly number[] = [];
  #colours = new Uint32Array(16);
  #look = '';

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
    this.width = columns * CELL_WIDTH;
    this.height = rows * CELL_HEIGHT;
    this.pixels = new Uint8ClampedArray(this.width * this.height * 4);
    this.#words = new Uint32Array(this.pixels.buffer);
    this.#drawn = new Int32Array(columns * rows);
  }

  /**
   * Draws the frame over the last one. @returns the rows of cells whose pixels changed, ascending
   * @throws RangeError if the frame has another size
   */
  paint(frame: TextFrame, phase: BlinkPhase = STEADY): number[] {
    if (frame.columns !== this.columns || frame.rows !== this.rows) {
      throw new RangeError(
        `a frame of ${frame.columns}x${frame.rows} for a painter of ${this.columns}x${this.rows} cells`,
      );
    }
    const isAllNew = this.#takeLook(frame);
    const cursor = frame.cursor.visible && phase.cursorShown ? frame.cursor : undefined;
    const { cells, blinkEnabled } = frame;
    const drawn = this.#drawn;
    const hidesText = blinkEnabled && !phase.textShown;
    const cursorIndex = cursor ? cursor.row * this.columns + cursor.column : -1;
    const dirty: number[] = [];
    for (let row = 0, i = 0; row < this.rows; row++) {
      let isDirty = isAllNew;
      for (let column = 0; column < this.columns; column++, i++) {
        const cell = cells[i] ?? 0;
        let look = cell;
        if (hidesText && cell >= 0x8000) look |= HIDDEN_MARK;
        if (i === cursorIndex) look |= CURSOR_MARK;
        if (drawn[i] === look) continue;
        drawn[i] = look;
        isDirty = true;
        this.#drawCell(column, row, cell, blinkEnabled, (look & HIDDEN_MARK) !== 0);
        if (cursor && i === cursorIndex) this.#drawCursor(cursor, cell);
      }
      if (isDirty) dirty.push(row);
    }
    return dirty;
  }

  /**
   * Whatever changes the look of every cell makes all of them new: palette, meaning of bit 7, shape of the cursor. The picture is
   * then blank at one stroke, which is much cheaper than cell by cell, before a host has optimized that.
   * @returns whether all is new
   */
  #takeLook(frame: TextFrame): boolean {
    const { blinkEnabled, cursor, palette } = frame;
    const look = `${blinkEnabled} ${cursor.startScanLine} ${cursor.endScanLine}`;
    if (look === this.#look && palette.every((colour, i) => colour === this.#palette[i])) return false;
    this.#look = look;
    this.#palette = [...palette];
    this.#colours = Uint32Array.from(palette, littleEndianRgba);
    this.#words.fill(this.#colours[0] ?? 0);
    this.#drawn.fill(BLANK_CELL);
    return true;
  }

  #drawCell(column: number, row: number, cell: number, blinkEnabled: boolean, isHidden: boolean): void {
    const { code, foreground, background } = decodeCell(cell, blinkEnabled);
    const paper = this.#colours[background] ?? 0;
    const ink = isHidden ? paper : (this.#colours[foreground] ?? 0);
    const repeatsEighth = code >= 0xc0 && code <= 0xdf;
    let at = row * CELL_HEIGHT * this.width + column * CELL_WIDTH;
    for (let line = 0; line < CELL_HEIGHT; line++, at += this.width) {
      const bits = fontBitmap[code * CELL_HEIGHT + line] ?? 0;
      for (let x = 0; x < GLYPH_WIDTH; x++) this.#words[at + x] = (bits << x) & 0x80 ? ink : paper;
      this.#words[at + GLYPH_WIDTH] = repeatsEighth && bits & 1 ? ink : paper;
    }
  }

  /** The cursor is in the foreground colour of its cell and covers it from its first to its last scan line. */
  #drawCursor({ column, row, startScanLine, endScanLine }: TextCursor, cell: number): void {
    const ink = this.#colours[(cell >> 8) & 0x0f] ?? 0;
    for (let line = startScanLine; line <= Math.min(endScanLine, CELL_HEIGHT - 1); line++) {
      const at = (row * CELL_HEIGHT + line) * this.width + column * CELL_WIDTH;
      this.#words.fill(ink, at, at + CELL_WIDTH);
    }
  }
}

/** 0xrrggbb as the word whose bytes are R, G, B, A on a little-endian host, which every host of Wasm is. */
function littleEndianRgba(colour: number): number {
  const [red, green, blue] = [(colour >> 16) & 0xff, (colour >> 8) & 0xff, colour & 0xff];
  return (0xff000000 | (blue << 16) | (green << 8) | red) >>> 0;
}
