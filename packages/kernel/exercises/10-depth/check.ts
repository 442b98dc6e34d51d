/** Checks exercise 10: the message, and a depth that a stack of some 20 KiB allows. */
import { expectEqual, expectLine, type Machine } from '../check.ts';

/** @throws CheckFailed naming what is missing */
export function check(machine: Machine): void {
  expectLine(machine, 'double fault');
  const depth = Number(/^depth: (\d+)$/m.exec(machine.screen.text())?.[1]);
  expectEqual('whether the depth is plausible', depth > 100 && depth < 5000, true);
}
