/** Checks exercise 1: two cells of the screen, letters and colours. */
import { expectCells, type Machine } from '../check.ts';

/** @throws CheckFailed naming what is missing */
export function check(machine: Machine): void {
  expectCells(machine, 0, 0, ['H 1e', 'I 1e']);
}
