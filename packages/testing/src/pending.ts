/**
 * Matchers that still run the machine. A test that ends while one of its matchers is under way has forgotten an
 * `await`: what it wanted to know was never known.
 */
import type { Machine } from '@longmode/machine';

/** One call of a matcher that runs a machine. */
export interface RunningMatcher {
  /** Made where the matcher was called. */
  readonly place: Error;
  /** The test is over: nobody wants to know any more. */
  isAbandoned: boolean;
}

const underWay = new WeakMap<Machine, Set<RunningMatcher>>();

/** Notes that a matcher runs `machine`, until `finishMatcher`. */
export function startMatcher(machine: Machine, place: Error): RunningMatcher {
  const matcher: RunningMatcher = { place, isAbandoned: false };
  underWay.set(machine, (underWay.get(machine) ?? new Set()).add(matcher));
  return matcher;
}

/** Notes that it is over. */
export function finishMatcher(machine: Machine, matcher: RunningMatcher): void {
  underWay.get(machine)?.delete(matcher);
}

/** The test is over. @returns where the matchers were called that still run this machine */
export function abandonMatchers(machine: Machine): readonly Error[] {
  return [...(underWay.get(machine) ?? [])].map((matcher) => {
    matcher.isAbandoned = true;
    return matcher.place;
  });
}
