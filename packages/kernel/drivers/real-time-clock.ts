// The clock that runs on a battery (Motorola MC146818 data sheet; the PC has it behind ports 0x70 and 0x71): the time of
// day. Its registers are read one by one, so the time may change in between; reading them twice until both agree is safe.
//
//      register   0        2        4       7     8       9      A bit 7: an update is under way
//                 seconds  minutes  hours   day   month   year   B bit 1: 24 hours, bit 2: binary instead of BCD
//
// Left out: setting it, its alarms and interrupts, the date.
import { inb, outb } from '../library/x86';

const INDEX: u32 = 0x70;
const DATA: u32 = 0x71;

const SECONDS: u32 = 0x00;
const MINUTES: u32 = 0x02;
const HOURS: u32 = 0x04;
const STATUS_B: u32 = 0x0b;
const STATUS_B_24_HOURS: u32 = 1 << 1;
const STATUS_B_BINARY: u32 = 1 << 2;
const AFTERNOON: u32 = 1 << 7;

const SECONDS_PER_DAY: u32 = 24 * 60 * 60;
/** How often the time is read before it counts as unreadable. */
const MAXIMUM_READS: u32 = 1000;

let startSecond: u32 = 0;

/** Notes the time, for `secondsSinceStart`. */
export function startClock(): void {
  startSecond = secondOfDay();
}

/** Seconds since `startClock`, up to a day. */
export function secondsSinceStart(): u32 {
  return (secondOfDay() + SECONDS_PER_DAY - startSecond) % SECONDS_PER_DAY;
}

/** Seconds since midnight. */
export function secondOfDay(): u32 {
  let before = readTime();
  for (let read: u32 = 0; read < MAXIMUM_READS; read++) {
    const after = readTime();
    if (after === before) break;
    before = after;
  }
  return before;
}

function readTime(): u32 {
  const format = readRegister(STATUS_B);
  const isBinary = (format & STATUS_B_BINARY) !== 0;
  const hoursRegister = readRegister(HOURS);
  let hours = decode(hoursRegister & ~AFTERNOON, isBinary);
  if (!(format & STATUS_B_24_HOURS)) hours = (hours % 12) + (hoursRegister & AFTERNOON ? 12 : 0);
  return (hours * 60 + decode(readRegister(MINUTES), isBinary)) * 60 + decode(readRegister(SECONDS), isBinary);
}

function readRegister(register: u32): u32 {
  outb(INDEX, register);
  return inb(DATA);
}

/** A register's value: two decimal digits of four bits each, unless the clock counts in binary. */
function decode(value: u32, isBinary: bool): u32 {
  return isBinary ? value : (value >> 4) * 10 + (value & 15);
}
