/** Performs a script on a machine: types, and runs the guest as far as the next command asks for. */
import { type End, type Limits, type Machine, SLEPT_NANOS_PER_LIMIT_INSTRUCTION, WaitError } from '@longmode/machine';
import { runUntilQuiet } from '../run/quiet-guest.ts';
import type { ScriptCommand } from './script.ts';

/** How a script ended: done, or stopped at a command by the end of the machine, by a limit, or by the watch. */
export type ScriptResult =
  | { readonly kind: 'done' }
  | { readonly kind: 'stopped'; readonly command: ScriptCommand; readonly end: End }
  /** The command asks for a moment that has passed. */
  | { readonly kind: 'late'; readonly command: ScriptCommand };

/** What the runner needs besides the machine. */
export interface ScriptSetting {
  /** What is left of the limits of the whole run. */
  readonly limits: () => Limits;
  /** Looks for texts that end the run. */
  readonly mustEnd: () => boolean;
}

/** Performs the commands one after the other. */
export async function runScript(
  machine: Machine,
  commands: readonly ScriptCommand[],
  setting: ScriptSetting,
): Promise<ScriptResult> {
  const runner = new ScriptRunner(machine, setting);
  for (const command of commands) {
    if (command.kind === 'at' && machine.instructions > BigInt(command.instructions)) return { kind: 'late', command };
    const end = await runner.perform(command);
    if (end) return { kind: 'stopped', command, end };
  }
  return { kind: 'done' };
}

class ScriptRunner {
  private readonly machine: Machine;
  private readonly setting: ScriptSetting;
  /** Serial output before this is older than the last input. */
  private serialStart = 0;
  /** The screen when the last input began. */
  private screenBefore = '';

  constructor(machine: Machine, setting: ScriptSetting) {
    this.machine = machine;
    this.setting = setting;
  }

  /** @returns why it could not be done; undefined if it is done */
  async perform(command: ScriptCommand): Promise<End | undefined> {
    const { keyboard } = this.machine;
    switch (command.kind) {
      case 'type':
        this.inputBegins();
        return untilTaken(() => keyboard.type(command.text, this.setting.limits()));
      case 'press': {
        this.inputBegins();
        const end = await this.runUntil(() => keyboard.isListening);
        if (end) return end;
        for (const code of command.codes) keyboard.keyDown(code);
        for (const code of [...command.codes].reverse()) keyboard.keyUp(code);
        return this.runUntil(() => keyboard.pendingBytes === 0);
      }
      case 'down':
      case 'up':
        this.inputBegins();
        if (command.kind === 'down') keyboard.keyDown(command.code);
        else keyboard.keyUp(command.code);
        return undefined;
      case 'wait':
        return this.runUntil(() => this.isNew(command.pattern));
      case 'sleep':
        return this.runFor(command.nanos);
      case 'at':
        return this.runToInstruction(command.instructions);
    }
  }

  private inputBegins(): void {
    this.serialStart = this.machine.serial.output().length;
    this.screenBefore = this.machine.screen.text();
  }

  /** Whether a text has come since the last input began: a prompt that was there already does not count. */
  private isNew(pattern: RegExp): boolean {
    const { serial, screen } = this.machine;
    if (pattern.test(serial.output().slice(this.serialStart))) return true;
    return occurrences(pattern, screen.text()) > occurrences(pattern, this.screenBefore);
  }

  private async runUntil(condition: () => boolean): Promise<End | undefined> {
    const mustStop = () => condition() || this.setting.mustEnd();
    const end = await runUntilQuiet(this.machine, mustStop, this.setting.limits);
    // What came true with the last instruction counts.
    return condition() ? undefined : end;
  }

  private async runFor(nanos: number): Promise<End | undefined> {
    const end = Number(this.machine.timeNanos) + nanos;
    // Steps that cannot go beyond the end, asleep or awake; at the very end by less than what one instruction stands for.
    const stepTo = () => Math.ceil((end - Number(this.machine.timeNanos)) / SLEPT_NANOS_PER_LIMIT_INSTRUCTION);
    const early = await this.runInSteps(stepTo);
    // A guest that sleeps until there is input has nothing to do in that time.
    return early?.kind === 'idle' ? undefined : early;
  }

  private async runToInstruction(instructions: number): Promise<End | undefined> {
    return this.runInSteps(() => instructions - Number(this.machine.instructions));
  }

  /** Runs step by step until there is no next one. */
  private async runInSteps(nextInstructions: () => number): Promise<End | undefined> {
    for (;;) {
      const missing = nextInstructions();
      if (missing <= 0) return undefined;
      const { instructions: left = Number.POSITIVE_INFINITY, signal } = this.setting.limits();
      if (left <= 0) return { kind: 'limit', instructions: 0 };
      const limits = { instructions: Math.min(missing, left), ...(signal && { signal }) };
      const end = await this.machine.run(undefined, limits);
      if (end.kind !== 'limit') return end;
      if (this.setting.mustEnd()) return { kind: 'until' };
    }
  }
}

/** Performs what waits for the guest. @returns why that ended early */
async function untilTaken(action: () => Promise<void>): Promise<End | undefined> {
  try {
    await action();
    return undefined;
  } catch (error) {
    if (error instanceof WaitError) return error.end;
    throw error;
  }
}

function occurrences(pattern: RegExp, text: string): number {
  return [...text.matchAll(new RegExp(pattern.source, `${pattern.flags}g`))].length;
}
