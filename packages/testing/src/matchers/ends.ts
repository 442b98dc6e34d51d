/** `toExit`, `toHalt`, `toTripleFault`: running to the end, which has to be of a kind. */

import { type CodeLocation, describeEnd, type End, formatLocation } from '@longmode/machine';
import { runningMatcher, type Verdict } from '../define-matcher.ts';
import type { HaltExpectation, RunLimits, TripleFaultExpectation } from '../expectations.ts';
import { literal } from '../report.ts';
import { runToEnd } from '../wait.ts';

/** Ends that say nothing about the guest: neither a matcher nor its `.not` may pass on them. */
function isUndecided(end: End): boolean {
  return ['paused', 'aborted', 'unimplemented', 'limit'].includes(end.kind);
}

/** The verdict on an end; one that says nothing fails either way. */
function verdict(isNot: boolean, end: End, pass: boolean, expected: string, received = describeEnd(end)): Verdict {
  return { pass: isUndecided(end) ? isNot : pass, expected, received };
}

/** Whether a symbol has the name: as a whole, or as its last part. */
function isNamed({ symbol }: CodeLocation, name: string | RegExp | undefined): boolean {
  if (name === undefined) return true;
  if (symbol === undefined) return false;
  return typeof name === 'string' ? symbol === name || symbol.split(/\/|::|\./).at(-1) === name : name.test(symbol);
}

function isIn({ file }: CodeLocation, name: string | RegExp | undefined): boolean {
  if (name === undefined) return true;
  if (file === undefined) return false;
  return typeof name === 'string' ? file === name || file.endsWith(`/${name}`) : name.test(file);
}

/** Expected fields in words, without the limits. */
function described(what: string, { instructions: _, ...expected }: RunLimits): string {
  return Object.keys(expected).length === 0 ? what : `${what} with ${literal(expected)}`;
}

export const toExit = runningMatcher(
  'toExit',
  async ({ isNot, machine }, code: number, { instructions }: RunLimits = {}) => {
    if (typeof code !== 'number') throw new TypeError('toExit(code) needs the code; by custom 0x10 means success');
    const end = await runToEnd(machine, instructions);
    const meaning = code === 0x10 ? ' (success)' : code === 0x11 ? ' (failure)' : '';
    const expected = `an exit with code 0x${code.toString(16)}${meaning}`;
    return verdict(isNot, end, end.kind === 'exit' && end.code === code, expected);
  },
);

export const toHalt = runningMatcher('toHalt', async ({ isNot, machine }, expected: HaltExpectation = {}) => {
  const end = await runToEnd(machine, expected.instructions);
  const location = end.kind === 'halted' ? machine.symbols.locate(end.rip) : undefined;
  const pass =
    end.kind === 'halted' &&
    location !== undefined &&
    (expected.by === undefined || end.by === expected.by) &&
    (expected.interrupts === undefined || end.interrupts === expected.interrupts) &&
    isNamed(location, expected.symbol);
  const received = location ? `${describeEnd(end)}: ${formatLocation(location)}` : describeEnd(end);
  return verdict(isNot, end, pass, described('a halt for good', expected), received);
});

export const toTripleFault = runningMatcher(
  'toTripleFault',
  async ({ isNot, machine }, expected: TripleFaultExpectation = {}) => {
    const end = await runToEnd(machine, expected.instructions);
    return verdict(isNot, end, isExpectedFault(end, expected), described('a triple fault', expected), fault(end));
  },
);

function isExpectedFault(end: End, expected: TripleFaultExpectation): boolean {
  if (end.kind !== 'triple-fault') return false;
  const [first] = end.report.faults;
  // A shutdown of which no exceptions are known fits only where none is asked for.
  const location = first?.location ?? end.report.location;
  return (
    (expected.cause === undefined || first?.mnemonic === expected.cause) &&
    (expected.errorCode === undefined || first?.errorCode === expected.errorCode) &&
    (expected.address === undefined || first?.cr2 === BigInt(expected.address)) &&
    (expected.line === undefined || location.line === expected.line) &&
    isIn(location, expected.file) &&
    isNamed(location, expected.symbol)
  );
}

/** A triple fault in one line: what the matcher compares. */
function fault(end: End): string {
  if (end.kind !== 'triple-fault') return describeEnd(end);
  const [first] = end.report.faults;
  if (!first) return `a triple fault at ${formatLocation(end.report.location)}`;
  const { mnemonic, errorCode, cr2, location } = first;
  const code = errorCode === undefined ? '' : `, error code 0x${errorCode.toString(16)}`;
  const address = cr2 === undefined ? '' : `, address 0x${cr2.toString(16)}`;
  return `a triple fault by ${mnemonic}${code}${address} at ${formatLocation(location)}`;
}
