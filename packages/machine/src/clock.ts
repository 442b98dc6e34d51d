/**
 * Guest time. The machine's only notion of time is the number of instructions that the guest has retired, so a run is
 * the same on every host: one instruction takes `NANOS_PER_INSTRUCTION`. Time that the processor sleeps through in
 * HLT is added to it.
 *
 * Devices get the interface `Clock` and set alarms; the run loop asks for the next one and never lets the guest run
 * past it. Real durations of instructions, caches and buses are not modelled.
 */

/** How long one guest instruction takes: a PC of 1000 MIPS. The time stamp counter has the same rate. */
export const NANOS_PER_INSTRUCTION = 1;

/** Time as devices see it. Plain numbers: exact up to 2^53 nanoseconds, 104 days of guest time. */
export interface Clock {
  readonly nowNanos: number;
  /**
   * Calls back once `deltaNanos` from now (at least 1, rounded up to whole ones) have passed; alarms of one moment ring
   * in order of setting.
   */
  schedule(deltaNanos: number, ring: () => void): Alarm;
}

/** A pending alarm. */
export interface Alarm {
  /** Takes the alarm back; nothing happens if it has rung. */
  cancel(): void;
}

interface PendingAlarm {
  readonly dueNanos: number;
  readonly ring: () => void;
}

/** The clock of a machine, driven by its count of retired instructions. */
export class InstructionClock implements Clock {
  readonly #retiredInstructions: () => number;
  readonly #alarmSet: (dueNanos: number) => void;
  /** Ordered by due time, then by age. */
  readonly #alarms: PendingAlarm[] = [];
  #sleptNanos = 0;

  /** @param alarmSet told when each alarm is set for, so that a run under way can end in time */
  constructor(retiredInstructions: () => number, alarmSet: (dueNanos: number) => void = () => {}) {
    this.#retiredInstructions = retiredInstructions;
    this.#alarmSet = alarmSet;
  }

  get nowNanos(): number {
    return this.#retiredInstructions() * NANOS_PER_INSTRUCTION + this.#sleptNanos;
  }

  /** Time without instructions so far. */
  get sleptNanos(): number {
    return this.#sleptNanos;
  }

  schedule(deltaNanos: number, ring: () => void): Alarm {
    const alarm = { dueNanos: this.nowNanos + Math.max(1, Math.ceil(deltaNanos)), ring };
    const later = this.#alarms.findIndex((other) => other.dueNanos > alarm.dueNanos);
    this.#alarms.splice(later < 0 ? this.#alarms.length : later, 0, alarm);
    this.#alarmSet(alarm.dueNanos);
    return {
      cancel: () => {
        const index = this.#alarms.indexOf(alarm);
        if (index >= 0) this.#alarms.splice(index, 1);
      },
    };
  }

  /** When the next alarm is due; Infinity without alarms. */
  get nextAlarmNanos(): number {
    return this.#alarms[0]?.dueNanos ?? Infinity;
  }

  /** Instructions that may retire before the next alarm is due; Infinity without alarms. */
  get instructionsToNextAlarm(): number {
    return Math.ceil(Math.max(0, this.nextAlarmNanos - this.nowNanos) / NANOS_PER_INSTRUCTION);
  }

  /** Lets time pass without instructions, as a sleeping processor does; never past the next alarm. */
  sleep(nanos: number): void {
    this.#sleptNanos += nanos;
  }

  /** Rings all alarms that are due. */
  ringDueAlarms(): void {
    for (let next = this.#alarms[0]; next && next.dueNanos <= this.nowNanos; next = this.#alarms[0]) {
      this.#alarms.shift();
      next.ring();
    }
  }
}
