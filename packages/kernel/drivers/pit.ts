// The 8254 interval timer, channel 0, which is wired to interrupt line 0 (Intel 8254 data sheet): a counter that runs
// from a given number down to 0, 1193182 times a second, again and again.
//
//      control word, port 0x43
//       7  6  5  4  3  1  0
//      +----+----+-----+---+    channel 0, low byte then high byte, mode 2 (rate generator), binary
//      | SC | RW |  M  |BCD|
//      +----+----+-----+---+
import { cli, outb, sti, stiHlt } from '../library/x86';
import { handleLine, TIMER_LINE } from './interrupt-lines';
import { Pic } from './pic';

const CHANNEL_0: u32 = 0x40;
const CONTROL: u32 = 0x43;
const CONTROL_CHANNEL_0_RATE_GENERATOR: u32 = (0 << 6) | (3 << 4) | (2 << 1);

/** Counts per second: the third of the colour carrier frequency of American television, of all things. */
const INPUT_HERTZ: u32 = 1_193_182;
/** Interrupts per second. */
export const TICKS_PER_SECOND: u32 = 100;

let tickCount: u64 = 0;
let isTicking: bool = false;
let tickHandler: () => void = nothing;

export namespace Pit {
  /** Starts the ticks. */
  export function start(): void {
    const divisor = (INPUT_HERTZ + TICKS_PER_SECOND / 2) / TICKS_PER_SECOND;
    outb(CONTROL, CONTROL_CHANNEL_0_RATE_GENERATOR);
    outb(CHANNEL_0, divisor & 0xff);
    outb(CHANNEL_0, divisor >> 8);
    handleLine(TIMER_LINE, tick);
    isTicking = true;
  }

  /** Stops the ticks and starts them again: while nobody waits for one, a sleeping processor had better stay asleep. */
  export function setTicking(value: bool): void {
    if (value === isTicking) return;
    isTicking = value;
    if (value) Pic.unmask(TIMER_LINE);
    else Pic.mask(TIMER_LINE);
  }

  /** Has a function called at each tick, inside of the interrupt. */
  export function onTick(handler: () => void): void {
    tickHandler = handler;
  }

  /** Ticks since the start, without the time in which nobody waited for one. */
  export function ticks(): u64 {
    return tickCount;
  }

  /** Sleeps for a number of ticks at least. Interrupts are on afterwards. */
  export function sleep(count: u64): void {
    setTicking(true);
    const end = tickCount + count;
    while (true) {
      cli();
      if (tickCount >= end) break;
      stiHlt();
    }
    sti();
  }
}

function tick(): void {
  tickCount++;
  tickHandler();
}

function nothing(): void {}
