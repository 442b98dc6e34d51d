/**
 * The gate of address line 20 and system control port A, 0x92, by which a PS/2 and its successors drive it.
 * IBM PS/2 Hardware Interface Technical Reference, "System control port A"; Intel 82371AB (PIIX4) datasheet, "PORT92".
 *
 *   bit 1   A20 gate open        bit 0   a rising edge resets the processor
 *
 * A boot loader leaves the gate open. The core has no closed gate, so closing it ends the run as unimplemented.
 */

import type { PortDevice } from '../bus/port-bus.ts';

export const SYSTEM_CONTROL_A_PORT = 0x92;

const FAST_RESET = 1 << 0;
const A20_OPEN = 1 << 1;

export class A20Gate implements PortDevice {
  readonly #reset: (port: number) => void;
  readonly #closed: () => void;
  #value = A20_OPEN;

  /** @param closed called when the guest closes the gate */
  constructor(reset: (port: number) => void, closed: () => void) {
    this.#reset = reset;
    this.#closed = closed;
  }

  get isOpen(): boolean {
    return (this.#value & A20_OPEN) !== 0;
  }

  set(open: boolean): void {
    if (!open) this.#closed();
    this.#value = open ? this.#value | A20_OPEN : this.#value & ~A20_OPEN;
  }

  portRead(): number {
    return this.#value;
  }

  portWrite(port: number, _sizeBytes: 1 | 2 | 4, value: number): void {
    const rises = (value & ~this.#value & FAST_RESET) !== 0;
    this.#value = value;
    if (!this.isOpen) this.#closed();
    if (rises) this.#reset(port);
  }
}
