/** Checks exercise 3: every cell of the border, and that nothing else was written. */
import { expectCells, type Machine } from '../check.ts';

const across = (left: string, right: string) => [`${left} 0e`, ...Array(78).fill('═ 0e'), `${right} 0e`];

/** @throws CheckFailed naming what is missing */
export function check(machine: Machine): void {
  expectCells(machine, 0, 0, across('╔', '╗'));
  expectCells(machine, 24, 0, across('╚', '╝'));
  for (let row = 1; row < 24; row++) {
    expectCells(machine, row, 0, ['║ 0e']);
    expectCells(machine, row, 79, ['║ 0e']);
  }
}
