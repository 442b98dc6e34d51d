/** Checks exercise 8: the lines, in their order. */
import { expectEqual, type Machine } from '../check.ts';

/** @throws CheckFailed naming what is missing */
export function check(machine: Machine): void {
  const lines = machine.screen
    .text()
    .split('\n')
    .filter((line) => line !== '');
  expectEqual('the lines', lines, [
    'the: 5',
    'page: 2',
    'frame: 2',
    'and: 1',
    'table: 1',
    'that: 1',
    'maps: 1',
    'to: 1',
  ]);
}
