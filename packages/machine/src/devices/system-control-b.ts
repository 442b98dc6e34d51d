/**
 * System control port B of a PC, 0x61: the gate of the timer's counter 2, the speaker, and what can be read back.
 * IBM PC AT Technical Reference, "System board"; Intel 82371AB (PIIX4) datasheet, "NMISC".
 *
 *   0  gate of counter 2 (rw)      4  toggles with each refresh of memory, every 15 microseconds
 *   1  speaker data (rw)           5  output of counter 2
 *   2, 3  checks off (rw)          6, 7  memory and channel errors: never
 *
 * No speaker is heard. Kernels read this port a hundred thousand times to measure the processor against counter 2.
 */

import type { PortDevice } from '../bus/port-bus.ts';
import type { Clock } from '../clock.ts';
import { PIT_HERTZ, type PitCounter } from './pit-8254.ts';

export const SYSTEM_CONTROL_B_PORT = 0x61;

const GATE_2 = 1 << 0;
const WRITABLE = 0x0f;
const REFRESH = 1 << 4;
const OUTPUT_2 = 1 << 5;

/** Counter 1 of every PC asks for a refresh each 18 pulses. */
const REFRESH_NANOS = (18 * 1e9) / PIT_HERTZ;

export class SystemControlB implements PortDevice {
  readonly #clock: Clock;
  readonly #counter: PitCounter;
  #value = 0;

  /** @param counter counter 2 */
  constructor(clock: Clock, counter: PitCounter) {
    this.#clock = clock;
    this.#counter = counter;
  }

  portRead(): number {
    const refresh = Math.floor(this.#clock.nowNanos / REFRESH_NANOS) % 2 === 1;
    return this.#value | (refresh ? REFRESH : 0) | (this.#counter.output ? OUTPUT_2 : 0);
  }

  portWrite(_port: number, _sizeBytes: 1 | 2 | 4, value: number): void {
    this.#value = value & WRITABLE;
    this.#counter.gate = (value & GATE_2) !== 0;
  }
}
