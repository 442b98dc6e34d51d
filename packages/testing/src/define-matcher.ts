/**
 * One way to make a matcher, so that all of them report alike: what was expected, what came, the machine, and the line
 * of the test that asked. Errors are made where the matcher is called, because a stack taken after an `await` no longer
 * leads to the test.
 */
import type { Machine } from '@longmode/machine';
import { finishMatcher, startMatcher } from './pending.ts';
import { describeMachine, literal } from './report.ts';

/** What a matcher found out. */
export interface Verdict {
  /** Whether it is as expected (without regard to `.not`). */
  readonly pass: boolean;
  /** What was expected, to stand behind `Expected: ` or `Expected: not `. */
  readonly expected: string;
  /** What was found instead. */
  readonly received: string;
  /** Further evidence, on lines of its own. */
  readonly details?: string;
  /** Two texts that vitest compares line by line. */
  readonly difference?: { readonly expected: string; readonly received: string };
}

/** The part of vitest's matcher state that is used. */
export interface MatcherState {
  /** Undefined or false without `.not`. */
  readonly isNot?: boolean;
  readonly testPath?: string;
  readonly currentTestName?: string;
  /** Chai's assertion; its flags hold the second argument of `expect`. */
  readonly assertion?: { readonly __flags?: { readonly message?: unknown } };
}

/** A failed expectation. vitest prints a comparison of `expected` and `actual` if they are set. */
class MatcherError extends Error {
  expected?: string;
  actual?: string;

  constructor() {
    super();
    this.name = 'AssertionError';
  }
}

type Matcher = (this: MatcherState, received: unknown, ...parameters: never[]) => unknown;

/** Whether a value is a machine, judged by what the matchers use of it. */
export function isMachine(value: unknown): value is Machine {
  if (typeof value !== 'object' || value === null) return false;
  return ['screen', 'serial', 'cpu', 'memory', 'run', 'instructions'].every((name) => name in value);
}

/** What a matcher gets to know beside its parameters. */
export interface MatcherContext extends MatcherState {
  readonly isNot: boolean;
  readonly machine: Machine;
}

/** Makes a matcher that looks at the machine as it stands. */
export function lookingMatcher<P extends unknown[]>(
  name: string,
  judge: (context: MatcherContext, ...parameters: P) => Verdict,
): Matcher {
  return function matcher(received, ...parameters) {
    const failure = failureAt(matcher);
    const machine = checkedMachine(name, received, failure);
    const verdict = judge({ ...this, isNot: this.isNot === true, machine }, ...(parameters as unknown as P));
    if (verdict.pass === (this.isNot === true)) throw explained(failure, name, this, machine, parameters, verdict);
    return { pass: verdict.pass, message: () => '' };
  };
}

/** Makes a matcher that runs the machine until it knows. */
export function runningMatcher<P extends unknown[]>(
  name: string,
  judge: (context: MatcherContext, ...parameters: P) => Promise<Verdict>,
): Matcher {
  return async function matcher(received, ...parameters) {
    const failure = failureAt(matcher);
    const machine = checkedMachine(name, received, failure);
    const running = startMatcher(machine, failure);
    try {
      const verdict = await judge({ ...this, isNot: this.isNot === true, machine }, ...(parameters as unknown as P));
      if (running.isAbandoned) return { pass: !this.isNot, message: () => '' };
      if (verdict.pass === (this.isNot === true)) throw explained(failure, name, this, machine, parameters, verdict);
      return { pass: verdict.pass, message: () => '' };
    } finally {
      finishMatcher(machine, running);
    }
  };
}

/** An error whose stack begins at the caller of the matcher: the line of the test. */
function failureAt(matcher: (...parameters: never[]) => unknown): MatcherError {
  const failure = new MatcherError();
  Error.captureStackTrace(failure, matcher);
  return failure;
}

function checkedMachine(name: string, received: unknown, failure: MatcherError): Machine {
  if (isMachine(received)) return received;
  const what = received instanceof Promise ? 'a promise: `await boot(...)` first' : literalOf(received);
  throw withMessage(failure, `expect(machine).${name}() takes a machine, as boot() gives one; received ${what}`);
}

function literalOf(value: unknown): string {
  return typeof value === 'object' && value !== null
    ? `an instance of ${value.constructor?.name ?? 'nothing'}`
    : literal(value);
}

function explained(
  failure: MatcherError,
  name: string,
  { isNot, assertion }: MatcherState,
  machine: Machine,
  parameters: readonly unknown[],
  { expected, received, details, difference }: Verdict,
): MatcherError {
  const note = assertion?.__flags?.message;
  const call = `expect(machine)${isNot ? '.not' : ''}.${name}(${parameters.map(literal).join(', ')})`;
  const lines = [
    typeof note === 'string' ? `${note}: ${call}` : call,
    '',
    `Expected: ${isNot ? 'not ' : ''}${expected}`,
    `Received: ${received}`,
    ...(details === undefined ? [] : [details]),
    '',
    describeMachine(machine),
  ];
  if (difference && !isNot) {
    failure.expected = difference.expected;
    failure.actual = difference.received;
  }
  return withMessage(failure, lines.join('\n'));
}

/** Sets the message, also in the stack that was taken before it was known. */
function withMessage(failure: MatcherError, message: string): MatcherError {
  failure.message = message;
  failure.stack = `${failure.name}: ${message}${failure.stack?.slice(failure.stack.indexOf('\n    at ')) ?? ''}`;
  return failure;
}
