// Characters that arrive at the first serial port, by interrupt (16550 UART data sheet; `library/serial.ts` has the other
// direction). A terminal on the other end types into the kernel as the keyboard does.
import { inb, outb } from '../library/x86';
import { ByteQueue, QUEUE_CAPACITY } from './byte-queue';
import { handleLine, SERIAL_LINE } from './interrupt-lines';

const COM1: u32 = 0x3f8;
const RECEIVE: u32 = COM1;
const INTERRUPT_ENABLE: u32 = COM1 + 1;
const MODEM_CONTROL: u32 = COM1 + 4;
const LINE_STATUS: u32 = COM1 + 5;

const INTERRUPT_RECEIVED_DATA: u32 = 1 << 0;
const MODEM_CONTROL_DTR_RTS: u32 = 0x03;
/** A general output of the chip; the PC connects the interrupt line through it. */
const MODEM_CONTROL_OUT2: u32 = 1 << 3;
const LINE_STATUS_DATA_READY: u32 = 1 << 0;

/** Received bytes that nobody has looked at yet, oldest first. */
export const SERIAL_BYTES = changetype<ByteQueue>(memory.data(offsetof<ByteQueue>() + QUEUE_CAPACITY, 8));

/** Lets the port's interrupts through. The port has to be set up already, by `mirrorToSerial`. */
export function listenToSerial(): void {
  outb(MODEM_CONTROL, MODEM_CONTROL_DTR_RTS | MODEM_CONTROL_OUT2);
  outb(INTERRUPT_ENABLE, INTERRUPT_RECEIVED_DATA);
  handleLine(SERIAL_LINE, receive);
}

/** The interrupt: empties the chip, which holds up to sixteen bytes. */
function receive(): void {
  while (inb(LINE_STATUS) & LINE_STATUS_DATA_READY) SERIAL_BYTES.push(inb(RECEIVE));
}
