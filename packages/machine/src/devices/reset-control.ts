/**
 * The reset control register of the PIIX3 south bridge at port 0xcf9.
 * Intel 82371FB/82371SB (PIIX/PIIX3) datasheet, 2.5.2 "RC - Reset Control Register".
 *
 * A rising edge of bit 2 resets the PC, whatever bit 1 says about the kind: both end the run here. The reset
 * lines of the keyboard controller and of port 0x92 are theirs.
 *
 * The register answers byte accesses only: a doubleword at 0xcf8 is the PCI configuration address, which must not
 * reset the PC while a guest looks for a PCI bus that is not there. Hence the device stands on all four ports.
 */

import type { AccessSize, PortDevice } from '../bus/port-bus.ts';

/** The ports to claim, as one wide range. */
export const RESET_CONTROL_FIRST_PORT = 0xcf8;
export const RESET_CONTROL_PORT_COUNT = 4;

const RC_PORT = 0xcf9;

const RC_SRST = 1 << 1; // hard reset rather than soft reset
const RC_RCPU = 1 << 2; // reset the processor on a rising edge

export class ResetControl implements PortDevice {
  readonly #reset: (port: number) => void;
  #value = 0;

  constructor(reset: (port: number) => void) {
    this.#reset = reset;
  }

  portRead(port: number, sizeBytes: AccessSize): number {
    return port === RC_PORT && sizeBytes === 1 ? this.#value : 2 ** (8 * sizeBytes) - 1;
  }

  portWrite(port: number, sizeBytes: AccessSize, value: number): void {
    if (port !== RC_PORT || sizeBytes !== 1) return;
    const rises = (value & ~this.#value & RC_RCPU) !== 0;
    this.#value = value & (RC_SRST | RC_RCPU);
    if (rises) this.#reset(port);
  }
}
