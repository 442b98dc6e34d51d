/** What the checks of the exercises are written with: plain comparisons whose failure tells a reader what is missing. */
import type { Machine } from '@longmode/machine';

export type { Machine } from '@longmode/machine';

/** An exercise isn't solved yet; the message says why. */
export class CheckFailed extends Error {
  override readonly name = 'CheckFailed';
}

/** Compares as JSON does. @throws CheckFailed */
export function expectEqual(what: string, found: unknown, expected: unknown): void {
  const [foundText, expectedText] = [JSON.stringify(found) ?? 'nothing', JSON.stringify(expected) ?? 'nothing'];
  if (foundText !== expectedText) throw new CheckFailed(`${what}: expected ${expectedText}, found ${foundText}`);
}

/**
 * Compares cells of the screen, each as its character and its colours: `H 1e` is H in yellow on blue.
 * @throws CheckFailed naming the first cell that differs
 */
export function expectCells(machine: Machine, row: number, column: number, expected: readonly string[]): void {
  expected.forEach((cell, index) => {
    const { character, foreground, background } = machine.screen.cell(column + index, row);
    const found = `${character} ${background.toString(16)}${foreground.toString(16)}`;
    expectEqual(`the cell in row ${row}, column ${column + index}`, found, cell);
  });
}

/** Looks for a line on the screen. @throws CheckFailed if it isn't there */
export function expectLine(machine: Machine, line: string): void {
  if (!machine.screen.text().split('\n').includes(line)) {
    throw new CheckFailed(
      `the screen: expected a line ${JSON.stringify(line)}, found ${JSON.stringify(machine.screen.text())}`,
    );
  }
}
