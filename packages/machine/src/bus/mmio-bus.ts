/**
 * Physical addresses that are not RAM: devices claim ranges, everything else reads as all ones and swallows writes
 * (what a PC's chipset does when no device answers).
 *
 * The linear framebuffer claims one. Text memory at 0xb8000 is not here: it is plain guest RAM that the screen looks at.
 */

import type { AccessSize } from './port-bus.ts';

/** A device behind physical addresses; `offset` counts from the start of its range. */
interface MmioDevice {
  mmioRead(offset: number, sizeBytes: AccessSize): number;
  mmioWrite(offset: number, sizeBytes: AccessSize, value: number): void;
}

/** A range of physical addresses for one device. */
export interface MmioClaim {
  readonly owner: string;
  readonly firstAddress: number;
  readonly lengthBytes: number;
  readonly device: MmioDevice;
}

export class MmioBus {
  readonly #claims: MmioClaim[] = [];

  /** Gives a range to a device. @throws RangeError if it is empty or overlaps another one */
  claim(claim: MmioClaim): void {
    const { owner, firstAddress, lengthBytes } = claim;
    if (lengthBytes < 1 || firstAddress < 0) throw new RangeError(`${owner} claims an impossible range`);
    for (const other of this.#claims) {
      if (firstAddress < other.firstAddress + other.lengthBytes && other.firstAddress < firstAddress + lengthBytes) {
        throw new RangeError(`${owner} claims 0x${firstAddress.toString(16)}, which overlaps ${other.owner}`);
      }
    }
    this.#claims.push(claim);
  }

  read(address: number, sizeBytes: AccessSize): number {
    const claim = this.#claimAt(address);
    return claim ? claim.device.mmioRead(address - claim.firstAddress, sizeBytes) : 2 ** (8 * sizeBytes) - 1;
  }

  write(address: number, sizeBytes: AccessSize, value: number): void {
    const claim = this.#claimAt(address);
    claim?.device.mmioWrite(address - claim.firstAddress, sizeBytes, value);
  }

  #claimAt(address: number): MmioClaim | undefined {
    return this.#claims.find((c) => address >= c.firstAddress && address < c.firstAddress + c.lengthBytes);
  }
}
