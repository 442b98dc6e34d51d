/**
 * Runs the core for whoever waits: in slices, with a turn for the host between two slices, so that a page or terminal
 * stays alive and `pause` and signals get through.
 *
 * Results do not depend on the slices. Everything that can be noticed from outside happens at points that guest time
 * alone decides: alarms at their time, a wait for serial output at the instruction that sends the byte, all other
 * conditions at multiples of `OBSERVATION_INTERVAL`, limits at theirs. A slice ends early when a wait ends, so that
 * whoever waited sees the machine exactly there.
 */

import type { End, FinalEnd, Limits } from './api.ts';
import { type InstructionClock, NANOS_PER_INSTRUCTION } from './clock.ts';
import type { MachineCore } from './core.ts';
import { hostMilliseconds, yieldToHost } from './host.ts';
import type { WaitCondition, WaitOutcome } from './wait.ts';

/** Instructions of guest time between two looks at screen and conditions. */
export const OBSERVATION_INTERVAL = 1 << 16;

/** Limit of a wait that names none. */
export const DEFAULT_LIMIT_INSTRUCTIONS = 200_000_000;

/** How long the host should wait for its turn, in milliseconds of its own clock. */
const SLICE_MILLISECONDS = 8;
const SHORTEST_SLICE = 1 << 12;
const LONGEST_SLICE = 1 << 26;
const FIRST_SLICE = 1 << 17;

/** What the loop needs of the machine. */
export interface RunLoopOwner {
  readonly core: MachineCore;
  readonly clock: InstructionClock;
  readonly ended: FinalEnd | undefined;
  /** The machine's own limits, where a wait names none. */
  readonly defaultLimits: Limits;
  /** True as long as every instruction has to be seen; the core then runs one at a time. */
  readonly isTracing: boolean;
  /** True if something was thrown inside the core and has to get out. */
  readonly mustStop: boolean;
  /** Called around each instruction that is traced. */
  beforeInstruction(): void;
  afterInstruction(): void;
  /** Called when the core has left off for a reason of its own; may set `ended`. */
  coreStopped(reason: 'halt' | 'idle-loop' | 'shutdown' | 'unimplemented'): void;
  /** Called after each slice, outside the core: time to tell listeners. @throws what a device or listener threw */
  sliceEnded(): void;
  started(): void;
  stopped(end: End): void;
}

/** One wait under way. */
interface Wait {
  readonly condition: WaitCondition<unknown> | undefined;
  readonly deadlineNanos: number;
  readonly limitInstructions: number;
  settle(outcome: WaitOutcome<unknown>): void;
  fail(error: unknown): void;
}

export class RunLoop {
  readonly #owner: RunLoopOwner;
  readonly #waits = new Set<Wait>();
  #isDriving = false;
  #isInsideCore = false;
  #sliceInstructions = FIRST_SLICE;
  #lastEnd: End = { kind: 'paused' };

  constructor(owner: RunLoopOwner) {
    this.#owner = owner;
  }

  get isRunning(): boolean {
    return this.#waits.size > 0;
  }

  /**
   * Runs the guest until the condition holds (without one: until the machine ends or a limit is reached).
   * @throws RangeError for an impossible limit
   */
  wait<T>(condition: WaitCondition<T> | undefined, limits: Limits = {}): Promise<WaitOutcome<T>> {
    const { defaultLimits, clock, ended } = this.#owner;
    const limitInstructions = limits.instructions ?? defaultLimits.instructions ?? DEFAULT_LIMIT_INSTRUCTIONS;
    if (!(limitInstructions >= 0) || (Number.isFinite(limitInstructions) && !Number.isInteger(limitInstructions))) {
      throw new RangeError(`limit of ${limitInstructions} instructions: expected a whole number, 0 or more`);
    }
    const found = condition?.test();
    if (found !== undefined) return Promise.resolve({ found });
    if (ended) return Promise.resolve({ end: ended });
    const signals = [limits.signal, defaultLimits.signal].filter((signal) => signal !== undefined);
    const fired = signals.find((signal) => signal.aborted);
    if (fired) return Promise.resolve({ end: { kind: 'aborted', reason: fired.reason } });

    return new Promise((resolve, reject) => {
      const onAbort = () => {
        const reason = signals.find((signal) => signal.aborted)?.reason;
        wait.settle({ end: { kind: 'aborted', reason } });
      };
      const leave = () => {
        for (const signal of signals) signal.removeEventListener('abort', onAbort);
        this.#waits.delete(wait);
        if (this.#isInsideCore) this.#owner.core.requestStop();
      };
      const wait: Wait = {
        condition,
        limitInstructions,
        deadlineNanos: clock.nowNanos + limitInstructions * NANOS_PER_INSTRUCTION,
        settle: (outcome) => {
          leave();
          this.#lastEnd = 'end' in outcome ? outcome.end : { kind: 'until' };
          resolve(outcome as WaitOutcome<T>);
        },
        fail: (error) => {
          leave();
          reject(error);
        },
      };
      for (const signal of signals) signal.addEventListener('abort', onAbort);
      this.#waits.add(wait);
      if (!this.#isDriving) void this.#drive();
    });
  }

  /** Ends all waits. */
  endAll(end: End): void {
    for (const wait of [...this.#waits]) wait.settle({ end });
  }

  /** Tells that a byte has gone through a serial port, from inside the instruction that sent it. */
  serialByteSent(port: number, byte: number): void {
    for (const wait of [...this.#waits]) {
      if (wait.condition?.mayCompleteWith?.(port, byte)) test(wait);
    }
  }

  async #drive(): Promise<void> {
    this.#isDriving = true;
    // Everybody who starts to wait in this turn is there before the guest moves.
    await Promise.resolve();
    try {
      if (this.#waits.size > 0) this.#owner.started();
      while (this.#waits.size > 0) {
        const startNanos = this.#owner.clock.nowNanos;
        const startMilliseconds = hostMilliseconds();
        this.#runSlice();
        const isFull = this.#owner.clock.nowNanos - startNanos >= this.#sliceInstructions * NANOS_PER_INSTRUCTION;
        this.#adaptSlice(hostMilliseconds() - startMilliseconds, isFull);
        this.#owner.sliceEnded();
        if (this.#owner.ended) this.#settleEnded(this.#owner.ended);
        else await yieldToHost();
      }
    } catch (error) {
      for (const wait of [...this.#waits]) wait.fail(error);
    } finally {
      this.#isDriving = false;
      this.#owner.stopped(this.#lastEnd);
    }
  }

  /** Runs until the slice is used up, a wait ends or the machine ends. */
  #runSlice(): void {
    const owner = this.#owner;
    const { core, clock } = owner;
    const sliceEndNanos = clock.nowNanos + this.#sliceInstructions * NANOS_PER_INSTRUCTION;
    const waiting = this.#waits.size;
    while (!owner.ended && !owner.mustStop && this.#waits.size === waiting && clock.nowNanos < sliceEndNanos) {
      const nanos = Math.min(sliceEndNanos, this.#nextDeadline(), this.#nextObservation()) - clock.nowNanos;
      let budget = Math.min(Math.ceil(nanos / NANOS_PER_INSTRUCTION), clock.instructionsToNextAlarm);
      const isTracing = owner.isTracing && budget > 0;
      if (isTracing) {
        owner.beforeInstruction();
        budget = 1;
      }
      if (budget > 0) {
        this.#isInsideCore = true;
        const reason = core.run(budget);
        this.#isInsideCore = false;
        if (isTracing) owner.afterInstruction();
        if (reason !== 'budget' && reason !== 'stop' && !owner.ended) owner.coreStopped(reason);
      }
      clock.ringDueAlarms();
      if (!owner.ended) this.#observe();
    }
  }

  /** Tests and limits at the points of time where they belong. */
  #observe(): void {
    const now = this.#owner.clock.nowNanos;
    const isObservationPoint = now % (OBSERVATION_INTERVAL * NANOS_PER_INSTRUCTION) === 0;
    for (const wait of [...this.#waits]) {
      const isDue = now >= wait.deadlineNanos;
      if ((isObservationPoint || isDue) && test(wait)) continue;
      if (isDue) wait.settle({ end: { kind: 'limit', instructions: wait.limitInstructions } });
    }
  }

  /** The machine has ended: what came true with its last instruction counts, everything else is told the end. */
  #settleEnded(end: FinalEnd): void {
    for (const wait of [...this.#waits]) {
      if (!test(wait)) wait.settle({ end });
    }
  }

  #nextDeadline(): number {
    let earliest = Infinity;
    for (const wait of this.#waits) earliest = Math.min(earliest, wait.deadlineNanos);
    return earliest;
  }

  #nextObservation(): number {
    for (const wait of this.#waits) {
      if (!wait.condition) continue;
      const interval = OBSERVATION_INTERVAL * NANOS_PER_INSTRUCTION;
      return (Math.floor(this.#owner.clock.nowNanos / interval) + 1) * interval;
    }
    return Infinity;
  }

  /** A slice that ended early says nothing about how long a full one would take, unless it was too long already. */
  #adaptSlice(milliseconds: number, isFull: boolean): void {
    if (milliseconds > 2 * SLICE_MILLISECONDS) this.#sliceInstructions /= 2;
    else if (isFull && milliseconds < SLICE_MILLISECONDS / 2) this.#sliceInstructions *= 2;
    this.#sliceInstructions = Math.min(LONGEST_SLICE, Math.max(SHORTEST_SLICE, this.#sliceInstructions));
  }
}

/** Settles a wait whose condition holds now. @returns whether the wait is over */
function test(wait: Wait): boolean {
  try {
    const found = wait.condition?.test();
    if (found === undefined) return false;
    wait.settle({ found });
  } catch (error) {
    wait.fail(error);
  }
  return true;
}
