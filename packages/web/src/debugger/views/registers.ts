/** Registers, with those lit whose value is another than when the guest stood before. */

import type { RegisterInspection } from '@longmode/machine/inspect';
import { html } from 'lit';
import { hex, hex64 } from './text.ts';

/** @param before the registers when the guest stood before, if it did */
export function registersView(registers: RegisterInspection, before: RegisterInspection | undefined) {
  const flags = (name: 'rflags' | 'cr0' | 'cr4' | 'efer') =>
    row(name, `${hex(registers[name].value)} ${registers[name].set.join(' ')}`, isOther(registers, before, name));
  return html`
    <table class="registers" aria-label="Registers">
      <tbody>
        ${row('rip', hex64(registers.rip), before !== undefined && before.rip !== registers.rip)}
        ${Object.entries(registers.general).map(([name, value]) =>
          row(name, hex64(value), before !== undefined && before.general[name as 'rax'] !== value),
        )}
      </tbody>
    </table>
    <table class="registers" aria-label="System registers">
      <tbody>
        ${row('mode', `${registers.mode}, ring ${registers.privilegeLevel}`, before !== undefined && before.mode !== registers.mode)}
        ${flags('rflags')} ${flags('cr0')}
        ${row('cr2', hex(registers.cr2), before !== undefined && before.cr2 !== registers.cr2)}
        ${row('cr3', hex(registers.cr3), before !== undefined && before.cr3 !== registers.cr3)} ${flags('cr4')}
        ${flags('efer')}
        ${Object.entries(registers.segments).map(([name, { selector, base, limit }]) =>
          row(
            name,
            `${hex(selector)} base ${hex(base)} limit ${hex(limit)}`,
            before !== undefined && before.segments[name as 'cs'].selector !== selector,
          ),
        )}
      </tbody>
    </table>
  `;
}

function isOther(
  registers: RegisterInspection,
  before: RegisterInspection | undefined,
  name: 'rflags' | 'cr0' | 'cr4' | 'efer',
): boolean {
  return before !== undefined && before[name].value !== registers[name].value;
}

function row(name: string, value: string, isChanged: boolean) {
  return html`
    <tr data-register=${name} class=${isChanged ? 'changed' : ''}>
      <th scope="row">${name}</th>
      <td>${isChanged ? html`<mark>${value}</mark>` : value}</td>
    </tr>
  `;
}
