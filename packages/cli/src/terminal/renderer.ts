/**
 * Draws the text screen on a terminal: a full picture first, afterwards only the cells that changed, as one write
 * between "begin/end synchronized update" (DEC private mode 2026, which terminals that lack it ignore). It produces
 * strings and writes nothing itself, so that a terminal emulator in a test can be its judge.
 */
import { decodeCell, type TextFrame } from '@longmode/machine';
import { type ColorDepth, selectGraphicRendition } from './palette.ts';

/** Size of the terminal window in character cells. */
export interface WindowSize {
  readonly columns: number;
  readonly rows: number;
}

const beginUpdate = '\x1b[?2026h';
const endUpdate = '\x1b[?2026l';
const resetLook = '\x1b[0m';
const reverseLook = '\x1b[0;7m';
const hideCursor = '\x1b[?25l';
const showCursor = '\x1b[?25h';

/** Unchanged cells between two changes that are cheaper to send again than to jump over. */
const cheapGap = 5;

function moveTo(column: number, row: number): string {
  return `\x1b[${row + 1};${column + 1}H`;
}

/** Cells `from` up to `to` of one row, each change of look announced; always starts by announcing one. */
function drawCells(frame: TextFrame, row: number, from: number, to: number, depth: ColorDepth): string {
  let output = '';
  let attribute = -1;
  for (let column = from; column < to; column++) {
    const word = frame.cells[row * frame.columns + column]!;
    const cell = decodeCell(word, frame.blinkEnabled);
    if (word >> 8 !== attribute) {
      attribute = word >> 8;
      output += selectGraphicRendition(depth, cell, frame.palette);
    }
    output += cell.character;
  }
  return output;
}

/** The row of the screen that is at the top of a window: one that is too low shows the rows up to the cursor. */
export function firstVisibleRow(frame: TextFrame, window: WindowSize): number {
  const rows = Math.min(frame.rows, window.rows);
  const bottom = frame.cursor.visible ? frame.cursor.row : frame.rows - 1;
  return Math.max(0, Math.min(frame.rows - rows, bottom - rows + 1));
}

/** Whether a cell that is the same in both looks the same. */
function sameLooks(a: TextFrame, b: TextFrame): boolean {
  return (
    a.columns === b.columns &&
    a.rows === b.rows &&
    a.blinkEnabled === b.blinkEnabled &&
    a.palette.every((rgb, color) => rgb === b.palette[color])
  );
}

/** Keeps what the terminal shows and turns the next frame into the escape sequences that lead there. */
export class ScreenRenderer {
  private readonly depth: ColorDepth;
  private window: WindowSize;
  private shown: TextFrame | undefined;
  private shownFooter: readonly string[] = [];
  private top = 0;

  constructor(depth: ColorDepth, window: WindowSize) {
    this.depth = depth;
    this.window = window;
  }

  /** The window has another size now, or its contents are lost: the next frame is drawn in full. */
  resize(window: WindowSize): void {
    this.window = window;
    this.shown = undefined;
  }

  /**
   * Escape sequences that make the terminal show `frame`, with the lines of `footer` below it as far as they fit (the
   * first of them, the status line, in reverse video).
   * A window lower than the screen shows the rows up to the cursor, a narrower one the left columns. Empty when
   * nothing changed.
   */
  draw(frame: TextFrame, footer: readonly string[] = []): string {
    const rows = Math.min(frame.rows, this.window.rows);
    const columns = Math.min(frame.columns, this.window.columns);
    const top = firstVisibleRow(frame, this.window);
    const previous = this.shown && sameLooks(this.shown, frame) && this.top === top ? this.shown : undefined;
    let output = previous ? '' : `${resetLook}\x1b[2J`;
    for (let row = 0; row < rows; row++) output += this.drawRow(frame, previous, top + row, row, columns);
    output += this.drawFooter(frame, footer, previous !== undefined);
    const cursor = this.cursorSequence(frame, columns, top);
    const cursorChanged = !previous || cursor !== this.cursorSequence(previous, columns, top);
    this.shown = { ...frame, cells: frame.cells.slice() };
    this.top = top;
    if (output === '' && !cursorChanged) return '';
    return `${beginUpdate}${hideCursor}${output}${resetLook}${cursor}${endUpdate}`;
  }

  private drawRow(frame: TextFrame, previous: TextFrame | undefined, row: number, atRow: number, columns: number) {
    const start = row * frame.columns;
    const changed = (column: number) => frame.cells[start + column] !== previous?.cells[start + column];
    let output = '';
    for (let from = 0; from < columns; from++) {
      if (!changed(from)) continue;
      let to = from + 1;
      for (let column = to; column < columns && column - to <= cheapGap; column++) if (changed(column)) to = column + 1;
      output += moveTo(from, atRow) + drawCells(frame, row, from, to, this.depth);
      from = to;
    }
    return output;
  }

  private drawFooter(frame: TextFrame, footer: readonly string[], onlyChanges: boolean): string {
    const room = Math.max(0, this.window.rows - frame.rows);
    let output = '';
    for (let line = 0; line < room; line++) {
      const text = (footer[line] ?? '').slice(0, this.window.columns);
      const shown = onlyChanges ? (this.shownFooter[line] ?? '').slice(0, this.window.columns) : '';
      if (text !== shown)
        output += `${moveTo(0, frame.rows + line)}${line === 0 ? reverseLook : resetLook}${text}${resetLook}\x1b[K`;
    }
    this.shownFooter = [...footer];
    return output;
  }

  private cursorSequence(frame: TextFrame, columns: number, top: number): string {
    const { visible, column, row } = frame.cursor;
    return visible ? moveTo(Math.min(column, columns - 1), row - top) + showCursor : hideCursor;
  }
}

/** Rows up to and including the last one that shows anything: ink, or a background other than colour 0. */
function usedRows(frame: TextFrame): number {
  const isUsed = (word: number) => {
    const { character, background } = decodeCell(word, frame.blinkEnabled);
    return character.trim() !== '' || background !== 0;
  };
  return Math.ceil((frame.cells.findLastIndex(isUsed) + 1) / frame.columns);
}

/**
 * The screen as lines that can stay in the scrollback, in colour, down to its last used row. Each line ends with a
 * reset, so that no background leaks into the shell. `columns` cuts the lines to the width of the window.
 */
export function frameToAnsi(frame: TextFrame, depth: ColorDepth, columns: number): string {
  const width = Math.min(columns, frame.columns);
  let output = '';
  for (let row = 0; row < usedRows(frame); row++) output += `${drawCells(frame, row, 0, width, depth)}${resetLook}\n`;
  return output;
}

/** The screen as plain text: trailing spaces, and unused rows at the end, are left out. */
export function frameToText(frame: TextFrame): string {
  let output = '';
  for (let row = 0; row < usedRows(frame); row++) {
    const cells = frame.cells.subarray(row * frame.columns, (row + 1) * frame.columns);
    const characters = Array.from(cells, (word) => decodeCell(word, frame.blinkEnabled).character);
    output += `${characters.join('').trimEnd()}\n`;
  }
  return output;
}
