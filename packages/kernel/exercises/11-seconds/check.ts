/** Checks exercise 11: the lines, and the guest's clock at the end. */
import { expectEqual, expectLine, type Machine } from '../check.ts';

const NANOS_PER_SECOND = 1_000_000_000;

/** @throws CheckFailed naming what is missing */
export function check(machine: Machine): void {
  for (const second of [1, 2, 3]) expectLine(machine, `${second} s`);
  const seconds = Number(machine.timeNanos) / NANOS_PER_SECOND;
  expectEqual('whether about three seconds have passed', seconds > 2.95 && seconds < 3.2, true);
}
