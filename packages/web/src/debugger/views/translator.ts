/** What the translator of hot code has done, and where the guest spends its instructions. */

import type { TranslatorReport } from '@longmode/machine';
import { html } from 'lit';
import { hex } from './text.ts';

/** Symbols in the table. */
const SHOWN = 12;

const count = (value: number): string => value.toLocaleString('en');

/** @param instructions all that the guest has retired */
export function translatorView(report: TranslatorReport | undefined, instructions: bigint) {
  if (!report) return html`<p>No code is translated.</p>`;
  const share = instructions > 0n ? (100 * report.retiredInstructions) / Number(instructions) : 0;
  const facts: readonly (readonly [string, string])[] = [
    ['instructions', `${count(report.retiredInstructions)} (${share.toFixed(1)} %)`],
    ['regions', `${count(report.regions)} of ${count(report.blocks)} blocks, ${count(report.moduleBytes)} bytes`],
    ['compiled in', `${report.compileMilliseconds.toFixed(1)} ms`],
    ['entered', `${count(report.entries)} times, refused ${count(report.refusedEntries)}`],
    ['left at branches', count(report.branchExits)],
    ['at computed jumps', count(report.jumpExits)],
    ['at ends of blocks', count(report.terminatorExits)],
    ['at faults, slow accesses', count(report.instructionExits)],
    ['for want of budget', count(report.budgetExits)],
    ['dropped', `${count(report.droppedRegions)}, all at once ${count(report.dropsOfAll)} times`],
    ['given up', `${count(report.abandonedRegions)}, not compiled ${count(report.failedCompilations)}`],
  ];
  return html`
    <table>
      <caption>Translated code</caption>
      <tbody>
        ${facts.map(([name, text]) => html`<tr><th scope="row">${name}</th><td>${text}</td></tr>`)}
      </tbody>
    </table>
    <table>
      <caption>Hottest</caption>
      <thead>
        <tr><th scope="col">symbol</th><th scope="col">address</th><th scope="col">instructions</th><th scope="col">entries</th></tr>
      </thead>
      <tbody>
        ${report.hottest.slice(0, SHOWN).map(
          (one) => html`
            <tr>
              <th scope="row">${one.name}</th>
              <td>${hex(one.address)}</td>
              <td>${count(one.instructions)}</td>
              <td>${count(one.entries)}</td>
            </tr>
          `,
        )}
      </tbody>
    </table>
  `;
}
