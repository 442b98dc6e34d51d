/** The report about translated code (translator-report.ts) as text. */

import type { TranslatorReport } from '../translator-report.ts';

const count = (value: number): string => Math.round(value).toLocaleString('en');

/** Lines of the table of `formatTranslatorReport`. */
const SHOWN = 10;

/** The report as text of a few lines, with the ten hottest symbols. `instructions`: all that the guest has retired. */
export function formatTranslatorReport(report: TranslatorReport | undefined, instructions: bigint): string {
  if (!report) return 'translated code: none, the translator is off\n';
  const share = instructions > 0n ? (100 * report.retiredInstructions) / Number(instructions) : 0;
  const facts: readonly (readonly [string, string])[] = [
    ['instructions', `${count(report.retiredInstructions)} of ${count(Number(instructions))} (${share.toFixed(1)} %)`],
    ['regions', `${count(report.regions)} of ${count(report.blocks)} blocks, ${count(report.moduleBytes)} bytes`],
    ['compiled in', `${report.compileMilliseconds.toFixed(1)} ms of the host`],
    ['in regions', `${count(report.translatedInstructions)} translated, ${count(report.calledInstructions)} calls`],
    ['entered', `${count(report.entries)} times, refused ${count(report.refusedEntries)} times`],
    ['left', exits(report)],
    ['dropped', `${count(report.droppedRegions)} for writes to code; all at once ${count(report.dropsOfAll)} times`],
    [
      'given up',
      `${count(report.abandonedRegions)} that did not pay, ${count(report.failedCompilations)} not compiled`,
    ],
  ];
  const lines = facts.map(([name, text]) => `  ${name.padEnd(14)}${text}`);
  const columns = (texts: readonly string[]): string => texts.map((text) => text.padStart(14)).join('');
  const rows = report.hottest.slice(0, SHOWN).map(({ name, entries, instructions: retired, translations }) => {
    return `${columns([retired, entries, translations].map(count))}  ${name}`;
  });
  const head = `${columns(['instructions', 'entries', 'translations'])}  hottest`;
  return ['translated code:', ...lines, ...(rows.length > 0 ? [head, ...rows] : []), ''].join('\n');
}

/** Why regions were left, the most frequent cause first. */
function exits(report: TranslatorReport): string {
  const causes: readonly (readonly [string, number])[] = [
    ['the budget was used up', report.budgetExits],
    ['branches', report.branchExits],
    ['computed jumps', report.jumpExits],
    ['instructions that end a block', report.terminatorExits],
    ['faults and slow accesses', report.instructionExits],
  ];
  const frequent = causes.filter(([, times]) => times > 0).sort(([, a], [, b]) => b - a);
  return frequent.length === 0 ? 'never' : frequent.map(([cause, times]) => `${cause} ${count(times)}`).join(', ');
}
