/** Which rows of a text screen say something else than before: what the text mirror of the page has to take over. */

import { frameLines, type TextFrame } from '@longmode/machine';

/** A row of the screen with its new text, at full width. */
export interface ChangedRow {
  readonly row: number;
  readonly text: string;
}

/** The rows of `lines` that differ from those `before`; all of them if the screen has another size. */
export function changedRows(lines: readonly string[], before: readonly string[]): ChangedRow[] {
  const isResized = lines.length !== before.length || lines[0]?.length !== before[0]?.length;
  return lines.flatMap((text, row) => (isResized || text !== before[row] ? [{ row, text }] : []));
}

/** The lines of a frame as they are copied: no-break spaces of the character set are spaces. */
export function mirrorLines(frame: TextFrame): string[] {
  return frameLines(frame).map((line) => line.replaceAll('\u00a0', ' '));
}
