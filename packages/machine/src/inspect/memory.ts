/** Guest memory as bytes of whole rows, with holes where nothing is mapped. */

import type { Address } from '../api.ts';
import { type InspectedMachine, readOrUndefined, resolveAddress } from './machine-view.ts';

/** Rows begin at multiples of it. */
export const MEMORY_ROW_BYTES = 16;

/** One row. */
export interface MemoryRow {
  /** Linear, or physical if that was asked for. */
  readonly address: bigint;
  /** Undefined if nothing is mapped there, or no RAM answers. */
  readonly bytes: Uint8Array | undefined;
}

/** What to read. */
export interface MemoryOptions {
  /** First address; the row that it is in is the first row. */
  readonly at: Address;
  /** How many rows, default 16. */
  readonly rows?: number;
  /** Physical instead of linear addresses. Default false. */
  readonly physical?: boolean;
}

/** Reads rows of memory. @throws RangeError for an unknown symbol */
export function inspectMemory(
  machine: InspectedMachine,
  { at, rows = 16, physical = false }: MemoryOptions,
): MemoryRow[] {
  const { memory } = machine;
  const view = physical ? memory.physical : memory;
  const first = resolveAddress(machine, at) & ~BigInt(MEMORY_ROW_BYTES - 1);
  return Array.from({ length: rows }, (_, i) => {
    const address = BigInt.asUintN(64, first + BigInt(i * MEMORY_ROW_BYTES));
    return { address, bytes: readOrUndefined(() => view.read(address, MEMORY_ROW_BYTES)) };
  });
}
