/** How one linear address is translated, entry by entry, with what each of them allows. SDM Vol. 3A 4.3-4.6. */

import type { Address } from '../api.ts';
import { describeWalk } from '../post-mortem/page-walk.ts';
import type { WalkLine } from '../post-mortem/types.ts';
import type { InspectedMachine } from './machine-view.ts';

/** The translation of an address, by the page tables in memory (the processor may still use an older one: see the TLB). */
export interface Translation {
  readonly linearAddress: bigint;
  /** Undefined if nothing is mapped there. */
  readonly physicalAddress: bigint | undefined;
  /** 0 without a mapping, or while paging is off. */
  readonly pageBytes: number;
  /** From the root down to the entry that maps the page, or to the one that does not; empty while paging is off. */
  readonly levels: readonly WalkLine[];
}

/** Walks the page tables. @throws RangeError if `address` names a symbol that the image does not have */
export function inspectTranslation(machine: InspectedMachine, address: Address): Translation {
  const walk = machine.memory.translate(address);
  const { linearAddress, physicalAddress, pageBytes } = walk;
  return { linearAddress, physicalAddress, pageBytes, levels: describeWalk(walk) };
}
