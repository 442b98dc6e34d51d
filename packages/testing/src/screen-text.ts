/**
 * A screen as text that a person can review: what goldens are made of. Each row that is not blank is its characters
 * between bars, followed, indented by a tab, by its colours as runs `attribute×length`; blank rows (spaces in one
 * colour) are `(blank aa)`. Attributes are the hexadecimal byte of text memory. The cursor is left out.
 */
import { CODE_PAGE_437, type TextFrame } from '@longmode/machine';

/** Control codes have graphic characters on a PC, but a reviewer takes a blank NUL for a space: it is marked. */
function character(code: number): string {
  return code === 0 ? '\u2400' : (CODE_PAGE_437[code] ?? '');
}

/** Writes the frame as text, ending with a newline. */
export function screenText({ cells, columns, rows }: TextFrame): string {
  const lines: string[] = [];
  for (let row = 0; row < rows; row++) {
    const line = [...cells.subarray(row * columns, (row + 1) * columns)];
    const text = line.map((cell) => character(cell & 0xff)).join('');
    const runs: { attribute: number; length: number }[] = [];
    for (const cell of line) {
      const attribute = cell >> 8;
      const last = runs.at(-1);
      if (last?.attribute === attribute) last.length++;
      else runs.push({ attribute, length: 1 });
    }
    const hex = (attribute: number) => attribute.toString(16).padStart(2, '0');
    const [first] = runs;
    if (first && runs.length === 1 && text.trim() === '') lines.push(`(blank ${hex(first.attribute)})`);
    else lines.push(`|${text}|`, `\t${runs.map(({ attribute, length }) => `${hex(attribute)}×${length}`).join(' ')}`);
  }
  return `${lines.join('\n')}\n`;
}
