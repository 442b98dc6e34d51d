/** A clock for device tests that moves only when told to. */

import { type Alarm, type Clock, InstructionClock } from '../src/clock.ts';

export class MockClock implements Clock {
  #nanos = 0;
  readonly #clock = new InstructionClock(() => this.#nanos);

  get nowNanos(): number {
    return this.#nanos;
  }

  schedule(deltaNanos: number, ring: () => void): Alarm {
    return this.#clock.schedule(deltaNanos, ring);
  }

  /** Lets time pass and rings what becomes due, each alarm at its time. */
  advance(nanos: number): void {
    const end = this.#nanos + nanos;
    while (this.#nanos + this.#clock.instructionsToNextAlarm <= end) {
      this.#nanos += this.#clock.instructionsToNextAlarm;
      this.#clock.ringDueAlarms();
    }
    this.#nanos = end;
  }
}
