/** The tables that segments and interrupts go through: GDT, IDT, TSS. */

import type { GlobalDescriptorTable, InterruptDescriptorTable, TaskState } from '@longmode/machine/inspect';
import { html } from 'lit';
import { hex, place } from './text.ts';

export function gdtView({ base, limit, descriptors }: GlobalDescriptorTable) {
  return html`
    <table>
      <caption>GDT at ${hex(base)}, limit ${hex(limit)}</caption>
      <thead>
        <tr><th scope="col">selector</th><th scope="col">what</th><th scope="col">base</th><th scope="col">limit</th><th scope="col">ring</th><th scope="col">used by</th></tr>
      </thead>
      <tbody>
        ${descriptors.map(
          (one) => html`
            <tr>
              <th scope="row">${hex(one.selector)}</th>
              <td>${one.text}${one.present || one.kind === 'null' ? '' : ', not present'}</td>
              <td>${hex(one.base)}</td>
              <td>${hex(one.limit)}</td>
              <td>${one.privilegeLevel}</td>
              <td>${one.usedBy.join(' ')}</td>
            </tr>
          `,
        )}
      </tbody>
    </table>
  `;
}

export function idtView({ base, limit, gates }: InterruptDescriptorTable) {
  return html`
    <table>
      <caption>IDT at ${hex(base)}, limit ${hex(limit)}, ${gates.length} gates</caption>
      <thead>
        <tr><th scope="col">vector</th><th scope="col">gate</th><th scope="col">handler</th><th scope="col">IST</th><th scope="col">ring</th><th scope="col">problems</th></tr>
      </thead>
      <tbody>
        ${gates.map(
          (gate) => html`
            <tr>
              <th scope="row">${gate.vector} ${gate.mnemonic ?? ''}</th>
              <td>${gate.type}</td>
              <td>${hex(gate.selector)}:${place(gate.handler)}</td>
              <td>${gate.interruptStack === 0 ? '' : gate.interruptStack}</td>
              <td>${gate.privilegeLevel}</td>
              <td class="bad">${gate.problems.join('; ')}</td>
            </tr>
          `,
        )}
      </tbody>
    </table>
  `;
}

export function tssView(tss: TaskState | undefined) {
  if (!tss) return html`<p>No task-state segment is loaded.</p>`;
  return html`
    <table>
      <caption>TSS ${hex(tss.selector)} at ${hex(tss.base)}, limit ${hex(tss.limit)}</caption>
      <tbody>
        ${[...tss.privilegeStacks, ...tss.interruptStacks].map(
          ({ name, pointer, isMapped }) => html`
            <tr>
              <th scope="row">${name}</th>
              <td>${hex(pointer)}</td>
              <td class=${pointer !== 0n && !isMapped ? 'bad' : 'quiet'}>${pointer === 0n ? 'unused' : isMapped ? 'mapped' : 'not mapped'}</td>
            </tr>
          `,
        )}
      </tbody>
    </table>
  `;
}
