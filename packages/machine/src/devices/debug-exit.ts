/**
 * QEMU's isa-debug-exit device: a guest ends the run by writing a number to a port.
 * There is no datasheet; the behaviour is that of hw/misc/debugexit.c in QEMU 7.2.
 *
 * QEMU exits with `(value << 1) | 1`; what a front end makes of the value is its business (`exitCodeOf`). Here the
 * guest stops right after the instruction that writes. The device reads as zero.
 */

import type { AccessSize, PortDevice } from '../bus/port-bus.ts';

/** Where guests expect it: QEMU users pass `iobase=0xf4`; 0x501 is the default of the device. */
export const DEBUG_EXIT_PORTS = [0xf4, 0x501] as const;
/** Ports claimed at each place: wide enough for a doubleword. */
export const DEBUG_EXIT_PORT_COUNT = 4;

export class DebugExit implements PortDevice {
  readonly #exit: (code: number, port: number) => void;

  constructor(exit: (code: number, port: number) => void) {
    this.#exit = exit;
  }

  portRead(): number {
    return 0;
  }

  portWrite(port: number, _sizeBytes: AccessSize, value: number): void {
    this.#exit(value, port);
  }
}
