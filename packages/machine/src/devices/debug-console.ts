/**
 * The debug console of Bochs and QEMU at port 0xe9: every byte written is shown to whoever debugs.
 * Bochs user manual, "port_e9_hack"; QEMU's isa-debugcon.
 *
 * Reading gives 0xe9, by which a guest finds out that the device is there.
 */

import type { AccessSize, PortDevice } from '../bus/port-bus.ts';

export const DEBUG_CONSOLE_PORT = 0xe9;

export class DebugConsole implements PortDevice {
  readonly #written: (byte: number) => void;

  constructor(written: (byte: number) => void) {
    this.#written = written;
  }

  portRead(): number {
    return DEBUG_CONSOLE_PORT;
  }

  portWrite(_port: number, _sizeBytes: AccessSize, value: number): void {
    this.#written(value);
  }
}
