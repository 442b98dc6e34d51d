/**
 * A text frame in ANSI escape sequences (ECMA-48 SGR with 24-bit colours), one line per row, for files and logs.
 *
 * Terminals with fewer colours, and updates of a screen that is already drawn, are the business of the front end that
 * owns the terminal.
 */

import { decodeCell, type TextFrame } from './frame.ts';

const RESET = '\x1b[0m';
const BLINK = '\x1b[5m';

export function frameToAnsi(frame: TextFrame): string {
  const lines: string[] = [];
  for (let row = 0; row < frame.rows; row++) {
    let line = '';
    let style = '';
    for (let column = 0; column < frame.columns; column++) {
      const cell = decodeCell(frame.cells[row * frame.columns + column] ?? 0, frame.blinkEnabled);
      const wanted =
        RESET +
        (cell.blink ? BLINK : '') +
        colour(38, frame.palette[cell.foreground] ?? 0) +
        colour(48, frame.palette[cell.background] ?? 0);
      if (wanted !== style) line += wanted;
      style = wanted;
      line += cell.character;
    }
    lines.push(line + RESET);
  }
  return lines.join('\n');
}

function colour(selector: 38 | 48, rgb: number): string {
  return `\x1b[${selector};2;${rgb >> 16};${(rgb >> 8) & 0xff};${rgb & 0xff}m`;
}
