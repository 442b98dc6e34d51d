/**
 * The Test Anything Protocol, versions 12 to 14 (testanything.org), and its Linux dialect KTAP (Documentation/dev-tools/
 * ktap.rst): results, plans, SKIP and TODO, diagnostics, subtests by indentation, `Bail out!`.
 *
 *     TAP version 14
 *     1..2
 *     ok 1 - frames are unique
 *     not ok 2 - pages map
 *     # at src/paging.rs:41
 */
import type { KernelTestReport, KernelTestResult } from './protocol.ts';

const RESULT = /^(\s*)(not )?ok\b\s*(\d+)?\s*(?:- )?\s*(.*?)\s*(?:#\s*(SKIP|TODO)\b\s*(.*))?$/i;
const PLAN = /^(\s*)1\.\.(\d+)/;
const BAIL_OUT = /^\s*Bail out!\s*(.*)$/;

interface Line {
  readonly depth: number;
  readonly result: KernelTestResult;
  readonly details: string[];
}

/** Reads the tests out of the output. A test with subtests is not counted itself, its name stands before theirs. */
export function parseTap(output: string): KernelTestReport {
  let lines: Line[] = [];
  let planned: number | undefined;
  let bailOut: string | undefined;
  for (const text of output.split(/\r?\n/)) {
    const plan = PLAN.exec(text);
    const bail = BAIL_OUT.exec(text);
    const found = RESULT.exec(text);
    if (bail) bailOut = bail[1] || 'no reason given';
    else if (plan) planned = (planned ?? 0) + (plan[1] === '' ? Number(plan[2]) : 0);
    else if (found) lines = withResult(lines, found);
    else if (/^\s*(TAP version|KTAP version|pragma)/.test(text)) continue;
    else if (text.trim() !== '') lines.at(-1)?.details.push(text.trim().replace(/^# ?/, ''));
  }
  const nested = lines.filter(({ depth }) => depth > 0).length;
  return {
    // The plan of the outermost level counts tests with subtests as one.
    planned: nested > 0 ? undefined : planned,
    bailOut,
    results: lines.map(({ result, details }) => ({
      ...result,
      details: [result.details, ...details].filter((text) => text !== '').join('\n'),
    })),
  };
}

/** Adds a result; deeper ones before it are its subtests. */
function withResult(lines: readonly Line[], found: RegExpExecArray): Line[] {
  const [, indent = '', not, number = '', description = '', directive = '', reason = ''] = found;
  const depth = indent.length;
  const name = description || `test ${number}`.trim();
  let first = lines.length;
  while (first > 0 && (lines[first - 1]?.depth ?? 0) > depth) first--;
  const subtests = lines.slice(first).map((line) => ({
    depth,
    details: line.details,
    result: { ...line.result, name: `${name} > ${line.result.name}` },
  }));
  const result: KernelTestResult = { name, outcome: outcomeOf(not !== undefined, directive), details: reason };
  const failsAlone = result.outcome === 'failed' && subtests.every((line) => line.result.outcome !== 'failed');
  return [
    ...lines.slice(0, first),
    ...subtests,
    ...(subtests.length === 0 || failsAlone ? [{ depth, result, details: [] }] : []),
  ];
}

function outcomeOf(failed: boolean, directive: string): KernelTestResult['outcome'] {
  if (/^skip$/i.test(directive)) return 'skipped';
  if (!failed) return 'ok';
  return /^todo$/i.test(directive) ? 'todo' : 'failed';
}
