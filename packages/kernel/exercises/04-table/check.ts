/** Checks exercise 4: the heading and the 21 lines under it. */
import { expectEqual, type Machine } from '../check.ts';

/** @throws CheckFailed naming what is missing */
export function check(machine: Machine): void {
  const lines = machine.screen.text().split('\n');
  const heading = lines.indexOf('powers of two');
  expectEqual('the heading', lines[heading], 'powers of two');
  for (let exponent = 0; exponent <= 20; exponent++) {
    const power = 2 ** exponent;
    expectEqual(
      `the line of 2^${exponent}`,
      lines[heading + 1 + exponent],
      `${`${power}`.padStart(7)}  0x${power.toString(16)}`,
    );
  }
}
