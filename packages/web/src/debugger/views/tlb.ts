/** What the translation lookaside buffer holds. */

import { type CachedTranslation, tlbRights } from '@longmode/machine/inspect';
import { html } from 'lit';
import { count, hex, size } from './text.ts';

export function tlbView(entries: readonly CachedTranslation[]) {
  if (entries.length === 0) return html`<p>The TLB is empty.</p>`;
  return html`
    <table>
      <caption>TLB, ${count(entries.length, 'translation', 'translations')}</caption>
      <thead>
        <tr><th scope="col">linear</th><th scope="col">physical</th><th scope="col">size</th><th scope="col">rights</th><th scope="col">page tables</th></tr>
      </thead>
      <tbody>
        ${entries.map(
          (entry) => html`
            <tr>
              <th scope="row">${hex(entry.linearAddress)}</th>
              <td>${hex(entry.physicalAddress)}</td>
              <td>${size(entry.sizeBytes)}</td>
              <td>${tlbRights(entry)}</td>
              <td class=${entry.isStale ? 'bad' : 'quiet'}>${entry.isStale ? 'say something else' : entry.isActive ? 'agree' : ''}</td>
            </tr>
          `,
        )}
      </tbody>
    </table>
  `;
}
