// The ways out of the machine.
import { Idt } from '../interrupts/idt';
import { halt } from '../library/panic';
import { println } from '../library/print';
import { cli, inb, int3, outb, outd } from '../library/x86';

/** I/O port of QEMU's isa-debug-exit device; the emulator has it too. The exit status is `value << 1 | 1`. */
const DEBUG_EXIT_PORT: u32 = 0xf4;
export const EXIT_SUCCESS: u32 = 0x10;
export const EXIT_FAILURE: u32 = 0x11;

const KEYBOARD_CONTROLLER: u32 = 0x64;
const INPUT_FULL: u32 = 1 << 1;
/** The controller has a line that resets the processor. It is the oldest way to restart a PC. */
const COMMAND_RESET: u32 = 0xfe;
const MAXIMUM_POLLS: u32 = 100_000;

/** Ends the machine with a value on the debug exit port. Without such a port it only sleeps. */
export function exitWith(value: u32): void {
  outd(DEBUG_EXIT_PORT, value);
  halt();
}

/** Ends the machine: all is well. */
export function leave(): void {
  println(`Leaving through port 0x${DEBUG_EXIT_PORT}.`);
  exitWith(EXIT_SUCCESS);
}

/** Starts the machine again: by the keyboard controller, or if that doesn't help by a triple fault. */
export function reboot(): void {
  cli();
  for (let poll: u32 = 0; poll < MAXIMUM_POLLS && inb(KEYBOARD_CONTROLLER) & INPUT_FULL; poll++) {}
  outb(KEYBOARD_CONTROLLER, COMMAND_RESET);
  Idt.loadWithLimit(0);
  int3();
}
