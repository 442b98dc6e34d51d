/**
 * The final screen as a file, `--screenshot`: plain text, ANSI escape sequences in the terminal's 24-bit colours, or an SVG
 * that looks the same in every browser (cells of 9 by 16 units, each word stretched to its cells).
 */
import { decodeCell, type Machine, type TextFrame } from '@longmode/machine';
import { frameToText } from './terminal/renderer.ts';

const CELL_WIDTH = 9;
const CELL_HEIGHT = 16;
const MARGIN = 12;
/** Where the baseline is in a cell. */
const BASELINE = 12;
const FONTS = "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace";

/** Formats by the extension of the file. */
const FORMATS = {
  txt: ({ screen }: Machine) => frameToText(screen.frame()),
  ans: ({ screen }: Machine) => `${screen.toAnsi()}\n`,
  svg: ({ screen }: Machine) => frameToSvg(screen.frame()),
} as const;

/** The contents of the file. `path` is one that `parseScreenshotPath` let pass. */
export function screenshotFor(path: string, machine: Machine): string {
  return FORMATS[path.slice(path.lastIndexOf('.') + 1).toLowerCase() as keyof typeof FORMATS](machine);
}

/** A screen as an SVG document. */
export function frameToSvg(frame: TextFrame): string {
  const width = frame.columns * CELL_WIDTH;
  const height = frame.rows * CELL_HEIGHT;
  const box = `${-MARGIN} ${-MARGIN} ${width + 2 * MARGIN} ${height + 2 * MARGIN}`;
  const colour = (index: number) => `#${(frame.palette[index] ?? 0).toString(16).padStart(6, '0')}`;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${box}" font-family="${FONTS}" font-size="14">`,
    '<title>The screen of the guest</title>',
    `<rect x="${-MARGIN}" y="${-MARGIN}" width="${width + 2 * MARGIN}" height="${height + 2 * MARGIN}" fill="${colour(0)}"/>`,
  ];
  for (const { row, column, text, foreground, background } of runsOf(frame)) {
    const x = column * CELL_WIDTH;
    const y = row * CELL_HEIGHT;
    const runWidth = text.length * CELL_WIDTH;
    if (background !== 0) {
      parts.push(`<rect x="${x}" y="${y}" width="${runWidth}" height="${CELL_HEIGHT}" fill="${colour(background)}"/>`);
    }
    // Word by word: browsers fold white space in SVG text, and would stretch what is left over the width of all of it.
    for (const { 0: word, index } of text.matchAll(/[^ \u00a0]+/g)) {
      const length = word.length * CELL_WIDTH;
      const where = `x="${x + index * CELL_WIDTH}" y="${y + BASELINE}" textLength="${length}"`;
      parts.push(`<text ${where} lengthAdjust="spacingAndGlyphs" fill="${colour(foreground)}">${escaped(word)}</text>`);
    }
  }
  return `${parts.join('\n')}\n</svg>\n`;
}

interface Run {
  readonly row: number;
  readonly column: number;
  readonly text: string;
  readonly foreground: number;
  readonly background: number;
}

/** Cells of the same colours beside each other. */
function runsOf(frame: TextFrame): Run[] {
  const runs: Run[] = [];
  for (let row = 0; row < frame.rows; row++) {
    for (let column = 0; column < frame.columns; column++) {
      const word = frame.cells[row * frame.columns + column] ?? 0;
      const { character, foreground, background } = decodeCell(word, frame.blinkEnabled);
      const last = column > 0 ? runs.at(-1) : undefined;
      if (last && last.foreground === foreground && last.background === background) {
        runs[runs.length - 1] = { ...last, text: last.text + character };
      } else runs.push({ row, column, text: character, foreground, background });
    }
  }
  return runs;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
