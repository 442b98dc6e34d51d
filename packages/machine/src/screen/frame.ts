/**
 * A text screen as plain data: what a VGA in text mode shows at one moment, free of machine and host, so that it can
 * be posted to another thread, stored, compared or drawn by any front end.
 *
 * Cells are the raw words of text memory (character in bits 0-7, attribute in bits 8-15; IBM VGA/XGA Technical
 * Reference, "Text Modes"). Graphics modes and loadable fonts have no place here.
 */

/** A screen of `columns` by `rows` cells, row by row from the top left. */
export interface TextFrame {
  readonly columns: number;
  readonly rows: number;
  readonly cells: Uint16Array;
  readonly cursor: TextCursor;
  /** Attribute bit 7 means blinking if true, a bright background if false (attribute mode control, bit 3). */
  readonly blinkEnabled: boolean;
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
