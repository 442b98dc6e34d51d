/** Runs a booted guest to its end: what is typed for it, the texts that end the run, limits; and what the end means. */
import { describeEnd, type End, type Limits, type Machine } from '@longmode/machine';
import { printable } from '../errors.ts';
import { ExitCode } from '../exit-codes.ts';
import type { ScriptCommand } from '../input/script.ts';
import type { ScriptResult } from '../input/script-runner.ts';
import { type Outcome, outcomeOf } from '../outcome.ts';
import { runUntilQuiet, spentInstructions } from './quiet-guest.ts';
import { TextWatch, type WatchedTexts } from './text-watch.ts';

/** How to run. */
export interface RunOptions {
  readonly script: readonly ScriptCommand[];
  readonly texts: WatchedTexts;
  /** For the whole run, in guest instructions. */
  readonly maxInstructions: number | undefined;
  readonly signal: AbortSignal;
  /**
   * Waits until there is more input for a guest that needs some; false if there will be none. Undefined if somebody sits
   * at the machine.
   */
  readonly moreInput: (() => Promise<boolean>) | undefined;
}

/** Ends that are the guest's fault, whatever was hoped for. */
const CRASHES: ReadonlySet<End['kind']> = new Set(['triple-fault', 'unimplemented', 'reset']);
/** Ends of a guest that has nothing more to do. */
const AT_REST: ReadonlySet<End['kind']> = new Set(['halted', 'idle']);

/** Runs the guest. */
export async function runGuest(machine: Machine, options: RunOptions): Promise<Outcome> {
  const { script, texts, maxInstructions, signal } = options;
  const watch = new TextWatch(machine, texts);
  const limits = (): Limits => ({
    instructions: Math.max(0, (maxInstructions ?? Number.POSITIVE_INFINITY) - spentInstructions(machine)),
    signal,
  });
  if (script.length > 0) {
    const { runScript } = await import('../input/script-runner.ts');
    const setting = { limits, mustEnd: () => watch.isActive && watch.look(false) };
    const stopped = scriptProblem(await runScript(machine, script, setting), options, machine);
    if (stopped && !watch.failure) return stopped;
  }
  const condition = watch.isActive ? () => watch.look(true) : undefined;
  const { moreInput } = options;
  let end: End;
  do end = await (moreInput ? runUntilQuiet(machine, condition, limits) : machine.run(condition, limits()));
  while (end.kind === 'idle' && (await moreInput?.()));
  return meaningOf(end, watch, machine, options);
}

/** What a script that was not performed to its end means; undefined if the end of the guest is simply the end. */
function scriptProblem(result: ScriptResult, options: RunOptions, machine: Machine): Outcome | undefined {
  if (result.kind === 'done') return undefined;
  const { place, source } = result.command;
  if (result.kind === 'late') {
    const message = `${place}: ${source}: the guest has retired ${machine.instructions} instructions already`;
    return { exitCode: ExitCode.expectation, end: { kind: 'script', place }, message };
  }
  const { end, command } = result;
  // The last keys may well be what ends the guest, and then their release is never read.
  const isLast = command === options.script.at(-1) && command.kind !== 'wait' && command.kind !== 'at';
  if (machine.ended && isLast) return undefined;
  if (CRASHES.has(end.kind) || end.kind === 'aborted') return outcomeOf(end, machine);
  const message = `${place}: ${printable(source)}: ${describeEnd(whole(end, options))}`;
  const exitCode = end.kind === 'limit' ? ExitCode.limit : ExitCode.expectation;
  return { exitCode, end: { ...end, place }, message };
}

/** A limit as it was given, not what was left of it. */
function whole(end: End, { maxInstructions }: RunOptions): End {
  return end.kind === 'limit' ? { ...end, instructions: maxInstructions ?? end.instructions } : end;
}

function meaningOf(end: End, watch: TextWatch, machine: Machine, options: RunOptions): Outcome {
  const outcome = outcomeOf(whole(end, options), machine);
  if (!watch.isActive || end.kind === 'aborted') return outcome;
  // Texts are looked for now and then; a guest that prints its last words and halts is not failed for that.
  const isSeen = watch.look(true);
  if (watch.failure) {
    const message = `--fail-on: the guest shows ${watch.failure}`;
    return { exitCode: ExitCode.expectation, end: { kind: 'fail-on', pattern: String(watch.failure) }, message };
  }
  if (CRASHES.has(end.kind)) return outcome;
  const missing = watch.unseen;
  if (missing.length > 0) {
    const message = `--expect: the guest never showed ${missing.join(', ')}; ${describeEnd(whole(end, options))}`;
    return { exitCode: ExitCode.expectation, end: { ...outcome.end, missing: missing.map(String) }, message };
  }
  if (isSeen && end.kind !== 'exit') return outcomeOf({ kind: 'until' }, machine);
  // All that was expected has come, and the guest rests.
  return options.texts.expect.length > 0 && AT_REST.has(end.kind) ? { exitCode: ExitCode.success, end } : outcome;
}
