/** What is laid over the guest's screen for a moment, as cells like its own: a line, or a page of text. */
import { CODE_PAGE_437, type TextFrame } from '@longmode/machine';

/** Black on grey: nothing that a guest would mistake for its own. */
const ATTRIBUTE = 0x70;

/** The frame with `text` in `row`, over its whole width. */
export function withLine(frame: TextFrame, row: number, text: string): TextFrame {
  const cells = frame.cells.slice();
  write(cells, row * frame.columns, ` ${text}`.padEnd(frame.columns).slice(0, frame.columns));
  return { ...frame, cells };
}

/** A page of its own of the same size, with the lines in a box in the middle. */
export function pageOf(frame: TextFrame, lines: readonly string[]): TextFrame {
  const cells = new Uint16Array(frame.columns * frame.rows).fill(0x0720);
  const width = Math.min(frame.columns, Math.max(...lines.map((line) => line.length)) + 4);
  const left = Math.floor((frame.columns - width) / 2);
  const top = Math.max(0, Math.floor((frame.rows - lines.length - 2) / 2));
  ['', ...lines, ''].forEach((line, i) => {
    if (top + i < frame.rows) write(cells, (top + i) * frame.columns + left, `  ${line}`.padEnd(width).slice(0, width));
  });
  return { ...frame, cells, cursor: { ...frame.cursor, visible: false } };
}

function write(cells: Uint16Array, at: number, text: string): void {
  [...text].forEach((character, i) => {
    cells[at + i] = (ATTRIBUTE << 8) | Math.max(0, CODE_PAGE_437.indexOf(character));
  });
}
