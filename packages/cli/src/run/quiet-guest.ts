/**
 * Runs a guest until it ends, or until it is plain that nothing more will come of it: for some seconds of guest time it has
 * shown and sent nothing, and has slept but for its timer's interrupts. A machine that ticks is never idle by itself, and
 * a run into a pipe must not go on for ever. Decided in guest time, so it is the same on every host.
 */
import { type End, type Limits, type Machine, SLEPT_NANOS_PER_LIMIT_INSTRUCTION } from '@longmode/machine';

/** Between two looks, in instructions of a limit: 10 ms for a guest that runs, a second for one that sleeps. */
const LOOK_INSTRUCTIONS = 1e9 / SLEPT_NANOS_PER_LIMIT_INSTRUCTION;
/** So much guest time without anything. */
const QUIET_NANOS = 10e9;
/** The part of its time that a sleeping guest may spend on interrupts. */
const BUSY_SHARE = 0.1;

/** Like `machine.run`, except that a guest which only ticks ends with `idle`. */
export async function runUntilQuiet(
  machine: Machine,
  condition: (() => boolean) | undefined,
  limits: () => Limits,
): Promise<End> {
  let quietNanos = 0;
  let before = traceOf(machine);
  for (;;) {
    const { instructions: left = Number.POSITIVE_INFINITY, ...others } = limits();
    const end = await machine.run(condition, { ...others, instructions: Math.min(left, LOOK_INSTRUCTIONS) });
    if (end.kind !== 'limit' || left <= LOOK_INSTRUCTIONS) return end;
    const now = traceOf(machine);
    const nanos = now.nanos - before.nanos;
    const isBusy = now.instructions - before.instructions > nanos * BUSY_SHARE;
    quietNanos = isBusy || now.output !== before.output ? 0 : quietNanos + nanos;
    if (quietNanos >= QUIET_NANOS) return { kind: 'idle' };
    before = now;
  }
}

function traceOf({ instructions, timeNanos, screen, serial, debugConsole }: Machine) {
  const output = `${serial.bytes().length} ${debugConsole.length} ${screen.text()}`;
  return { instructions: Number(instructions), nanos: Number(timeNanos), output };
}

/** What the guest has used up of a limit since boot, as `Limits` counts it. */
export function spentInstructions({ instructions, timeNanos }: Machine): number {
  const slept = Number(timeNanos - instructions);
  return Number(instructions) + Math.ceil(slept / SLEPT_NANOS_PER_LIMIT_INSTRUCTION);
}
