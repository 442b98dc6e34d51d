/**
 * MC146818 real-time clock with its CMOS RAM, ports 0x70 and 0x71.
 * Datasheet: Motorola MC146818A, https://www.nxp.com/docs/en/data-sheet/MC146818.pdf
 * Contents of the RAM: IBM PC AT Technical Reference, "Real-time clock/CMOS RAM information", and what SeaBIOS writes.
 *
 *   70 write   bits 0-6: index;  bit 7: NMI off        71   the byte at that index
 *   index 00-09 time and alarm, 0a-0d registers A to D, 0e-7f RAM, 32 century
 *
 * The clock starts at a time given by the machine and goes with guest time: it never looks at the host's. It is computed
 * when asked for; alarms of the machine's clock are set only while an enabled interrupt is to come. Left out: the square
 * wave (no PC connects it), daylight saving (bit DSE is kept), other dividers than 32.768 kHz, and NMI, for which there
 * is no source. Setting the time starts a new second.
 */

import type { InterruptLine } from '../bus/interrupt-line.ts';
import type { PortDevice } from '../bus/port-bus.ts';
import type { Alarm, Clock } from '../clock.ts';

export const RTC_PORT = 0x70;
export const RTC_PORT_COUNT = 2;

/** What the clock shows at boot unless told otherwise. */
export const DEFAULT_START_TIME = new Date('2026-01-01T00:00:00Z');

const SECONDS = 0x00;
const SECONDS_ALARM = 0x01;
const MINUTES = 0x02;
const MINUTES_ALARM = 0x03;
const HOURS = 0x04;
const HOURS_ALARM = 0x05;
const DAY_OF_WEEK = 0x06; // 1 is Sunday
const DAY_OF_MONTH = 0x07;
const MONTH = 0x08;
const YEAR = 0x09;
const REGISTER_A = 0x0a;
const REGISTER_B = 0x0b;
const REGISTER_C = 0x0c;
const REGISTER_D = 0x0d;
const CENTURY = 0x32;

const A_UIP = 1 << 7; // update in progress
const A_RATE = 0x0f;

const B_SET = 1 << 7; // the time stands still while it is set
const B_PIE = 1 << 6; // periodic interrupt
const B_AIE = 1 << 5; // alarm interrupt
const B_UIE = 1 << 4; // update-ended interrupt
const B_BINARY = 1 << 2; // DM: binary rather than BCD
const B_24_HOURS = 1 << 1;

const C_IRQF = 1 << 7;
const C_PF = 1 << 6;
const C_AF = 1 << 5;
const C_UF = 1 << 4;

const D_VRT = 1 << 7; // the battery is good

const HOURS_PM = 1 << 7;
/** Alarm bytes from here on match every value. */
const ALARM_ANY = 0xc0;

const INDEX_MASK = 0x7f;
const NANOS_PER_SECOND = 1e9;
const CRYSTAL_HERTZ = 32_768;
/** UIP is set this long before an update (datasheet, tBUC). */
const UPDATE_NOTICE_NANOS = 244_000;
const SECONDS_PER_DAY = 86_400;

/** Registers A and B as the BIOS leaves them: 32.768 kHz, rate 1024 Hz; 24 hours, BCD. */
const A_AT_BOOT = 0x26;
const B_AT_BOOT = B_24_HOURS;

/** Everything the chip remembers. */
export interface RtcMc146818State {
  index: number;
  /** All bytes but the time and registers C and D, which are computed. */
  bytes: number[];
  /** The time in seconds since 1970 at guest time `baseNanos`. */
  baseSeconds: number;
  baseNanos: number;
  /** The time as written while SET holds it, by register. */
  held: number[] | undefined;
  /** Flags of register C that have been noticed, and up to which guest time everything has been noticed. */
  flags: number;
  noticedNanos: number;
}

export class RtcMc146818 implements PortDevice {
  readonly #clock: Clock;
  readonly #line: InterruptLine;
  readonly #state: RtcMc146818State;
  #alarm: Alarm | undefined;

  /**
   * @param line IRQ 8
   * @throws RangeError if the start is no date of the years 0 to 9999
   */
  constructor(clock: Clock, line: InterruptLine, memoryBytes: number, startTime = DEFAULT_START_TIME) {
    const year = startTime.getUTCFullYear();
    if (!(year >= 0 && year <= 9999))
      throw new RangeError(`startTime ${String(startTime)}: expected a date of the years 0 to 9999`);
    this.#clock = clock;
    this.#line = line;
    this.#state = {
      index: REGISTER_D,
      bytes: firmwareBytes(memoryBytes),
      baseSeconds: Math.floor(startTime.getTime() / 1000),
      baseNanos: clock.nowNanos,
      held: undefined,
      flags: 0,
      noticedNanos: clock.nowNanos,
    };
  }

  /** Whether the interrupt line will rise by itself. */
  get willRaiseInterrupt(): boolean {
    return this.#alarm !== undefined;
  }

  portRead(port: number): number {
    return port & 1 ? this.#read(this.#state.index) : 0xff; // the index cannot be read back
  }

  portWrite(port: number, _sizeBytes: 1 | 2 | 4, value: number): void {
    if (port & 1) this.#write(this.#state.index, value);
    else this.#state.index = value & INDEX_MASK;
  }

  #read(index: number): number {
    const s = this.#state;
    switch (index) {
      case REGISTER_A:
        return (s.bytes[REGISTER_A] ?? 0) | (this.#isUpdating ? A_UIP : 0);
      case REGISTER_C:
        return this.#readFlags();
      case REGISTER_D:
        return D_VRT;
      default:
        return isTime(index) ? this.#timeByte(index) : (s.bytes[index] ?? 0);
    }
  }

  #write(index: number, value: number): void {
    const s = this.#state;
    this.#notice();
    if (index === REGISTER_C || index === REGISTER_D) return;
    if (isTime(index)) this.#writeTime(index, value);
    else if (index === REGISTER_A) s.bytes[REGISTER_A] = value & ~A_UIP;
    else if (index === REGISTER_B) this.#writeB(value);
    else s.bytes[index] = value;
    this.#follow();
  }

  #writeB(value: number): void {
    const s = this.#state;
    if (value & B_SET) s.held ??= this.#timeBytes();
    s.bytes[REGISTER_B] = value & B_SET ? value & ~B_UIE : value; // SET clears UIE
    if (s.held && !(value & B_SET)) {
      const { held } = s;
      s.held = undefined;
      this.#setTime(held);
    }
  }

  get #b(): number {
    return this.#state.bytes[REGISTER_B] ?? 0;
  }

  get #isUpdating(): boolean {
    if (this.#state.held) return false;
    const inSecond = (this.#clock.nowNanos - this.#state.baseNanos) % NANOS_PER_SECOND;
    return inSecond >= NANOS_PER_SECOND - UPDATE_NOTICE_NANOS;
  }

  // The time

  #secondsNow(): number {
    const { baseSeconds, baseNanos } = this.#state;
    return baseSeconds + Math.floor((this.#clock.nowNanos - baseNanos) / NANOS_PER_SECOND);
  }

  #timeByte(index: number): number {
    return this.#state.held?.[index] ?? this.#timeBytes()[index] ?? 0;
  }

  /** The time registers, by index. */
  #timeBytes(): number[] {
    const date = new Date(this.#secondsNow() * 1000);
    const year = date.getUTCFullYear();
    const bytes: number[] = [];
    bytes[SECONDS] = this.#encode(date.getUTCSeconds());
    bytes[MINUTES] = this.#encode(date.getUTCMinutes());
    bytes[HOURS] = this.#encodeHours(date.getUTCHours());
    bytes[DAY_OF_WEEK] = this.#encode(date.getUTCDay() + 1);
    bytes[DAY_OF_MONTH] = this.#encode(date.getUTCDate());
    bytes[MONTH] = this.#encode(date.getUTCMonth() + 1);
    bytes[YEAR] = this.#encode(year % 100);
    bytes[CENTURY] = this.#encode(Math.floor(year / 100));
    return bytes;
  }

  #writeTime(index: number, value: number): void {
    const { held } = this.#state;
    const bytes = held ?? this.#timeBytes();
    bytes[index] = value;
    if (!held) this.#setTime(bytes);
  }

  #setTime(bytes: readonly number[]): void {
    const s = this.#state;
    const value = (index: number) => this.#decode(bytes[index] ?? 0);
    const date = new Date(0);
    date.setUTCFullYear(value(CENTURY) * 100 + value(YEAR), value(MONTH) - 1, value(DAY_OF_MONTH));
    date.setUTCHours(this.#decodeHours(bytes[HOURS] ?? 0), value(MINUTES), value(SECONDS));
    s.baseSeconds = date.getTime() / 1000;
    s.baseNanos = this.#clock.nowNanos;
  }

  #encode(value: number): number {
    return this.#b & B_BINARY ? value : (Math.floor(value / 10) << 4) | (value % 10);
  }

  #decode(byte: number): number {
    return this.#b & B_BINARY ? byte : (byte >> 4) * 10 + (byte & 15);
  }

  #encodeHours(hours: number): number {
    if (this.#b & B_24_HOURS) return this.#encode(hours);
    return this.#encode(hours % 12 || 12) | (hours >= 12 ? HOURS_PM : 0);
  }

  #decodeHours(byte: number): number {
    if (this.#b & B_24_HOURS) return this.#decode(byte);
    return (this.#decode(byte & ~HOURS_PM) % 12) + (byte & HOURS_PM ? 12 : 0);
  }

  // Interrupts

  /** Reading register C clears it. */
  #readFlags(): number {
    const s = this.#state;
    this.#notice();
    const flags = s.flags | (this.#isAsserted ? C_IRQF : 0);
    s.flags = 0;
    this.#follow();
    return flags;
  }

  get #isAsserted(): boolean {
    return (this.#state.flags & this.#b & (B_PIE | B_AIE | B_UIE)) !== 0; // the same bits in B and C
  }

  /** Sets the flags of what has happened since the last time. */
  #notice(): void {
    const s = this.#state;
    const now = this.#clock.nowNanos;
    const since = s.noticedNanos;
    s.noticedNanos = now;
    if (this.#nextPeriodic(since) <= now) s.flags |= C_PF;
    if (this.#nextUpdate(since) <= now) s.flags |= C_UF;
    if (!(s.flags & C_AF) && this.#nextAlarm(since) <= now) s.flags |= C_AF;
  }

  /** Brings the line up to date and sets the alarm for the next interrupt that is enabled. */
  #follow(): void {
    this.#line.set(this.#isAsserted);
    this.#alarm?.cancel();
    this.#alarm = undefined;
    if (this.#isAsserted) return;
    const now = this.#clock.nowNanos;
    const b = this.#b;
    const next = Math.min(
      b & B_PIE ? this.#nextPeriodic(now) : Infinity,
      b & B_UIE ? this.#nextUpdate(now) : Infinity,
      b & B_AIE ? this.#nextAlarm(now) : Infinity,
    );
    if (next === Infinity) return;
    this.#alarm = this.#clock.schedule(next - now, () => {
      this.#alarm = undefined;
      this.#notice();
      this.#follow();
    });
  }

  /** When the periodic interrupt comes next after `after`. */
  #nextPeriodic(after: number): number {
    const rate = (this.#state.bytes[REGISTER_A] ?? 0) & A_RATE;
    if (rate === 0) return Infinity;
    // Rates 1 and 2 are those of 8 and 9 (datasheet table 5, for a 32.768 kHz time base).
    const period = (NANOS_PER_SECOND * 2 ** ((rate < 3 ? rate + 7 : rate) - 1)) / CRYSTAL_HERTZ;
    return Math.ceil((Math.floor(after / period) + 1) * period);
  }

  /** When the second changes next after `after`. */
  #nextUpdate(after: number): number {
    const { baseNanos, held } = this.#state;
    if (held) return Infinity;
    return baseNanos + (Math.floor((after - baseNanos) / NANOS_PER_SECOND) + 1) * NANOS_PER_SECOND;
  }

  /** When the time next matches the alarm after `after`; it does so within a day or never. */
  #nextAlarm(after: number): number {
    const { bytes, baseNanos, baseSeconds } = this.#state;
    const [second, minute, hour] = [SECONDS_ALARM, MINUTES_ALARM, HOURS_ALARM].map((index) => bytes[index] ?? 0) as [
      number,
      number,
      number,
    ];
    const matches = (alarm: number, value: number) => alarm >= ALARM_ANY || alarm === value;
    const canMatch = (alarm: number, count: number, encode: (value: number) => number) =>
      Array.from({ length: count }, (_, value) => value).some((value) => matches(alarm, encode(value)));
    const first = this.#nextUpdate(after);
    if (
      first === Infinity ||
      !canMatch(hour, 24, (value) => this.#encodeHours(value)) ||
      !canMatch(minute, 60, (value) => this.#encode(value)) ||
      !canMatch(second, 60, (value) => this.#encode(value))
    ) {
      return Infinity;
    }
    const start = baseSeconds + (first - baseNanos) / NANOS_PER_SECOND;
    for (let ahead = 0; ahead < SECONDS_PER_DAY; ) {
      const ofDay = (((start + ahead) % SECONDS_PER_DAY) + SECONDS_PER_DAY) % SECONDS_PER_DAY;
      if (!matches(hour, this.#encodeHours(Math.floor(ofDay / 3600)))) ahead += 3600 - (ofDay % 3600);
      else if (!matches(minute, this.#encode(Math.floor(ofDay / 60) % 60))) ahead += 60 - (ofDay % 60);
      else if (!matches(second, this.#encode(ofDay % 60))) ahead++;
      else return first + ahead * NANOS_PER_SECOND;
    }
    return Infinity;
  }
}

function isTime(index: number): boolean {
  return (
    index === SECONDS ||
    index === MINUTES ||
    index === HOURS ||
    (index >= DAY_OF_WEEK && index <= YEAR) ||
    index === CENTURY
  );
}

/** RAM as the firmware leaves it: no disks, a PS/2 mouse port, a VGA screen, and the sizes of memory. */
function firmwareBytes(memoryBytes: number): number[] {
  const bytes = new Array<number>(128).fill(0);
  const word = (index: number, value: number) => {
    bytes[index] = value & 0xff;
    bytes[index + 1] = value >> 8;
  };
  bytes[REGISTER_A] = A_AT_BOOT;
  bytes[REGISTER_B] = B_AT_BOOT;
  bytes[0x14] = 0x06; // equipment: mathematics coprocessor, pointing device port
  word(0x15, 640); // KiB below 1 MiB
  const extendedKib = Math.min(0xffff, (memoryBytes - 2 ** 20) / 1024);
  word(0x17, extendedKib); // KiB above 1 MiB, as set up
  word(0x30, extendedKib); // and as found
  word(0x34, Math.min(0xffff, Math.max(0, memoryBytes - 2 ** 24) / 2 ** 16)); // 64 KiB above 16 MiB
  word(
    0x2e,
    bytes.slice(0x10, 0x2e).reduce((sum, byte) => sum + byte, 0),
  ); // checksum of 10 to 2d, high byte first
  [bytes[0x2e], bytes[0x2f]] = [bytes[0x2f] ?? 0, bytes[0x2e] ?? 0];
  return bytes;
}
