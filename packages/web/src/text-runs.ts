/** A row of a text screen as runs of equal colours: what the text mirror needs to show the screen as real text. */

import { decodeCell, type TextFrame } from '@longmode/machine';

/** Characters of one colour. */
export interface TextRun {
  readonly text: string;
  /** Colours as `#rrggbb`. */
  readonly foreground: string;
  readonly background: string;
}

/** The runs of one row, left to right; together they are as long as the row. */
export function textRuns(frame: TextFrame, row: number): TextRun[] {
  const runs: { text: string; foreground: string; background: string }[] = [];
  let lastAttribute = -1;
  for (let i = row * frame.columns; i < (row + 1) * frame.columns; i++) {
    const cell = frame.cells[i] ?? 0;
    const { character, foreground, background } = decodeCell(cell, frame.blinkEnabled);
    if (cell >> 8 !== lastAttribute) {
      runs.push({ text: '', foreground: colour(frame, foreground), background: colour(frame, background) });
      lastAttribute = cell >> 8;
    }
    runs[runs.length - 1]!.text += character;
  }
  return runs;
}

function colour(frame: TextFrame, index: number): string {
  return `#${(frame.palette[index] ?? 0).toString(16).padStart(6, '0')}`;
}
