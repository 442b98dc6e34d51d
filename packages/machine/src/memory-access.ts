/**
 * Guest memory as users read and write it: by linear address through the page tables of the moment, or by physical
 * address. Accesses are the host's: no rights are checked, no accessed or dirty bits set, the TLB is not consulted
 * (so a stale translation that the guest still uses does not show here).
 */

import type { Walk } from '@longmode/cpu-wasm';
import type { Address, Memory, MemoryView } from './api.ts';
import type { MachineCore } from './core.ts';
import { decodeUtf8 } from './host.ts';
import type { SymbolView } from './symbol-view.ts';

const PAGE_BYTES = 4096;

/** An access to memory that is not there. */
export class MemoryError extends Error {
  /** The first address that is not there. */
  readonly address: bigint;

  constructor(message: string, address: bigint) {
    super(message);
    this.name = 'MemoryError';
    this.address = address;
  }
}

/** Reads and writes by whole ranges; numbers and strings follow from that. */
abstract class View implements MemoryView {
  protected readonly core: MachineCore;
  protected readonly symbols: SymbolView;

  constructor(core: MachineCore, symbols: SymbolView) {
    this.core = core;
    this.symbols = symbols;
  }

  /** Physical address of a linear one in this view. @throws MemoryError */
  protected abstract physicalAddressOf(address: bigint): bigint;

  read(at: Address, lengthBytes: number): Uint8Array {
    const bytes = new Uint8Array(checkedLength(lengthBytes, this.core.ram.length));
    this.#eachPiece(this.symbols.resolve(at), lengthBytes, (physicalAddress, offset, pieceBytes) => {
      bytes.set(this.core.ram.subarray(physicalAddress, physicalAddress + pieceBytes), offset);
    });
    return bytes;
  }

  write(at: Address, bytes: Uint8Array): void {
    const address = this.symbols.resolve(at);
    this.#eachPiece(address, bytes.length, () => {}); // all of it or nothing
    this.#eachPiece(address, bytes.length, (physicalAddress, offset, pieceBytes) => {
      this.core.ram.set(bytes.subarray(offset, offset + pieceBytes), physicalAddress);
      this.core.invalidate(physicalAddress, pieceBytes);
    });
  }

  u8(at: Address): number {
    return this.#dataView(at, 1).getUint8(0);
  }

  u16(at: Address): number {
    return this.#dataView(at, 2).getUint16(0, true);
  }

  u32(at: Address): number {
    return this.#dataView(at, 4).getUint32(0, true);
  }

  u64(at: Address): bigint {
    return this.#dataView(at, 8).getBigUint64(0, true);
  }

  cString(at: Address, maximumBytes = 4096): string {
    const start = this.symbols.resolve(at);
    const bytes: number[] = [];
    while (bytes.length < maximumBytes) {
      const byte = this.u8(start + BigInt(bytes.length));
      if (byte === 0) break;
      bytes.push(byte);
    }
    return decodeUtf8(Uint8Array.from(bytes));
  }

  #dataView(at: Address, lengthBytes: number): DataView {
    return new DataView(this.read(at, lengthBytes).buffer);
  }

  /** Splits a range at page boundaries, as neighbouring pages may lie anywhere. */
  #eachPiece(
    address: bigint,
    lengthBytes: number,
    visit: (physicalAddress: number, offset: number, pieceBytes: number) => void,
  ): void {
    for (let offset = 0; offset < lengthBytes; ) {
      const piece = BigInt.asUintN(64, address + BigInt(offset));
      const inPage = Number(piece % BigInt(PAGE_BYTES));
      const pieceBytes = Math.min(PAGE_BYTES - inPage, lengthBytes - offset);
      const physicalAddress = this.physicalAddressOf(piece);
      if (physicalAddress + BigInt(pieceBytes) > BigInt(this.core.ram.length)) {
        throw new MemoryError(`no RAM at physical address 0x${physicalAddress.toString(16)}`, piece);
      }
      visit(Number(physicalAddress), offset, pieceBytes);
      offset += pieceBytes;
    }
  }
}

/** Memory by physical address. */
class PhysicalMemory extends View {
  protected physicalAddressOf(address: bigint): bigint {
    return address;
  }
}

/** Memory by linear address. */
export class LinearMemory extends View implements Memory {
  readonly physical: MemoryView;

  constructor(core: MachineCore, symbols: SymbolView) {
    super(core, symbols);
    this.physical = new PhysicalMemory(core, symbols);
  }

  get sizeBytes(): number {
    return this.core.ram.length;
  }

  /** As many of the bytes as are mapped, for looking at code near the end of a page. */
  readMapped(address: bigint, maximumBytes: number): Uint8Array {
    for (let lengthBytes = maximumBytes; lengthBytes > 0; lengthBytes--) {
      try {
        return this.read(address, lengthBytes);
      } catch (error) {
        if (!(error instanceof MemoryError)) throw error;
      }
    }
    return new Uint8Array();
  }

  translate(linearAddress: Address): Walk {
    return this.core.translate(this.symbols.resolve(linearAddress));
  }

  protected physicalAddressOf(address: bigint): bigint {
    const { physicalAddress } = this.core.translate(address);
    if (physicalAddress === undefined) {
      throw new MemoryError(`nothing is mapped at linear address 0x${address.toString(16)}`, address);
    }
    return physicalAddress;
  }
}

function checkedLength(lengthBytes: number, ramBytes: number): number {
  if (!Number.isInteger(lengthBytes) || lengthBytes < 0) {
    throw new RangeError(`length of ${lengthBytes} bytes: expected a whole number, 0 or more`);
  }
  if (lengthBytes > ramBytes) throw new RangeError(`length of ${lengthBytes} bytes: the machine has ${ramBytes}`);
  return lengthBytes;
}
