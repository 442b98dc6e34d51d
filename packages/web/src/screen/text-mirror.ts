/**
 * The screen as text in the document, one `div` for each row, over the canvas: what selection, copy, find-in-page and
 * screen readers see. Its letters are transparent, so that selections and finds are marked on the picture itself.
 */

import type { ChangedRow } from './changed-rows.ts';

export class TextMirror {
  /** The rows; belongs into the shadow tree. */
  readonly element: HTMLElement;

  constructor() {
    this.element = document.createElement('div');
    this.element.setAttribute('part', 'text');
    this.element.className = 'text';
    this.element.addEventListener('copy', copyWithoutPadding);
  }

  /** The screen's lines without trailing spaces. */
  lines(): string[] {
    return Array.from(this.element.children, (row) => (row.textContent ?? '').trimEnd());
  }

  clear(): void {
    this.element.replaceChildren();
  }

  /** Takes over the changed rows of a screen of `rows` rows. Keeps the text nodes, and with them selections. */
  update(rows: number, changed: readonly ChangedRow[]): void {
    while (this.element.childElementCount > rows) this.element.lastElementChild?.remove();
    while (this.element.childElementCount < rows) {
      this.element.append(document.createElement('div'));
      this.element.lastElementChild?.append('');
    }
    for (const { row, text } of changed) {
      const node = this.element.children[row]?.firstChild;
      if (node instanceof Text) node.data = text;
    }
  }
}

/** Rows are as long as the screen is wide; nobody wants the spaces at their ends. */
function copyWithoutPadding(event: ClipboardEvent): void {
  const text = document.getSelection()?.toString() ?? '';
  if (text === '') return;
  event.preventDefault();
  event.clipboardData?.setData('text/plain', text.replaceAll(/ +$/gm, ''));
}
