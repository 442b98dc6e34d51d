/**
 * The numeric error logic of a PC/AT, ports 0xF0 and 0xF1: how an unmasked x87 exception becomes IRQ 13 while CR0.NE is 0.
 * SDM Vol. 1 8.7.2 and appendix D; Intel 82371AB (PIIX4) datasheet, "coprocessor error".
 *
 * FERR# sets a latch, which asserts IRQ 13. A write to port 0xF0 clears the latch and asserts IGNNE# towards the processor, so
 * that the handler may use x87 instructions; the processor drops it when nothing is pending any more. Port 0xF1 reset a
 * coprocessor of its own chip, which no processor since the 80486 has: writes are ignored.
 */

import type { InterruptLine } from '../bus/interrupt-line.ts';
import type { AccessSize, PortDevice } from '../bus/port-bus.ts';

export const NUMERIC_ERROR_PORT = 0xf0;
export const NUMERIC_ERROR_PORT_COUNT = 2;

export class NumericError implements PortDevice {
  readonly #line: InterruptLine;
  readonly #assertIgnne: () => void;

  /** @param assertIgnne asserts IGNNE# of the processor */
  constructor(line: InterruptLine, assertIgnne: () => void) {
    this.#line = line;
    this.#assertIgnne = assertIgnne;
  }

  /** The processor asserts FERR#. */
  signal(): void {
    this.#line.set(true);
  }

  portRead(): number {
    return 0xff;
  }

  portWrite(port: number, _sizeBytes: AccessSize, _value: number): void {
    if (port !== NUMERIC_ERROR_PORT) return;
    this.#line.set(false);
    this.#assertIgnne();
  }
}
