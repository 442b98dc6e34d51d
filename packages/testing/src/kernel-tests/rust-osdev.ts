/**
 * The output of the test runner that the second edition of "Writing an OS in Rust" builds (chapter "Testing"), which
 * many kernels have taken over:
 *
 *     Running 2 tests
 *     blog_os::vga_buffer::test_println...    [ok]
 *     blog_os::trivial_assertion...   [failed]
 *
 *     Error: panicked at src/lib.rs:20:5: ...
 */
import type { KernelTestReport, KernelTestResult } from './protocol.ts';

/** A test begins with its name and three dots; a tab, then, unless the test prints, the verdict follow. */
const TEST = /^(\S.*?)\.\.\.(?:\t(.*)|\s*(\[(?:ok|failed)\].*)?)$/;
const PLAN = /^Running (\d+) tests?\s*$/;
const VERDICT = /\[(ok|failed)\]\s*$/;

/** Reads the tests out of the output; lines that belong to none are the details of the test before them. */
export function parseRustOsdev(output: string): KernelTestReport {
  const results: { name: string; outcome: KernelTestResult['outcome']; details: string[] }[] = [];
  let planned: number | undefined;
  for (const line of output.split(/\r?\n/)) {
    const plan = PLAN.exec(line);
    const test = TEST.exec(line);
    if (plan) {
      planned = (planned ?? 0) + Number(plan[1]);
      continue;
    }
    if (test?.[1] !== undefined) results.push({ name: test[1], outcome: 'unfinished', details: [] });
    const current = results.at(-1);
    if (!current) continue;
    let text = test ? (test[2] ?? test[3] ?? '') : line;
    const verdict = current.outcome === 'unfinished' ? VERDICT.exec(text) : null;
    if (verdict) {
      current.outcome = verdict[1] === 'ok' ? 'ok' : 'failed';
      text = text.slice(0, verdict.index);
    }
    if (text.trim() !== '') current.details.push(text.trimEnd());
  }
  return {
    planned,
    bailOut: undefined,
    results: results.map(({ name, outcome, details }) => ({ name, outcome, details: details.join('\n') })),
  };
}
