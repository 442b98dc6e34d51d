/** The text screen as text that a person can review: what goldens are made of and what a failed test shows. */
import { CODE_PAGE_437 } from '@longmode/machine';

/** Address of the text screen. */
export const SCREEN_ADDRESS = 0xb8000;
/** Size of the text screen. */
export const SCREEN_BYTES = 80 * 25 * 2;

/** Graphic characters for control codes are left out: a screen with one of them is a mistake of ours. */
function character(code: number): string {
  return code >= 0x20 && code !== 0x7f ? CODE_PAGE_437[code]! : '\u2426';
}

/**
 * A screen as text: each row that isn't blank as its 80 characters, followed, indented by a tab, by its colours as runs
 * `attribute×length`. Blank rows (spaces in one colour) are written as `(blank aa)`, repeated ones as `(blank aa) ×n`.
 */
export function screenText(screen: Uint8Array): string {
  const rows: string[] = [];
  for (let row = 0; row < 25; row++) {
    const cells = Array.from({ length: 80 }, (_, column) => {
      const at = (row * 80 + column) * 2;
      return { text: character(screen[at]!), attribute: screen[at + 1]!.toString(16).padStart(2, '0') };
    });
    const runs: { attribute: string; length: number }[] = [];
    for (const { attribute } of cells) {
      const last = runs.at(-1);
      if (last?.attribute === attribute) last.length++;
      else runs.push({ attribute, length: 1 });
    }
    const text = cells.map((cell) => cell.text).join('');
    if (text.trim() === '' && runs.length === 1) rows.push(`(blank ${runs[0]!.attribute})`);
    else rows.push(`|${text}|\n\t${runs.map(({ attribute, length }) => `${attribute}×${length}`).join(' ')}`);
  }
  return `${rows.join('\n')}\n`;
}
