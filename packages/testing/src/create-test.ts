/**
 * `test` with a `boot` fixture: every machine that a test boots is disposed of when the test is over, stops when the
 * test is cancelled or times out, and is shown when the test fails.
 */
import type { Machine } from '@longmode/machine';
import { type TestAPI, test } from 'vitest';
import { abandonMatchers } from './pending.ts';
import { describeMachine } from './report.ts';

/** What can be booted: a path, or options with at least a kernel. */
export type Bootable = string | URL | { readonly kernel: string | URL | Uint8Array };

/** Boots a kernel; `signal` tells that the test is over before its time. */
export type BootFunction<What extends Bootable> = (what: What, signal: AbortSignal) => Promise<Machine>;

/** What tests get. */
export interface BootFixture<What extends Bootable> {
  /** Boots a kernel. The machine stands at the entry point until a matcher, `waitFor` or `run` runs it. */
  readonly boot: (what: What) => Promise<Machine>;
}

/** vitest's `test` with the fixture. */
export type KernelTest<What extends Bootable> = TestAPI<BootFixture<What>>;

/** A machine of the running test, and what it was booted from. */
interface Booted {
  readonly machine: Machine;
  readonly kernel: string;
}

/** What a test boots, in words. */
export function kernelName(what: Bootable): string {
  if (typeof what === 'string' || what instanceof URL) return String(what);
  return what.kernel instanceof Uint8Array ? `kernel of ${what.kernel.length} bytes` : String(what.kernel);
}

/** Makes `test` from a way to boot. */
export function createTest<What extends Bootable>(boot: BootFunction<What>): KernelTest<What> {
  return test.extend<BootFixture<What>>({
    boot: async ({ task, signal }, use) => {
      const booted: Booted[] = [];
      await use(async (what) => {
        const machine = await boot(what, signal);
        booted.push({ machine, kernel: kernelName(what) });
        return machine;
      });
      const forgotten = booted.flatMap(({ machine }) => abandonMatchers(machine));
      for (const error of task.result?.errors ?? []) attachScreens(error, booted);
      for (const { machine } of booted) await machine[Symbol.asyncDispose]();
      if (forgotten[0]) throw notAwaited(forgotten[0]);
    },
  });
}

/** Adds the machines to the message of a failure that does not show them already. */
function attachScreens(error: { message: string }, booted: readonly Booted[]): void {
  for (const { machine, kernel } of booted) {
    const description = describeMachine(machine);
    if (!error.message.includes(description)) error.message += `\n\n${kernel}: ${description}`;
  }
}

/** The error of a test that ended too early, at the line that lacks the `await`. */
function notAwaited(place: Error): Error {
  const error = new Error(
    'the test ended while this matcher was still running the machine: write `await expect(machine)...`',
  );
  error.stack = `Error: ${error.message}${place.stack?.slice(place.stack.indexOf('\n    at ')) ?? ''}`;
  return error;
}
