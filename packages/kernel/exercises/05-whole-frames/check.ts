/** Checks exercise 5: one line for each available area of a machine with 128 MiB. */
import { expectLine, type Machine } from '../check.ts';

/** @throws CheckFailed naming what is missing */
export function check(machine: Machine): void {
  expectLine(machine, 'area at 0x0: frames 0x0 to 0x9e');
  expectLine(machine, 'area at 0x100000: frames 0x100 to 0x7fdf');
}
