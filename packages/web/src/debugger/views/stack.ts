/** The stack from its top, and the calls that are under way. */

import type { StackInspection } from '@longmode/machine/inspect';
import { html } from 'lit';
import { hex, hex64, place, sourceLine } from './text.ts';

export function stackView({ words, endsUnmapped, backtrace }: StackInspection) {
  return html`
    <h3>Calls</h3>
    <ol class="backtrace">
      ${backtrace.map(
        ({ location, guessed }) =>
          html`<li>${place(location)} <small>${sourceLine(location)} ${guessed ? 'probably' : ''}</small></li>`,
      )}
    </ol>
    <h3>Words</h3>
    <table class="stack" aria-label="Words of the stack">
      <tbody>
        ${words.map(
          ({ address, value, code, isFramePointer }) => html`
            <tr>
              <td>${hex(address)}</td>
              <td>${hex64(value)}</td>
              <td>${code ? place(code) : ''} ${isFramePointer ? '← rbp' : ''}</td>
            </tr>
          `,
        )}
      </tbody>
    </table>
    ${endsUnmapped ? html`<p>Nothing is mapped above.</p>` : ''}
  `;
}
