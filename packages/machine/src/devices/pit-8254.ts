/**
 * 8254 programmable interval timer: three counters at 1.193182 MHz.
 * Datasheet: Intel 8254 (order 231164), https://www.scs.stanford.edu/10wi-cs140/pintos/specs/8254.pdf
 *
 *   A1 A0 = 0, 1, 2   counter 0, 1, 2: its count, low and high byte as the control word says
 *   A1 A0 = 3         control word, counter latch command, read-back command (write only)
 *
 * Nothing counts here: a counter knows the clock pulse at which it was loaded, and what it shows now follows from the time
 * that has passed, so a guest may ask as often as it likes. A counter whose output is a wire (`outputChanged`) sets an
 * alarm for the pulse at which the output changes next. A count written becomes effective at the next pulse, as in the
 * datasheet's timing diagrams. A counter that has had no control word, which the datasheet leaves undefined, stands still
 * with its output high.
 */

import type { InterruptLine } from '../bus/interrupt-line.ts';
import type { PortDevice } from '../bus/port-bus.ts';
import type { Alarm, Clock } from '../clock.ts';

export const PIT_PORT = 0x40;
export const PIT_PORT_COUNT = 4;

/** Pulses per second on CLK: a twelfth of the 14.31818 MHz crystal of the first PC. */
export const PIT_HERTZ = 1_193_182;
const NANOS_PER_SECOND = 1e9;

const CONTROL_PORT = 3;

const CONTROL_COUNTER_SHIFT = 6; // 3: read-back command
const CONTROL_ACCESS_SHIFT = 4; // 0: counter latch command
const CONTROL_MODE_SHIFT = 1;
const CONTROL_BCD = 1 << 0;
const READ_BACK = 3;

const READ_BACK_NO_COUNT = 1 << 5;
const READ_BACK_NO_STATUS = 1 << 4;
const READ_BACK_FIRST_COUNTER = 1 << 1;

const STATUS_OUTPUT = 1 << 7;
const STATUS_NULL_COUNT = 1 << 6;

const ACCESS_LOW = 1;
const ACCESS_HIGH = 2;
const ACCESS_BOTH = 3;

const MODE_TERMINAL_COUNT = 0;
const MODE_ONE_SHOT = 1;
const MODE_RATE = 2;
const MODE_SQUARE = 3;
const MODE_SOFTWARE_STROBE = 4;
const MODE_HARDWARE_STROBE = 5;

/** Everything that a counter remembers. Times are counted in pulses of CLK since boot. */
export interface PitCounterState {
  /** Bits 5 to 0 of the control word. */
  access: number;
  mode: number;
  bcd: boolean;
  gate: boolean;
  /** The byte of a two-byte write that came first, -1 when none has. */
  firstByte: number;
  /** Which byte a two-byte read gives next. */
  readHigh: boolean;
  /** Bytes latched by commands, the next one first; the status goes before the count. */
  latched: number[];
  isStatusLatched: boolean;
  /** A count is in the counting element; without one the output stays as the mode's control word set it. */
  isLoaded: boolean;
  /** The count, 1 to 65536 (10000 for BCD). */
  count: number;
  /** Pulse at which the counting element got its count. */
  startPulse: number;
  /** While the gate of modes 0 and 4 stops it: pulses counted until then, otherwise -1. */
  stoppedAfter: number;
  /** Modes 1 and 5 wait for a trigger; modes 2 and 3 stand still while the gate is low. */
  isRunning: boolean;
  /** A count that becomes effective at `nextPulse`, 0 for none. */
  nextCount: number;
  nextPulse: number;
}

/** One counter of the chip. */
export class PitCounter {
  readonly #clock: Clock;
  readonly #output: InterruptLine | undefined;
  #alarm: Alarm | undefined;
  readonly #state: PitCounterState = {
    access: 0,
    mode: MODE_SQUARE,
    bcd: false,
    gate: true,
    firstByte: -1,
    readHigh: false,
    latched: [],
    isStatusLatched: false,
    isLoaded: false,
    count: 0x10000,
    startPulse: 0,
    stoppedAfter: -1,
    isRunning: false,
    nextCount: 0,
    nextPulse: Infinity,
  };

  /** @param output where OUT leads; without it the output is only read */
  constructor(clock: Clock, gate: boolean, output?: InterruptLine) {
    this.#clock = clock;
    this.#output = output;
    this.#state.gate = gate;
  }

  /** OUT. */
  get output(): boolean {
    return this.#outputAt(this.#now());
  }

  get gate(): boolean {
    return this.#state.gate;
  }

  /** Whether OUT will rise by itself. */
  get willRise(): boolean {
    return this.#nextChange(this.#now()) < Infinity;
  }

  /** Drives GATE. A rising edge triggers modes 1, 2, 3 and 5; a low level stops modes 0, 2, 3 and 4. */
  set gate(high: boolean) {
    const s = this.#state;
    if (high === s.gate) return;
    const now = this.#now();
    const elapsed = this.#elapsed(now);
    s.gate = high;
    switch (s.mode) {
      case MODE_TERMINAL_COUNT:
      case MODE_SOFTWARE_STROBE:
        if (s.isLoaded && !high) s.stoppedAfter = elapsed;
        else if (s.stoppedAfter >= 0) {
          s.startPulse = now - s.stoppedAfter;
          s.stoppedAfter = -1;
        }
        break;
      case MODE_RATE:
      case MODE_SQUARE:
        if (high) this.#trigger(now);
        else {
          s.stoppedAfter = elapsed;
          s.isRunning = false;
        }
        break;
      default: // modes 1 and 5
        if (high) this.#trigger(now);
    }
    this.#follow();
  }

  /** Control word: the counter waits for its first count. */
  control(access: number, mode: number, bcd: boolean): void {
    const s = this.#state;
    Object.assign(s, {
      access,
      mode,
      bcd,
      firstByte: -1,
      readHigh: false,
      latched: [],
      isStatusLatched: false,
      isLoaded: false,
      stoppedAfter: -1,
      isRunning: false,
      nextCount: 0,
      nextPulse: Infinity,
    } satisfies Partial<PitCounterState>);
    this.#follow();
  }

  writeByte(value: number): void {
    const s = this.#state;
    if (s.access === ACCESS_LOW) this.#writeCount(value);
    else if (s.access === ACCESS_HIGH) this.#writeCount(value << 8);
    else if (s.access === ACCESS_BOTH && s.firstByte >= 0) {
      const count = s.firstByte | (value << 8);
      s.firstByte = -1;
      this.#writeCount(count);
    } else if (s.access === ACCESS_BOTH) {
      s.firstByte = value;
      // In mode 0 the first byte stops the counting and lowers the output (datasheet, "Mode 0").
      if (s.mode === MODE_TERMINAL_COUNT) {
        s.isLoaded = false;
        this.#follow();
      }
    }
  }

  readByte(): number {
    const s = this.#state;
    const latched = s.latched.shift();
    if (latched !== undefined) {
      if (s.latched.length === 0) s.isStatusLatched = false;
      return latched;
    }
    const count = this.#countNow();
    if (s.access === ACCESS_BOTH) s.readHigh = !s.readHigh;
    return s.access === ACCESS_HIGH || (s.access === ACCESS_BOTH && !s.readHigh) ? count >> 8 : count & 0xff;
  }

  /** Counter latch command; a latched count stays until it is read. */
  latchCount(): void {
    const s = this.#state;
    if (s.latched.length > (s.isStatusLatched ? 1 : 0)) return;
    const count = this.#countNow();
    if (s.access !== ACCESS_HIGH) s.latched.push(count & 0xff);
    if (s.access !== ACCESS_LOW) s.latched.push(count >> 8);
    s.readHigh = false;
  }

  /** Read-back command for the status. */
  latchStatus(): void {
    const s = this.#state;
    if (s.isStatusLatched) return;
    const now = this.#now();
    this.#settle(now);
    const isNull = !s.isLoaded || s.nextCount !== 0 || now < s.startPulse;
    s.latched.unshift(
      (this.#outputAt(now) ? STATUS_OUTPUT : 0) |
        (isNull ? STATUS_NULL_COUNT : 0) |
        (s.access << CONTROL_ACCESS_SHIFT) |
        (s.mode << CONTROL_MODE_SHIFT) |
        (s.bcd ? CONTROL_BCD : 0),
    );
    s.isStatusLatched = true;
  }

  /** Pulses of CLK since boot, in whole numbers far beyond what a product of nanoseconds could hold. */
  #now(): number {
    const nanos = this.#clock.nowNanos;
    const seconds = Math.floor(nanos / NANOS_PER_SECOND);
    const rest = nanos - seconds * NANOS_PER_SECOND;
    return seconds * PIT_HERTZ + Math.floor((rest * PIT_HERTZ) / NANOS_PER_SECOND);
  }

  #writeCount(written: number): void {
    const s = this.#state;
    const now = this.#now();
    this.#settle(now);
    const count = s.bcd ? fromBcd(written) || 10_000 : written || 0x10000;
    switch (s.mode) {
      case MODE_TERMINAL_COUNT:
      case MODE_SOFTWARE_STROBE:
        this.#load(count, now + 1);
        break;
      case MODE_RATE:
      case MODE_SQUARE:
        if (!s.isLoaded) {
          this.#load(count, now + 1);
          s.isRunning = s.gate;
        } else if (s.isRunning) {
          s.nextCount = count;
          s.nextPulse = this.#endOfCycle(now);
        } else s.nextCount = count;
        break;
      default: // modes 1 and 5 take it with the next trigger
        s.nextCount = count;
    }
    this.#follow();
  }

  #load(count: number, pulse: number): void {
    const s = this.#state;
    s.count = count;
    s.startPulse = pulse;
    s.isLoaded = true;
    s.nextCount = 0;
    s.nextPulse = Infinity;
    s.stoppedAfter = s.gate ? -1 : 0;
  }

  /** A rising edge on the gate: the counter starts over, with the count written last. */
  #trigger(now: number): void {
    const s = this.#state;
    if (!s.isLoaded && s.nextCount === 0) return;
    this.#load(s.nextCount || s.count, now + 1);
    s.isRunning = true;
  }

  /** Lets a new count of modes 2 and 3 take effect when its time has come. */
  #settle(now: number): void {
    const s = this.#state;
    if (now < s.nextPulse) return;
    const { nextCount, nextPulse } = s;
    // In mode 3 it may come in the middle of the wave: the new one then goes on with its low half.
    const isLowNext = s.mode === MODE_SQUARE && !this.#squareAt(nextPulse - s.startPulse);
    this.#load(nextCount, nextPulse);
    if (isLowNext) s.startPulse -= Math.ceil(nextCount / 2);
  }

  /** Pulse at which modes 2 and 3 take a new count: the end of the period, or of the half period. */
  #endOfCycle(now: number): number {
    const { count, startPulse, mode } = this.#state;
    const elapsed = Math.max(0, now - startPulse);
    const period = startPulse + (Math.floor(elapsed / count) + 1) * count;
    const high = Math.ceil(count / 2);
    return mode === MODE_SQUARE && elapsed % count < high ? period - count + high : period;
  }

  /** Pulses since the count was loaded, without those during which the gate was low. */
  #elapsed(now: number): number {
    const s = this.#state;
    return s.stoppedAfter >= 0 ? s.stoppedAfter : Math.max(0, now - s.startPulse);
  }

  #countNow(): number {
    const now = this.#now();
    this.#settle(now);
    const { mode, count, bcd, isLoaded } = this.#state;
    const elapsed = this.#elapsed(now);
    const modulus = bcd ? 10_000 : 0x10000;
    let value = count;
    if (isLoaded && mode === MODE_RATE) value = count - (elapsed % count);
    else if (isLoaded && mode === MODE_SQUARE) {
      // Both halves count down by two from the even number at or below the count.
      const inPeriod = elapsed % count;
      const high = Math.ceil(count / 2);
      value = (count & ~1) - 2 * (inPeriod < high ? inPeriod : inPeriod - high);
    } else if (isLoaded) value = count - elapsed;
    value = ((value % modulus) + modulus) % modulus;
    return bcd ? toBcd(value) : value;
  }

  #outputAt(now: number): boolean {
    this.#settle(now);
    const s = this.#state;
    const elapsed = this.#elapsed(now);
    switch (s.mode) {
      case MODE_TERMINAL_COUNT:
        return s.isLoaded && elapsed >= s.count;
      case MODE_ONE_SHOT:
        return !s.isRunning || now < s.startPulse || elapsed >= s.count;
      case MODE_RATE:
        return !s.isRunning || elapsed % s.count !== s.count - 1;
      case MODE_SQUARE:
        return !s.isRunning || this.#squareAt(elapsed);
      case MODE_SOFTWARE_STROBE:
        return !s.isLoaded || elapsed !== s.count;
      default: // mode 5
        return !s.isRunning || elapsed !== s.count;
    }
  }

  #squareAt(elapsed: number): boolean {
    const { count } = this.#state;
    return elapsed % count < Math.ceil(count / 2);
  }

  /** Pulse at which OUT changes next; Infinity if it does not. */
  #nextChange(now: number): number {
    this.#settle(now);
    const { mode, count, startPulse, isLoaded, isRunning, stoppedAfter, nextPulse } = this.#state;
    if (!isLoaded || stoppedAfter >= 0) return Infinity;
    const elapsed = Math.max(0, now - startPulse);
    const after = (pulses: number) => (elapsed < pulses ? startPulse + pulses : Infinity);
    switch (mode) {
      case MODE_TERMINAL_COUNT:
        return after(count);
      case MODE_ONE_SHOT:
        if (!isRunning) return Infinity;
        return now < startPulse ? startPulse : after(count);
      case MODE_RATE:
      case MODE_SQUARE: {
        if (!isRunning) return Infinity;
        if (count === 1) return nextPulse; // the datasheet forbids 1; the output does not change then
        const low = mode === MODE_RATE ? count - 1 : Math.ceil(count / 2);
        const inPeriod = elapsed % count;
        const change = startPulse + elapsed - inPeriod + (inPeriod < low ? low : count);
        return Math.min(change, nextPulse);
      }
      default: // modes 4 and 5
        if (mode === MODE_HARDWARE_STROBE && !isRunning) return Infinity;
        return Math.min(after(count), after(count + 1));
    }
  }

  /** Brings the wire up to date and sets the alarm for its next change. */
  #follow(): void {
    if (!this.#output) return;
    this.#alarm?.cancel();
    const now = this.#now();
    this.#output.set(this.#outputAt(now));
    const next = this.#nextChange(now);
    if (next === Infinity) return;
    this.#alarm = this.#clock.schedule(nanosOf(next) - this.#clock.nowNanos, () => this.#follow());
  }
}

/** The chip: counters 0, 1 and 2. */
export class Pit8254 implements PortDevice {
  readonly counters: readonly [PitCounter, PitCounter, PitCounter];

  /** @param output0 OUT of counter 0, which is IRQ 0 of a PC */
  constructor(clock: Clock, output0: InterruptLine) {
    // The gates of counters 0 and 1 are tied high; that of counter 2 is bit 0 of port 0x61.
    this.counters = [new PitCounter(clock, true, output0), new PitCounter(clock, true), new PitCounter(clock, false)];
  }

  portRead(port: number): number {
    return this.counters[(port & 3) as 0 | 1 | 2]?.readByte() ?? 0xff;
  }

  portWrite(port: number, _sizeBytes: 1 | 2 | 4, value: number): void {
    if ((port & 3) !== CONTROL_PORT) this.counters[(port & 3) as 0 | 1 | 2].writeByte(value);
    else if (value >> CONTROL_COUNTER_SHIFT === READ_BACK) this.#readBack(value);
    else this.#control(value);
  }

  #control(value: number): void {
    const counter = this.counters[(value >> CONTROL_COUNTER_SHIFT) as 0 | 1 | 2];
    const access = (value >> CONTROL_ACCESS_SHIFT) & 3;
    if (access === 0) {
      counter.latchCount();
      return;
    }
    const mode = (value >> CONTROL_MODE_SHIFT) & 7;
    // 6 and 7 are other spellings of 2 and 3.
    counter.control(access, mode > MODE_HARDWARE_STROBE ? mode & 3 : mode, (value & CONTROL_BCD) !== 0);
  }

  #readBack(value: number): void {
    this.counters.forEach((counter, i) => {
      if (!(value & (READ_BACK_FIRST_COUNTER << i))) return;
      if (!(value & READ_BACK_NO_COUNT)) counter.latchCount();
      if (!(value & READ_BACK_NO_STATUS)) counter.latchStatus();
    });
  }
}

/** The first nanosecond of a pulse. */
function nanosOf(pulse: number): number {
  const seconds = Math.floor(pulse / PIT_HERTZ);
  return seconds * NANOS_PER_SECOND + Math.ceil(((pulse - seconds * PIT_HERTZ) * NANOS_PER_SECOND) / PIT_HERTZ);
}

function fromBcd(value: number): number {
  return (value & 15) + ((value >> 4) & 15) * 10 + ((value >> 8) & 15) * 100 + ((value >> 12) & 15) * 1000;
}

function toBcd(value: number): number {
  const digit = (divisor: number) => Math.floor(value / divisor) % 10;
  return digit(1) | (digit(10) << 4) | (digit(100) << 8) | (digit(1000) << 12);
}
