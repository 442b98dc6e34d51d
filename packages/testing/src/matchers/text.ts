/** `toShow` and `toPrint`: waiting for a text on the screen or on the first serial port. */

import { describeEnd, type Machine } from '@longmode/machine';
import { runningMatcher, type Verdict } from '../define-matcher.ts';
import type { WatchLimits } from '../expectations.ts';
import { grouped, literal } from '../report.ts';
import { runUntil } from '../wait.ts';

/** A pattern that is always tried from the start, whatever its flags and its past. */
function finder(pattern: string | RegExp): (text: string) => boolean {
  if (typeof pattern === 'string') return (text) => text.includes(pattern);
  const regExp = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ''));
  return (text) => regExp.test(text);
}

async function waitForText(
  isNot: boolean,
  machine: Machine,
  read: () => string,
  place: string,
  pattern: string | RegExp,
  limits: WatchLimits,
): Promise<Verdict> {
  const isIn = finder(pattern);
  const instructions = (isNot ? limits.for : undefined) ?? limits.instructions;
  const end = await runUntil(machine, () => isIn(read()), instructions);
  const span = isNot && limits.for !== undefined ? ` for ${grouped(limits.for)} instructions` : '';
  const expected = `${literal(pattern)} ${place}${span}`;
  if (end.kind === 'until') return { pass: true, expected, received: `it is there` };
  // Watching in vain is a success only if the watching came to its end.
  if (end.kind === 'paused' || end.kind === 'aborted' || end.kind === 'unimplemented')
    return { pass: isNot, expected, received: describeEnd(end) };
  return { pass: false, expected, received: describeEnd(end) };
}

export const toShow = runningMatcher(
  'toShow',
  ({ isNot, machine }, pattern: string | RegExp, limits: WatchLimits = {}) =>
    waitForText(isNot, machine, () => machine.screen.text(), 'on the screen', pattern, limits),
);

export const toPrint = runningMatcher(
  'toPrint',
  ({ isNot, machine }, pattern: string | RegExp, limits: WatchLimits = {}) =>
    waitForText(isNot, machine, () => machine.serial.output(), 'on the first serial port', pattern, limits),
);
