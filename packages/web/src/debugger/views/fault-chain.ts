/** A triple fault as the chain that it is: each exception, why it could not be delivered, and what that led to. */

import type { FaultReport, PostMortem } from '@longmode/machine';
import { html } from 'lit';
import { hex, place, sourceLine } from './text.ts';

export function faultChainView({ title, faults, hints }: PostMortem) {
  return html`
    <section class="faults" aria-label="What went wrong">
      <h3>${title}</h3>
      <ol class="chain">
        ${faults.map(faultView)}
        ${faults.length === 0 ? '' : html`<li class="shutdown"><b>shutdown</b> the processor stops</li>`}
      </ol>
      <ul>
        ${hints.map((hint) => html`<li>${hint}</li>`)}
      </ul>
    </section>
  `;
}

function faultView(fault: FaultReport) {
  const { mnemonic, name, errorCode, errorText, location, instruction, cr2, walk, deliveryFailure } = fault;
  return html`
    <li>
      <b>${mnemonic}</b> ${name}
      <div>at ${place(location)} <small>${sourceLine(location)}</small></div>
      ${instruction?.text === undefined ? '' : html`<div><code>${instruction.text}</code></div>`}
      ${errorCode === undefined ? '' : html`<div>error code ${hex(errorCode)} <small>${errorText}</small></div>`}
      ${cr2 === undefined ? '' : html`<div>address ${hex(cr2)}</div>`}
      ${walk.map(({ name: level, index, text }) => html`<div class="quiet">${level}[${index}] ${text}</div>`)}
      ${deliveryFailure === undefined ? '' : html`<div class="bad">not delivered: ${deliveryFailure}</div>`}
    </li>
  `;
}
