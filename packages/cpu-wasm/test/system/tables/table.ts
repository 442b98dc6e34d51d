/**
 * Tables of checks: one guest that runs many cases and prints a line for each, so that every line is a check of its own. What a
 * line must say is computed from the rules of the manual; QEMU prints the same lines from the same image.
 */

/** One case of a table, in the order in which the guest prints. */
export interface Check {
  readonly name: string;
  /** The printed line. */
  readonly expected: string;
  /** QEMU 7.2 (TCG) prints something else; why it is wrong or free to differ. Undefined: it must agree. */
  readonly qemu?: string;
}

/** A guest and what it must print. */
export interface CheckTable {
  readonly name: string;
  readonly bits: 32 | 64;
  readonly body: string;
  readonly checks: readonly Check[];
}

/** The checks whose line is not as expected, in words; too few or too many lines are told too. */
export function differences(
  { checks }: CheckTable,
  output: string,
  isCompared: (check: Check) => boolean = () => true,
): string[] {
  const lines = output.trimEnd().split('\n');
  const wrong = checks.flatMap((check, index) => {
    const line = lines[index];
    if (!isCompared(check) || line === check.expected) return [];
    return [`${check.name}: expected "${check.expected}", found ${line === undefined ? 'nothing' : `"${line}"`}`];
  });
  if (lines.length !== checks.length) wrong.push(`expected ${checks.length} lines, found ${lines.length}`);
  return wrong;
}
