// The two 8259A interrupt controllers of the PC (Intel 8259A data sheet; the wiring is that of the IBM AT). Each turns
// eight interrupt lines into vectors; the second hangs on line 2 of the first.
//
//      line 0  timer         8  clock (RTC)
//           1  keyboard      9  -
//           2  <---------.  10  -
//           3  COM2       '-11  -                 processor
//           4  COM1         12  mouse             ^ one wire: "there is something"
//           5  -            13  coprocessor       |
//           6  floppy       14  disk           first controller <-- lines 0-7
//           7  printer      15  disk              ^ line 2
//                                              second controller <-- lines 8-15
//
// The firmware has left them at vectors 8-15 and 0x70-0x77, where the first ones mean exceptions now. So they move to
// 0x20-0x2f. All lines are masked until somebody wants one.
import { inb, outb } from '../library/x86';
import { FIRST_INTERRUPT_LINE } from '../interrupts/vectors';

const FIRST_COMMAND: u32 = 0x20;
const FIRST_DATA: u32 = 0x21;
const SECOND_COMMAND: u32 = 0xa0;
const SECOND_DATA: u32 = 0xa1;

/** First initialization command word: begin, and a fourth word will follow. */
const ICW1_INITIALIZE: u32 = 0x10 | 0x01;
/** Fourth: 8086 mode. */
const ICW4_8086: u32 = 0x01;
const END_OF_INTERRUPT: u32 = 0x20;
/** Third operation command word: the next read of the command port gives the in-service register. */
const READ_IN_SERVICE: u32 = 0x0b;

/** Line of the first controller that the second hangs on. */
const CASCADE: u32 = 2;
const LINES_PER_CONTROLLER: u32 = 8;
/** Line that a controller reports if the real one went away before it was asked. */
const SPURIOUS: u32 = 7;
/** An unused port: writing to it takes as long as an old controller needs between two commands. */
const DELAY_PORT: u32 = 0x80;

export namespace Pic {
  /** Moves the lines to vectors 0x20-0x2f and masks all of them. */
  export function initialize(): void {
    command(FIRST_COMMAND, ICW1_INITIALIZE);
    command(SECOND_COMMAND, ICW1_INITIALIZE);
    command(FIRST_DATA, FIRST_INTERRUPT_LINE);
    command(SECOND_DATA, FIRST_INTERRUPT_LINE + LINES_PER_CONTROLLER);
    command(FIRST_DATA, 1 << CASCADE); // the lines with a controller behind them
    command(SECOND_DATA, CASCADE); // the second's own identity
    command(FIRST_DATA, ICW4_8086);
    command(SECOND_DATA, ICW4_8086);
    outb(FIRST_DATA, 0xff & ~(1 << CASCADE));
    outb(SECOND_DATA, 0xff);
  }

  /** Lets the interrupts of a line through. */
  export function unmask(line: u32): void {
    const port = line < LINES_PER_CONTROLLER ? FIRST_DATA : SECOND_DATA;
    outb(port, inb(port) & ~(1 << (line % LINES_PER_CONTROLLER)));
  }

  /** Holds the interrupts of a line back. */
  export function mask(line: u32): void {
    const port = line < LINES_PER_CONTROLLER ? FIRST_DATA : SECOND_DATA;
    outb(port, inb(port) | (1 << (line % LINES_PER_CONTROLLER)));
  }

  /** Tells the controllers that the interrupt of a line has been seen: without it, no other one comes. */
  export function endOfInterrupt(line: u32): void {
    if (line >= LINES_PER_CONTROLLER) outb(SECOND_COMMAND, END_OF_INTERRUPT);
    outb(FIRST_COMMAND, END_OF_INTERRUPT);
  }

  /**
   * Whether the interrupt of a line is none. A controller that is asked for a vector when the request has just gone away
   * has to answer something: its lowest line, without marking it as in service. Then there is nothing to end, but for the
   * second controller's the first one has seen a real interrupt on its line 2.
   */
  export function isSpurious(line: u32): bool {
    if (line % LINES_PER_CONTROLLER !== SPURIOUS) return false;
    const isSecond = line >= LINES_PER_CONTROLLER;
    const port = isSecond ? SECOND_COMMAND : FIRST_COMMAND;
    outb(port, READ_IN_SERVICE);
    if (inb(port) & (1 << SPURIOUS)) return false;
    if (isSecond) outb(FIRST_COMMAND, END_OF_INTERRUPT);
    return true;
  }
}

function command(port: u32, value: u32): void {
  outb(port, value);
  outb(DELAY_PORT, 0);
}
