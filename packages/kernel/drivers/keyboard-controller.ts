// The 8042 keyboard controller and the keyboard behind it (IBM PC/AT Technical Reference, "Keyboard Controller"): a byte
// for each press and each release of a key, announced by interrupt line 1. The bytes are scan codes; `scan-codes.ts`
// knows what they mean.
//
//      status, port 0x64                                   data, port 0x60
//       7   6   5   4   3   2   1   0
//      +---+---+---+---+---+---+---+---+    OBF: a byte waits at port 0x60
//      |PAR|TO |AUX|INH|A2 |SYS|IBF|OBF|    IBF: the controller has not read the last byte written to it yet
//      +---+---+---+---+---+---+---+---+
//
// Left out: the mouse, the lights, the typing rate.
import { inb, outb } from '../library/x86';
import { ByteQueue, QUEUE_CAPACITY } from './byte-queue';
import { handleLine, KEYBOARD_LINE } from './interrupt-lines';

const DATA: u32 = 0x60;
const STATUS: u32 = 0x64;
const COMMAND: u32 = 0x64;

const STATUS_OUTPUT_FULL: u32 = 1 << 0;
const STATUS_INPUT_FULL: u32 = 1 << 1;

const COMMAND_READ_CONFIGURATION: u32 = 0x20;
const COMMAND_WRITE_CONFIGURATION: u32 = 0x60;
const COMMAND_DISABLE_MOUSE: u32 = 0xa7;
const COMMAND_DISABLE_KEYBOARD: u32 = 0xad;
const COMMAND_ENABLE_KEYBOARD: u32 = 0xae;

const CONFIGURATION_KEYBOARD_INTERRUPT: u32 = 1 << 0;
const CONFIGURATION_MOUSE_INTERRUPT: u32 = 1 << 1;
const CONFIGURATION_KEYBOARD_CLOCK_OFF: u32 = 1 << 4;
/** The controller turns what modern keyboards send (set 2) into what the first PC's keyboard sent (set 1). */
const CONFIGURATION_TRANSLATE: u32 = 1 << 6;

/** How often a status bit is looked at before the controller counts as missing. */
const MAXIMUM_POLLS: u32 = 100_000;

/** Scan codes that nobody has looked at yet, oldest first. */
export const SCAN_CODES = changetype<ByteQueue>(memory.data(offsetof<ByteQueue>() + QUEUE_CAPACITY, 8));

export namespace KeyboardController {
  /** Sets the controller up and lets its interrupts through. Returns false if there is none. */
  export function initialize(): bool {
    if (inb(STATUS) === 0xff) return false; // nothing is connected there
    if (!writeCommand(COMMAND_DISABLE_KEYBOARD)) return false;
    if (!writeCommand(COMMAND_DISABLE_MOUSE)) return false;
    while (inb(STATUS) & STATUS_OUTPUT_FULL) inb(DATA); // what was typed to the firmware is not for us
    if (!writeCommand(COMMAND_READ_CONFIGURATION) || !waitFor(STATUS_OUTPUT_FULL, STATUS_OUTPUT_FULL)) return false;
    let configuration = inb(DATA);
    configuration &= ~(CONFIGURATION_MOUSE_INTERRUPT | CONFIGURATION_KEYBOARD_CLOCK_OFF);
    configuration |= CONFIGURATION_KEYBOARD_INTERRUPT | CONFIGURATION_TRANSLATE;
    if (!writeCommand(COMMAND_WRITE_CONFIGURATION) || !waitFor(STATUS_INPUT_FULL, 0)) return false;
    outb(DATA, configuration);
    if (!writeCommand(COMMAND_ENABLE_KEYBOARD)) return false;
    handleLine(KEYBOARD_LINE, receive);
    return true;
  }
}

/** The interrupt: takes the byte, because there is no next one before; what it means can wait. */
function receive(): void {
  if (inb(STATUS) & STATUS_OUTPUT_FULL) SCAN_CODES.push(inb(DATA));
}

function writeCommand(command: u32): bool {
  if (!waitFor(STATUS_INPUT_FULL, 0)) return false;
  outb(COMMAND, command);
  return waitFor(STATUS_INPUT_FULL, 0);
}

/** Waits until the masked bits of the status have a value; false if they never do. */
function waitFor(mask: u32, value: u32): bool {
  for (let poll: u32 = 0; poll < MAXIMUM_POLLS; poll++) if ((inb(STATUS) & mask) === value) return true;
  return false;
}
