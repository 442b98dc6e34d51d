/** Instructions around the next one, with symbols and source lines where those begin, and marks for breakpoints. */

import type { CodeLine } from '@longmode/machine/inspect';
import { html } from 'lit';
import { hex, place, sourceLine } from './text.ts';

/** What the view needs to know of breakpoints. */
export interface BreakpointMarks {
  readonly at: ReadonlySet<bigint>;
  readonly toggle: (address: bigint) => void;
}

export function codeView(lines: readonly CodeLine[], marks: BreakpointMarks) {
  if (lines.length === 0) return html`<p>Nothing is mapped where the next instruction should be.</p>`;
  return html`
    <table class="code" aria-label="Instructions">
      <tbody>
        ${lines.map((line, index) => codeRows(line, lines[index - 1], marks))}
      </tbody>
    </table>
  `;
}

function codeRows(line: CodeLine, before: CodeLine | undefined, { at, toggle }: BreakpointMarks) {
  const { address } = line.location;
  const symbol = line.location.symbol !== before?.location.symbol ? line.location.symbol : undefined;
  const source = sourceLine(line.location);
  const isNewSource = source !== '' && (before === undefined || source !== sourceLine(before.location));
  const isSet = at.has(address);
  return html`
    ${symbol === undefined ? '' : html`<tr class="symbol"><th scope="rowgroup" colspan="4">${symbol}:</th></tr>`}
    ${isNewSource ? html`<tr class="source"><td></td><td colspan="3">${source}</td></tr>` : ''}
    <tr class=${line.isCurrent ? 'current' : ''} aria-current=${line.isCurrent ? 'step' : 'false'}>
      <td>
        <button
          class="dot"
          aria-pressed=${isSet}
          aria-label="Breakpoint at ${hex(address)}"
          @click=${() => toggle(address)}
        ></button>
      </td>
      <td>${hex(address)}${line.isCurrent ? ' ▶' : ''}</td>
      <td class="bytes">${Array.from(line.bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ')}</td>
      <td>${line.text ?? '(no instruction)'} ${line.target ? html`<small>${place(line.target)}</small>` : ''}</td>
    </tr>
  `;
}
