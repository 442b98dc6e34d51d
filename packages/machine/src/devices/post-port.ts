/**
 * The power-on self-test port 0x80: a latch that a diagnostic card shows on two digits. Kernels write to it because
 * the access takes about a microsecond on a real ISA bus; here it takes no time.
 */

import type { AccessSize, PortDevice } from '../bus/port-bus.ts';

export const POST_PORT = 0x80;

export class PostPort implements PortDevice {
  readonly #written: (code: number) => void;
  #code = 0;

  constructor(written: (code: number) => void) {
    this.#written = written;
  }

  portRead(): number {
    return this.#code;
  }

  portWrite(_port: number, _sizeBytes: AccessSize, value: number): void {
    this.#code = value;
    this.#written(value);
  }
}
