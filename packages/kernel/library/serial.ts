// The first serial port (COM1), output only: everything printed can be mirrored to it, for a log outside the machine.
// 16550 UART, registers at I/O ports 0x3f8-0x3ff. Left out: input, interrupts, modem lines.
//
// Off until `mirrorToSerial()`: the first chapters touch no I/O port at all.
import { inb, outb } from './x86';

const COM1: u32 = 0x3f8;
/** Data register; the divisor's low byte while `LINE_CONTROL_DIVISOR_LATCH` is set. */
const DATA = COM1;
/** Interrupt enable register; the divisor's high byte while the latch is set. */
const INTERRUPT_ENABLE = COM1 + 1;
const FIFO_CONTROL = COM1 + 2;
const LINE_CONTROL = COM1 + 3;
const MODEM_CONTROL = COM1 + 4;
const LINE_STATUS = COM1 + 5;
const SCRATCH = COM1 + 7;

const LINE_CONTROL_8N1: u32 = 0x03;
const LINE_CONTROL_DIVISOR_LATCH: u32 = 0x80;
const FIFO_CONTROL_ENABLE_AND_CLEAR: u32 = 0x07;
const MODEM_CONTROL_DTR_RTS: u32 = 0x03;
const LINE_STATUS_TRANSMITTER_EMPTY: u32 = 0x20;

let isMirroring: bool = false;

/** Sets COM1 up (115200 baud, 8 data bits, no parity, 1 stop bit) and mirrors all further output, if there is one. */
export function mirrorToSerial(): void {
  // Only a real UART keeps what is written to its scratch register; an empty slot reads as 0xff.
  outb(SCRATCH, 0x5a);
  if (inb(SCRATCH) !== 0x5a) return;
  outb(INTERRUPT_ENABLE, 0);
  outb(LINE_CONTROL, LINE_CONTROL_DIVISOR_LATCH);
  outb(DATA, 1); // 115200 baud divided by 1
  outb(INTERRUPT_ENABLE, 0);
  outb(LINE_CONTROL, LINE_CONTROL_8N1);
  outb(FIFO_CONTROL, FIFO_CONTROL_ENABLE_AND_CLEAR);
  outb(MODEM_CONTROL, MODEM_CONTROL_DTR_RTS);
  isMirroring = true;
}

/** Sends one byte if mirroring is on. Waits until the transmitter has room. */
export function mirrorByte(byte: u32): void {
  if (!isMirroring) return;
  while ((inb(LINE_STATUS) & LINE_STATUS_TRANSMITTER_EMPTY) === 0) {}
  outb(DATA, byte);
}
