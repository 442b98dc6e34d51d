/** Memory as bytes and characters. */

import type { MemoryRow } from '@longmode/machine/inspect';
import { html } from 'lit';
import { hex } from './text.ts';

export function memoryView(rows: readonly MemoryRow[]) {
  return html`
    <pre tabindex="0" aria-label="Bytes of memory">${rows.map(rowText).join('\n')}</pre>
  `;
}

function rowText({ address, bytes }: MemoryRow): string {
  const start = hex(address).padStart(10);
  if (!bytes) return `${start}  nothing is mapped`;
  const numbers = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'));
  const characters = Array.from(bytes, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.'));
  return `${start}  ${numbers.slice(0, 8).join(' ')}  ${numbers.slice(8).join(' ')}  ${characters.join('')}`;
}
