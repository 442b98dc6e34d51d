/** Page tables as a tree, and the way of one linear address through them. */

import type { PageRange, PageTable, PageTableEntry, PageTables, Translation } from '@longmode/machine/inspect';
import { html } from 'lit';
import { count, hex, size } from './text.ts';

/** What was asked of the translator: an answer, or why there is none. */
export type Translated = Translation | { readonly problem: string };

export function pagesView(pages: PageTables) {
  if (!pages.root) return html`<p>Paging is off: linear addresses are physical.</p>`;
  return html`
    <p>${pages.mode} paging${pages.isComplete ? '' : ', too much to show all of it'}</p>
    ${tableView(pages.root, true)}
  `;
}

function tableView(table: PageTable, isOpen = false): unknown {
  return html`
    <details class="table" ?open=${isOpen}>
      <summary>${table.name} at ${hex(table.physicalAddress)}, ${count(table.entries.length, 'entry', 'entries')}</summary>
      <ul>
        ${table.entries.map((entry) => html`<li>${entryView(entry)}</li>`)}
      </ul>
    </details>
  `;
}

function entryView(entry: PageTableEntry) {
  switch (entry.kind) {
    case 'table':
      return html`[${entry.index}] ${tableView(entry.table)}`;
    case 'pages': {
      const { firstIndex, lastIndex, range } = entry;
      return html`[${firstIndex === lastIndex ? firstIndex : `${firstIndex}-${lastIndex}`}] ${rangeView(range)}`;
    }
    case 'recursive':
      return html`[${entry.index}] the table itself (recursive), seen from ${hex(entry.linearAddress)}`;
    case 'no-ram':
      return html`[${entry.index}] ${hex(entry.entry)}: names a table where there is no RAM`;
  }
}

function rangeView(range: PageRange) {
  const { linearAddress, physicalAddress, pageBytes, pageCount } = range;
  const rights = [
    'r',
    range.writable ? 'w' : '-',
    range.executable ? 'x' : '-',
    range.user ? ' user' : '',
    range.global ? ' global' : '',
  ].join('');
  const pages = `${pageCount} × ${size(pageBytes)}`;
  return html`${hex(linearAddress)} → ${hex(physicalAddress)} <span class="quiet">${pages}</span> ${rights}`;
}

export function translationView(translated: Translated) {
  if ('problem' in translated) return html`<p role="alert">${translated.problem}</p>`;
  const { linearAddress, physicalAddress, pageBytes, levels } = translated;
  return html`
    <p class="translation">
      ${hex(linearAddress)} →
      ${physicalAddress === undefined ? 'not mapped' : html`<b>${hex(physicalAddress)}</b>`}
      ${pageBytes === 0 ? '' : html`<span class="quiet">in a page of ${size(pageBytes)}</span>`}
    </p>
    <ol class="walk">
      ${levels.map(
        ({ name, index, entryPhysicalAddress, entry, text }) => html`
          <li>${name}[${index}] at ${hex(entryPhysicalAddress)}: ${hex(entry)} <span class="quiet">${text}</span></li>
        `,
      )}
    </ol>
  `;
}
