/**
 * The screen as text in the document, one `div` for each row, below the canvas: what selection, copy, find-in-page and
 * screen readers see. It has the real colours, so it can also stand in for the canvas.
 */

import type { ChangedRow } from './protocol.ts';

export class TextMirror {
  /** The rows; belongs into the shadow tree. */
  readonly element: HTMLElement;

  constructor() {
    this.element = document.createElement('div');
    this.element.setAttribute('part', 'text');
    this.element.className = 'text';
  }

  /** The screen's lines without trailing spaces. */
  lines(): string[] {
    return Array.from(this.element.children, (row) => (row.textContent ?? '').replace(/[ \u00a0]+$/, ''));
  }

  clear(): void {
    this.element.replaceChildren();
  }

  /** Takes over the changed rows of a screen of `rows` rows. */
  update(rows: number, changed: readonly ChangedRow[]): void {
    while (this.element.childElementCount > rows) this.element.lastElementChild?.remove();
    while (this.element.childElementCount < rows) this.element.append(document.createElement('div'));
    for (const { row, runs } of changed) {
      const spans = runs.map(({ text, foreground, background }) => {
        const span = document.createElement('span');
        span.textContent = text;
        span.style.color = foreground;
        span.style.backgroundColor = background;
        return span;
      });
      this.element.children[row]?.replaceChildren(...spans);
    }
  }
}
