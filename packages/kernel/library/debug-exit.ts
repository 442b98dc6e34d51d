// Leaving the machine: QEMU's isa-debug-exit device, which Longmode has too (there is no such thing on a real PC). What
// is written to its port becomes the exit status: `value << 1 | 1` in QEMU; Longmode makes the two values below 0 and 1.
import { halt } from './panic';
import { outd } from './x86';

const DEBUG_EXIT_PORT: u32 = 0xf4;

/** By custom of the Rust OS community: all is well. */
export const DEBUG_EXIT_SUCCESS: u32 = 0x10;
/** By the same custom: something failed. */
export const DEBUG_EXIT_FAILURE: u32 = 0x11;

/** Ends the machine with a status. Where the device is missing, the processor sleeps for good. */
export function exit(status: u32): void {
  outd(DEBUG_EXIT_PORT, status);
  halt();
}
