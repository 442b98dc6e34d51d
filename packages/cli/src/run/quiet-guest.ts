/**
 * Runs a guest until it ends, or until it is plain that nothing more will come of it: for some seconds of guest time it has
 * shown and sent nothing, and has slept but for its timer's interrupts. A machine that ticks is never idle by itself, and
 * a run into a pipe must not go on for ever. Decided in guest time, so it is the same on every host.
 */
import type { End, Limits, Machine } from '@longmode/machine';

/** Guest time between two looks, in nanoseconds (and so in instructions at most). */
const LOOK_NANOS = 1_000_000_000;
/** So many looks in a row must find nothing. */
const QUIET_LOOKS = 10;
/** The part of its time that a sleeping guest may spend on interrupts. */
const BUSY_SHARE = 0.1;

/** Like `machine.run`, except that a guest which only ticks ends with `idle`. */
export async function runUntilQuiet(
  machine: Machine,
  condition: (() => boolean) | undefined,
  limits: () => Limits,
): Promise<End> {
  let quietLooks = 0;
  let before = traceOf(machine);
  for (;;) {
    const { instructions: left = Number.POSITIVE_INFINITY, ...others } = limits();
    const end = await machine.run(condition, { ...others, instructions: Math.min(left, LOOK_NANOS) });
    if (end.kind !== 'limit' || left <= LOOK_NANOS) return end;
    const now = traceOf(machine);
    const isBusy = now.instructions - before.instructions > LOOK_NANOS * BUSY_SHARE;
    quietLooks = isBusy || now.output !== before.output ? 0 : quietLooks + 1;
    if (quietLooks === QUIET_LOOKS) return { kind: 'idle' };
    before = now;
  }
}

function traceOf({ instructions, screen, serial, debugConsole }: Machine) {
  const output = `${serial.bytes().length} ${debugConsole.length} ${screen.text()}`;
  return { instructions: Number(instructions), output };
}
