// Handlers of the sixteen interrupt lines: what the driver wants to do, and around it what every line needs (spurious
// interrupts, end of interrupt).
import { setHandler } from '../interrupts/dispatch';
import { InterruptFrame } from '../interrupts/interrupt-frame';
import { FIRST_INTERRUPT_LINE } from '../interrupts/vectors';
import { println } from '../library/print';
import { Pic } from './pic';

/** What a driver does when its line asks. It must not allocate, and had better be short: interrupts are off. */
export type LineHandler = () => void;

export const TIMER_LINE: u32 = 0;
export const KEYBOARD_LINE: u32 = 1;
export const SERIAL_LINE: u32 = 4;
const LINE_COUNT: u32 = 16;

const HANDLERS = memory.data(LINE_COUNT * 4, 4);
let spuriousCount: u32 = 0;

/** Sets the controllers up and takes all sixteen lines; each stays masked until {@link handleLine}. */
export function initializeInterruptLines(): void {
  Pic.initialize();
  for (let line: u32 = 0; line < LINE_COUNT; line++) setHandler(FIRST_INTERRUPT_LINE + line, lineHandler);
}

/** Lets a line through to a driver. */
export function handleLine(line: u32, handler: LineHandler): void {
  store<u32>(HANDLERS + line * 4, changetype<u32>(handler));
  Pic.unmask(line);
}

/** How many interrupts turned out to be none. */
export function spuriousInterrupts(): u32 {
  return spuriousCount;
}

function lineHandler(frame: InterruptFrame): void {
  const line = <u32>frame.vector - FIRST_INTERRUPT_LINE;
  if (Pic.isSpurious(line)) {
    spuriousCount++;
    return;
  }
  const handler = load<u32>(HANDLERS + line * 4);
  if (handler === 0) println(`unexpected interrupt on line ${line}`);
  else changetype<LineHandler>(handler)();
  Pic.endOfInterrupt(line);
}
