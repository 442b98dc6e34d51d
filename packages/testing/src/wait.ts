/** Running a machine for a matcher. Several may wait for the same machine at once. */

import { type End, type Machine, WaitError } from '@longmode/machine';

/**
 * Runs until `condition` holds. It is asked at points of guest time that no host can move: now, every
 * `OBSERVATION_INTERVAL` instructions, at the limit and at the guest's end.
 * @returns `until` if it holds, otherwise why it does not
 */
export async function runUntil(
  machine: Machine,
  condition: () => boolean,
  instructions: number | undefined,
): Promise<End> {
  try {
    await machine.screen.waitFor(condition, instructions === undefined ? {} : { instructions });
    return { kind: 'until' };
  } catch (error) {
    if (error instanceof WaitError) return error.end;
    throw error;
  }
}

/** Runs to the guest's end. @returns it, or why it did not come */
export async function runToEnd(machine: Machine, instructions: number | undefined): Promise<End> {
  const end = await runUntil(machine, () => machine.ended !== undefined, instructions);
  return machine.ended ?? end;
}
