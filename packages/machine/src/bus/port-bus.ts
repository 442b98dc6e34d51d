/**
 * The I/O port space of the PC: 65,536 byte ports, of which devices claim ranges (SDM Vol. 1 chapter 19).
 *
 * A word or doubleword access to byte-wide devices is carried out as single bytes in ascending order, as the ISA bus
 * does it; a device that claims `wide` gets an access inside its range in one piece. Ports that nobody claims read as
 * all ones and swallow writes, which is what probing guests rely on. The I/O permission bitmap is the processor's
 * business, not the bus's.
 */

/** Width of one access. */
export type AccessSize = 1 | 2 | 4;

/** A device behind ports. Values are unsigned and hold `sizeBytes` bytes; byte-wide devices only ever see 1. */
export interface PortDevice {
  portRead(port: number, sizeBytes: AccessSize): number;
  portWrite(port: number, sizeBytes: AccessSize, value: number): void;
}

/** A range of ports for one device. */
export interface PortClaim {
  /** Who claims, for messages: `COM1`, `VGA`, ... */
  readonly owner: string;
  readonly firstPort: number;
  readonly portCount: number;
  readonly device: PortDevice;
  /** True if the device takes accesses of 2 and 4 bytes in one piece. Default false. */
  readonly wide?: boolean;
}

const PORT_SPACE_SIZE = 0x10000;

export class PortBus {
  /** Index into `#claims` plus one, for each port; 0 where nobody answers. One byte per port keeps lookups cheap. */
  readonly #claimOfPort = new Uint8Array(PORT_SPACE_SIZE);
  readonly #claims: PortClaim[] = [];

  /** Gives a range of ports to a device. @throws RangeError if it leaves the port space, overlaps, or is claim 256 */
  claim(claim: PortClaim): void {
    const { owner, firstPort, portCount } = claim;
    const end = firstPort + portCount;
    if (firstPort < 0 || portCount < 1 || end > PORT_SPACE_SIZE) {
      throw new RangeError(`${owner} claims ports ${hex(firstPort)}..${hex(end - 1)}: outside of 0x0..0xffff`);
    }
    for (let port = firstPort; port < end; port++) {
      const other = this.#claimAt(port);
      if (other) throw new RangeError(`${owner} claims port ${hex(port)}, which belongs to ${other.owner}`);
    }
    if (this.#claims.length === 255) throw new RangeError(`${owner}: the port bus holds at most 255 claims`);
    this.#claims.push(claim);
    this.#claimOfPort.fill(this.#claims.length, firstPort, end);
  }

  /** The owner of a port, undefined if nobody claims it. */
  ownerOf(port: number): string | undefined {
    return this.#claimAt(port)?.owner;
  }

  read(port: number, sizeBytes: AccessSize): number {
    const claim = this.#claimAt(port);
    if (claim && isWhole(claim, port, sizeBytes)) return claim.device.portRead(port, sizeBytes);
    if (sizeBytes === 1) return 0xff;
    let value = 0;
    for (let i = 0; i < sizeBytes; i++) value |= this.#readByte(port + i) << (8 * i);
    return value >>> 0;
  }

  write(port: number, sizeBytes: AccessSize, value: number): void {
    const claim = this.#claimAt(port);
    if (claim && isWhole(claim, port, sizeBytes)) {
      claim.device.portWrite(port, sizeBytes, value);
    } else if (sizeBytes !== 1) {
      for (let i = 0; i < sizeBytes; i++) {
        this.#claimAt(port + i)?.device.portWrite(port + i, 1, (value >>> (8 * i)) & 0xff);
      }
    }
  }

  #readByte(port: number): number {
    return this.#claimAt(port)?.device.portRead(port, 1) ?? 0xff;
  }

  #claimAt(port: number): PortClaim | undefined {
    return this.#claims[(this.#claimOfPort[port] ?? 0) - 1];
  }
}

/** Whether an access goes to the device in one piece. */
function isWhole(claim: PortClaim, port: number, sizeBytes: AccessSize): boolean {
  return sizeBytes === 1 || (claim.wide === true && port + sizeBytes <= claim.firstPort + claim.portCount);
}

function hex(port: number): string {
  return `0x${port.toString(16)}`;
}
