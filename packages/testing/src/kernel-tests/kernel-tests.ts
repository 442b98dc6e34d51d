/**
 * `kernelTests`: the tests inside a kernel as tests of vitest, one for each. The kernel runs once, before the tests are
 * known; what it printed on the first serial port decides.
 */
import { describeEnd, type Machine } from '@longmode/machine';
import { describe, test } from 'vitest';
import { type Bootable, type BootFunction, kernelName } from '../create-test.ts';
import type { RunLimits } from '../expectations.ts';
import { describeMachine, literal } from '../report.ts';
import { runToEnd } from '../wait.ts';
import type { KernelTestReport, KernelTestResult } from './protocol.ts';
import { parseRustOsdev } from './rust-osdev.ts';
import { parseTap } from './tap.ts';

/** How the kernel reports, and what it may take. */
export interface KernelTestsOptions extends RunLimits {
  /** What the kernel prints: lines of `[ok]` and `[failed]`, or (K)TAP. */
  readonly protocol: 'rust-osdev' | 'tap';
  /** What the kernel writes to the debug exit port when all its tests passed. Default 0x10. */
  readonly successCode?: number;
}

/** Makes `kernelTests` from a way to boot. */
export function createKernelTests<What extends Bootable>(boot: BootFunction<What>) {
  /**
   * Boots the kernel, runs it to its end, and registers one test for each test that it reported, plus one that asks
   * whether all of them ran and the kernel left with success. To be awaited, outside of tests.
   */
  return async function kernelTests(what: What, options: KernelTestsOptions): Promise<void> {
    const place = new Error();
    Error.captureStackTrace(place, kernelTests);
    const machine = await boot(what, new AbortController().signal);
    await runToEnd(machine, options.instructions);
    const output = machine.serial.output();
    const report = options.protocol === 'tap' ? parseTap(output) : parseRustOsdev(output);
    const state = describeMachine(machine);
    const problem = problemOf(report, machine, options.successCode ?? 0x10);
    await machine[Symbol.asyncDispose]();

    describe(kernelName(what), () => {
      for (const result of report.results) register(result, place, state);
      test('all tests ran, and the kernel left with success', () => {
        if (problem !== undefined) throw errorAt(place, `${problem}\n\n${state}`);
      });
    });
  };
}

function register({ name, outcome, details }: KernelTestResult, place: Error, state: string): void {
  if (outcome === 'skipped') test.skip(details === '' ? name : `${name} (${details})`, () => {});
  else if (outcome === 'todo') test.todo(name);
  else {
    test(name, () => {
      if (outcome === 'failed') throw errorAt(place, `the kernel reports: failed${details && `\n${details}`}`);
      if (outcome === 'unfinished') {
        throw errorAt(
          place,
          `the kernel began this test and did not finish it${details && `\n${details}`}\n\n${state}`,
        );
      }
    });
  }
}

/** What is wrong with the run as a whole. */
function problemOf({ results, planned, bailOut }: KernelTestReport, machine: Machine, code: number) {
  const end = machine.ended;
  if (bailOut !== undefined) return `the kernel gave up: ${bailOut}`;
  if (results.length === 0) return 'the kernel reported no test on its first serial port';
  if (planned !== undefined && planned !== results.length)
    return `the kernel announced ${planned} tests and reported ${results.length}`;
  if (!end) return `the kernel is still running after ${machine.instructions} instructions`;
  const hasFailed = results.some(({ outcome }) => outcome === 'failed' || outcome === 'unfinished');
  // A kernel without the debug exit device may halt after its last test; a failed test has a test of its own.
  if (end.kind === 'exit' ? end.code === code : end.kind === 'halted') return undefined;
  if (end.kind === 'exit' && hasFailed) return undefined;
  return `${describeEnd(end)}; expected an exit with code ${literal(BigInt(code)).slice(0, -1)}`;
}

function errorAt(place: Error, message: string): Error {
  const error = new Error(message);
  error.stack = `Error: ${message}${place.stack?.slice(place.stack.indexOf('\n    at ')) ?? ''}`;
  return error;
}
