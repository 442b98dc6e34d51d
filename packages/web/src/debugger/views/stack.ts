/** The stack from its top, and the calls that are under way. */

import type { StackInspection } from '@longmode/machine/inspect';
import { html } from 'lit';
import { hex, hexWord, place, sourceLine } from './text.ts';

export function stackView({ words, wordBytes, endsUnmapped, backtrace }: StackInspection) {
  return html`
    <h3>Calls</h3>
    ${backtrace.length === 0 ? html`<p class="quiet">None is known.</p>` : ''}
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
              <td>${hexWord(value, wordBytes)}</td>
              <td>${code ? place(code) : ''} ${isFramePointer ? '← rbp' : ''}</td>
            </tr>
          `,
        )}
      </tbody>
    </table>
    ${endsUnmapped ? html`<p>Nothing is mapped above.</p>` : ''}
  `;
}
