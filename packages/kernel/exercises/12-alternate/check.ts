/** Checks exercise 12: the order of the lines. */
import { expectEqual, type Machine } from '../check.ts';

/** @throws CheckFailed naming what is missing */
export function check(machine: Machine): void {
  const lines = machine.screen
    .text()
    .split('\n')
    .filter((line) => line !== '');
  expectEqual('the lines', lines, ['ping 1', 'pong 1', 'ping 2', 'pong 2', 'ping 3', 'pong 3']);
}
