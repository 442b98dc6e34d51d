/** What an inspection looks at: the public face of a machine, so that whoever has one can inspect it. */

import type { Address, Machine } from '../api.ts';

/** The part of a `Machine` that is read. Nothing is changed: no accessed bits, no TLB entries, no guest time. */
export type InspectedMachine = Pick<Machine, 'cpu' | 'memory' | 'symbols'>;

/** Reads through the page tables; undefined where nothing is mapped or no RAM answers. */
export function readOrUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    // By name: a machine in a web page's worker and whoever inspects it may each have the class from their own bundle.
    if (error instanceof Error && error.name === 'MemoryError') return undefined;
    throw error;
  }
}

/** An address given as number, bigint or symbol. @throws RangeError if the image has no such symbol */
export function resolveAddress({ memory }: InspectedMachine, address: Address): bigint {
  return memory.translate(address).linearAddress;
}
