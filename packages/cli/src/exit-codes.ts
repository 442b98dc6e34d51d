/**
 * What the exit code of `longmode boot` means. The numbers 65, 66 and 70 are BSD's sysexits.h, 124 is timeout(1)'s,
 * 128 + n is the shell's for signal n, and the debug-exit values are those of QEMU's isa-debug-exit device, except
 * that 0x10 and 0x11 (the pair the Rust OS community settled on) become plain 0 and 1, as a test runner wants them.
 */

export const ExitCode = {
  /** The guest said success: debug-exit 0x10, power-off, or the text of `--until` appeared. */
  success: 0,
  /** The guest said failure: debug-exit 0x11. */
  failure: 1,
  /** The command line is wrong, or a file it names for output cannot be written. */
  usage: 2,
  /** EX_DATAERR: the file is not an image that can be booted. */
  badImage: 65,
  /** EX_NOINPUT: a file is missing or cannot be read. */
  noInput: 66,
  /** EX_SOFTWARE: a bug of the emulator, or an instruction it does not implement. */
  software: 70,
  /** The guest triple-faulted. */
  tripleFault: 100,
  /** The guest halted and nothing can wake it. */
  halted: 101,
  /** A text of `--expect` was not seen, one of `--fail-on` was, or a script could not be performed to its end. */
  expectation: 102,
  /** The guest asked for a reset of the PC; it is not started again. */
  reset: 103,
  /** The guest sleeps until there is input, and none will come. */
  idle: 104,
  /** The instruction or time budget is used up. */
  limit: 124,
} as const;

/** Exit code for the byte a guest wrote to the debug-exit port: 0x10 and 0x11 are 0 and 1, the rest is QEMU's rule. */
export function exitCodeOfDebugExit(value: number): number {
  if (value === 0x10) return ExitCode.success;
  if (value === 0x11) return ExitCode.failure;
  return ((value << 1) | 1) & 0xff;
}

/** The signals that end the command, with the exit code a shell gives them (128 + number). */
export const signalExitCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
