/**
 * Runs the core for whoever waits: in slices, with a turn for the host between two slices, so that a page or terminal
 * stays alive and `pause` and signals get through.
 *
 * Results do not depend on the slices. Everything that can be noticed from outside happens at points that guest time
 * alone decides: alarms at their time, a wait for serial output at the instruction that sends the byte, all other
 * conditions at multiples of `OBSERVATION_INTERVAL` and whenever the processor goes to sleep, limits at theirs. A slice
 * ends early when a wait ends, so that whoever waited sees the machine exactly there.
 *
 * A processor that sleeps (HLT, or a jump to itself) with interrupts on is not run until an interrupt is pending. Until
 * then time passes from alarm to alarm, at once or at the host's pace; the machine ends when none of them can lead to
 * an interrupt, or is idle when only input can.
 */

import type { End, FinalEnd, Limits } from './api.ts';
import { type InstructionClock, NANOS_PER_INSTRUCTION } from './clock.ts';
import type { MachineCore } from './core.ts';
import { type HostSleep, hostMilliseconds, sleepOnHost, yieldToHost } from './host.ts';
import { Pacer } from './pace.ts';
import type { GuestAction, WaitCondition, WaitOutcome } from './wait.ts';

/** Instructions of guest time between two looks at screen and conditions. */
export const OBSERVATION_INTERVAL = 1 << 16;

/** Limit of a wait that names none. */
export const DEFAULT_LIMIT_INSTRUCTIONS = 200_000_000;

/** Time slept through counts towards a limit as one instruction for so many nanoseconds. */
export const SLEPT_NANOS_PER_LIMIT_INSTRUCTION = 100;

/** How long the host should wait for its turn, in milliseconds of its own clock. */
const SLICE_MILLISECONDS = 8;
const SHORTEST_SLICE = 1 << 12;
const LONGEST_SLICE = 1 << 26;
/** The host has optimized nothing yet, and somebody waits for the first picture. */
const FIRST_SLICE = 1 << 16;

/** What can end the processor's sleep, seen from now: an alarm that is set, nothing but input, or nothing at all. */
export type SleepOutlook = 'alarm' | 'input' | 'never';

/** How the processor went to sleep. */
type SleepKind = 'hlt' | 'jump-to-self' | 'numeric-error';

/** What the loop needs of the machine. */
export interface RunLoopOwner {
  readonly core: MachineCore;
  readonly clock: InstructionClock;
  readonly pace: 'free' | 'host';
  readonly ended: FinalEnd | undefined;
  /** The machine's own limits, where a wait names none. */
  readonly defaultLimits: Limits;
  /** True as long as every instruction has to be seen; the core then runs one at a time. */
  readonly isTracing: boolean;
  /** True as long as the guest is to stop at certain instructions; the core then runs one at a time. */
  readonly hasBreakpoints: boolean;
  /** Address of the next instruction if the guest is to stop there. */
  breakpointAhead(): bigint | undefined;
  /** True if something was thrown inside the core and has to get out. */
  readonly mustStop: boolean;
  /** RFLAGS.IF. */
  readonly interruptsEnabled: boolean;
  /** INTR is asserted. */
  readonly isInterruptPending: boolean;
  readonly sleepOutlook: SleepOutlook;
  /** When recorded input is to enter next; Infinity if none is. */
  readonly nextInputNanos: number;
  /** Called around each instruction that is traced. */
  beforeInstruction(): void;
  afterInstruction(): void;
  /** Called when the core has left off for good; may set `ended`. */
  coreStopped(reason: 'shutdown' | 'unimplemented'): void;
  /** Nothing will ever wake the processor: sets `ended`. */
  sleepsForGood(by: SleepKind): void;
  /** Called between two instructions, when all alarms of the moment have rung: input may enter. */
  boundary(): void;
  /** Called after each slice, outside the core: time to tell listeners. @throws what a device or listener threw */
  sliceEnded(): void;
  started(): void;
  stopped(end: End): void;
}

/** One wait under way. */
interface Wait {
  readonly condition: WaitCondition<unknown> | undefined;
  /** In hundredths of an instruction, see `#effort`. */
  readonly deadline: number;
  readonly limitInstructions: number;
  settle(outcome: WaitOutcome<unknown>): void;
  fail(error: unknown): void;
}

export class RunLoop {
  readonly #owner: RunLoopOwner;
  readonly #waits = new Set<Wait>();
  readonly #pacer = new Pacer();
  #isDriving = false;
  #isInsideCore = false;
  /** When the run under way ends at the latest. */
  #runEndNanos = 0;
  /** Set while the processor sleeps; at another `rip` somebody has moved it, which wakes it. */
  #sleep: { readonly by: SleepKind; readonly rip: bigint } | undefined;
  /** Set while the host waits for guest time to pass. */
  #hostSleep: HostSleep | undefined;
  /** Input has come since the slice began, so the host must not wait for what was to come without it. */
  #hasInput = false;
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
    const { defaultLimits, ended } = this.#owner;
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
        this.#hostSleep?.wake();
      };
      const wait: Wait = {
        condition,
        limitInstructions,
        deadline: this.#effort + limitInstructions * SLEPT_NANOS_PER_LIMIT_INSTRUCTION,
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
      this.#hostSleep?.wake();
      if (!this.#isDriving) void this.#drive();
    });
  }

  /** Ends all waits. */
  endAll(end: End): void {
    for (const wait of [...this.#waits]) wait.settle({ end });
  }

  /** Tells what the guest does, from inside the instruction that does it. */
  guestDid(action: GuestAction): void {
    for (const wait of [...this.#waits]) {
      if (wait.condition?.mayCompleteWith?.(action)) test(wait);
    }
  }

  /** An alarm is set, perhaps from inside a run that would go on past it. */
  alarmSet(dueNanos: number): void {
    if (!this.#isInsideCore || dueNanos >= this.#runEndNanos) return;
    const { core, clock } = this.#owner;
    core.limitRun(Math.ceil((dueNanos - clock.nowNanos) / NANOS_PER_INSTRUCTION));
    this.#runEndNanos = dueNanos;
  }

  get isInsideCore(): boolean {
    return this.#isInsideCore;
  }

  /** Input wants in: ends the run under way, or the host's wait, whose time has then passed for the guest. */
  inputWaits(): void {
    if (this.#isInsideCore) this.#owner.core.requestStop();
    this.#hasInput = true;
    if (!this.#hostSleep) return;
    const owner = this.#owner;
    const { clock } = owner;
    const untilNanos = Math.min(this.#pacer.guestNanos, owner.nextInputNanos, this.#deadlineNanos);
    while (!owner.isInterruptPending && clock.nowNanos < untilNanos) {
      this.#sleepUntil(Math.min(clock.nextAlarmNanos, untilNanos));
      clock.ringDueAlarms();
    }
    this.#hostSleep.wake();
  }

  async #drive(): Promise<void> {
    this.#isDriving = true;
    // Everybody who starts to wait in this turn is there before the guest moves.
    await Promise.resolve();
    try {
      if (this.#waits.size > 0) this.#owner.started();
      this.#pacer.restart(this.#owner.clock.nowNanos);
      while (this.#waits.size > 0) {
        const startInstructions = this.#instructions;
        const startMilliseconds = hostMilliseconds();
        const hostWait = this.#runSlice();
        const isFull = this.#instructions - startInstructions >= this.#sliceInstructions;
        this.#adaptSlice(hostMilliseconds() - startMilliseconds, isFull);
        this.#owner.sliceEnded();
        if (this.#owner.ended) this.#settleEnded(this.#owner.ended);
        else if (hostWait !== undefined && !this.#hasInput && this.#waits.size > 0) await this.#waitOnHost(hostWait);
        else await yieldToHost();
      }
    } catch (error) {
      for (const wait of [...this.#waits]) wait.fail(error);
    } finally {
      this.#isDriving = false;
      this.#owner.stopped(this.#lastEnd);
    }
  }

  async #waitOnHost(untilNanos: number): Promise<void> {
    const milliseconds = this.#pacer.millisecondsUntil(untilNanos);
    if (milliseconds === 0) return;
    this.#hostSleep = sleepOnHost(milliseconds);
    await this.#hostSleep.done;
    this.#hostSleep = undefined;
  }

  /**
   * Runs until the slice is used up, a wait ends, the machine ends, or the host has to wait.
   * @returns guest time for which the host has to wait
   */
  #runSlice(): number | undefined {
    const owner = this.#owner;
    const sliceEnd = this.#effort + this.#sliceInstructions * SLEPT_NANOS_PER_LIMIT_INSTRUCTION;
    const waiting = this.#waits.size;
    this.#hasInput = false;
    while (!owner.ended && !owner.mustStop && this.#waits.size === waiting && this.#effort < sliceEnd) {
      const wasAsleep = this.#sleep !== undefined;
      if (this.#sleep) {
        const hostWait = this.#sleepOn(this.#sleep);
        if (hostWait !== undefined) return hostWait;
      } else this.#execute(sliceEnd);
      owner.clock.ringDueAlarms();
      if (!owner.ended) owner.boundary();
      if (!owner.ended) this.#observe(!wasAsleep && this.#sleep !== undefined);
    }
    return undefined;
  }

  /** Lets the core run to the next moment at which something is to happen. */
  #execute(sliceEnd: number): void {
    const owner = this.#owner;
    const { core, clock } = owner;
    const now = clock.nowNanos;
    const nanos = Math.min(this.#nextObservation(), clock.nextAlarmNanos, owner.nextInputNanos) - now;
    const effort = Math.min(sliceEnd, this.#nextDeadline()) - this.#effort;
    let budget = Math.ceil(Math.min(nanos / NANOS_PER_INSTRUCTION, effort / SLEPT_NANOS_PER_LIMIT_INSTRUCTION));
    if (budget <= 0) return;
    const { isTracing } = owner;
    if (isTracing) {
      owner.beforeInstruction();
      budget = 1;
    }
    this.#runEndNanos = now + budget * NANOS_PER_INSTRUCTION;
    this.#isInsideCore = true;
    const reason = owner.hasBreakpoints ? this.#runToBreakpoint(budget) : core.run(budget);
    this.#isInsideCore = false;
    // Asleep behind a HLT, the processor has not come to the instruction there.
    const rip =
      owner.hasBreakpoints && (reason === 'budget' || reason === 'stop') ? owner.breakpointAhead() : undefined;
    if (rip !== undefined) this.endAll({ kind: 'breakpoint', rip });
    if (isTracing) owner.afterInstruction();
    if (owner.ended) return;
    if (reason === 'halt') this.#fallAsleep('hlt');
    else if (reason === 'idle-loop') this.#fallAsleep('jump-to-self');
    else if (reason === 'numeric-error') this.#fallAsleep('numeric-error');
    else if (reason !== 'budget' && reason !== 'stop') owner.coreStopped(reason);
  }

  /**
   * Runs one instruction after the other. The delivery of an interrupt or exception counts as one, so the first
   * instruction of a handler is seen too. The instruction that the run begins with is not looked at: whoever goes on
   * from a breakpoint wants to leave it.
   */
  #runToBreakpoint(budget: number): ReturnType<MachineCore['run']> {
    const owner = this.#owner;
    const end = owner.core.instructionCount + budget;
    while (true) {
      const reason = owner.core.run(1);
      const isOver = owner.core.instructionCount >= end || owner.clock.nowNanos >= this.#runEndNanos;
      if (reason !== 'budget' || isOver || owner.breakpointAhead() !== undefined) return reason;
    }
  }

  #fallAsleep(by: SleepKind): void {
    const { interruptsEnabled, core } = this.#owner;
    if (interruptsEnabled) this.#sleep = { by, rip: core.registers.get('rip') };
    else this.#owner.sleepsForGood(by);
  }

  /**
   * One step of the processor's sleep: it wakes, time passes, or everybody is told that it will not.
   * @returns guest time for which the host has to wait
   */
  #sleepOn({ by, rip }: { readonly by: SleepKind; readonly rip: bigint }): number | undefined {
    const owner = this.#owner;
    const { clock, core } = owner;
    if (owner.isInterruptPending || core.registers.get('rip') !== rip) {
      this.#sleep = undefined;
      return undefined;
    }
    const { nextInputNanos } = owner;
    const outlook = nextInputNanos < Infinity ? 'alarm' : owner.sleepOutlook;
    if (outlook === 'never') {
      owner.sleepsForGood(by);
      return undefined;
    }
    if (outlook === 'input' && owner.pace === 'free') {
      this.endAll({ kind: 'idle' });
      return undefined;
    }
    const untilNanos = Math.min(clock.nextAlarmNanos, nextInputNanos, this.#deadlineNanos);
    if (owner.pace === 'host' && this.#pacer.millisecondsUntil(untilNanos) > 0) return untilNanos;
    this.#sleepUntil(untilNanos);
    return undefined;
  }

  #sleepUntil(nanos: number): void {
    const { clock, core } = this.#owner;
    const slept = nanos - clock.nowNanos;
    if (slept <= 0) return;
    clock.sleep(slept);
    core.passTime(slept / NANOS_PER_INSTRUCTION);
  }

  /** Tests and limits at the points of time where they belong. */
  #observe(hasFallenAsleep: boolean): void {
    const isObservationPoint =
      hasFallenAsleep || this.#owner.clock.nowNanos % (OBSERVATION_INTERVAL * NANOS_PER_INSTRUCTION) === 0;
    const effort = this.#effort;
    for (const wait of [...this.#waits]) {
      const isDue = effort >= wait.deadline;
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

  get #instructions(): number {
    const { clock } = this.#owner;
    return (clock.nowNanos - clock.sleptNanos) / NANOS_PER_INSTRUCTION;
  }

  /** What counts towards limits, in hundredths of an instruction: whole numbers, so that nothing is ever rounded. */
  get #effort(): number {
    return this.#instructions * SLEPT_NANOS_PER_LIMIT_INSTRUCTION + this.#owner.clock.sleptNanos;
  }

  #nextDeadline(): number {
    let earliest = Infinity;
    for (const wait of this.#waits) earliest = Math.min(earliest, wait.deadline);
    return earliest;
  }

  /** When a sleep reaches the next deadline. */
  get #deadlineNanos(): number {
    return this.#owner.clock.nowNanos + this.#nextDeadline() - this.#effort;
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
