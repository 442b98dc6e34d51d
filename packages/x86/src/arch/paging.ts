/**
 * Paging structures (SDM Vol. 3A 4.2 to 4.6): bits of an entry, how a linear address is cut, the levels of each mode.
 *
 * ```
 *  4-level   47    39 38    30 29    21 20    12 11     0
 *           | PML4   | PDPT   | PD     | PT     | offset |     entries of 8 bytes, 512 per table
 *  PAE                31 30 29    21 20    12 11     0
 *                    | PDPT | PD     | PT     | offset |
 *  32-bit              31    22 21        12 11     0
 *                     | PD     | PT         | offset |         entries of 4 bytes, 1024 per table
 * ```
 */

/** Bits of a paging-structure entry (SDM Vol. 3A tables 4-15 to 4-20). */
export const PTE = {
  /** Present. */
  P: 2 ** 0,
  /** Writable. */
  RW: 2 ** 1,
  /** User accessible. */
  US: 2 ** 2,
  /** Write-through. */
  PWT: 2 ** 3,
  /** Cache disable. */
  PCD: 2 ** 4,
  /** Accessed. */
  A: 2 ** 5,
  /** Dirty, in the entry that maps a page. */
  D: 2 ** 6,
  /** Page size: this PDPTE or PDE maps a page. In a PTE the bit is PAT. */
  PS: 2 ** 7,
  /** Global, in the entry that maps a page. */
  G: 2 ** 8,
  /** PAT of a large page. */
  PAT_LARGE: 2 ** 12,
  /** Execute disable (needs EFER.NXE). */
  XD: 2 ** 63,
} as const;

/** Physical address bits of the machine: bits from here to 51 are reserved in entries. */
export const PHYSICAL_ADDRESS_BITS = 40;

/** Linear address bits with 4-level paging; bits 63:48 repeat bit 47 in a canonical address. */
export const LINEAR_ADDRESS_BITS = 48;

/** Bytes of a 4 KiB page, and its exponent. */
export const PAGE_BYTES = 4096;
export const PAGE_SHIFT = 12;

/** One level of a paging mode, from the root down. */
export interface PagingLevel {
  /** Name of the entry: PML4E, PDPTE, PDE, PTE. */
  readonly entry: string;
  /** Name of the table. */
  readonly table: string;
  /** Lowest bit of the index in the linear address; also the exponent of the bytes that one entry maps. */
  readonly shift: number;
  readonly indexBits: number;
  /** Whether PS in this entry maps a page. In 32-bit paging that needs CR4.PSE too. */
  readonly canMapPage: boolean;
}

/** A paging mode (SDM Vol. 3A 4.1.1). */
export interface PagingMode {
  readonly name: '32-bit' | 'PAE' | '4-level';
  readonly entryBytes: 4 | 8;
  readonly levels: readonly PagingLevel[];
}

const PT9: PagingLevel = { entry: 'PTE', table: 'page table', shift: 12, indexBits: 9, canMapPage: true };
const PD9: PagingLevel = { entry: 'PDE', table: 'page directory', shift: 21, indexBits: 9, canMapPage: true };

/** The paging modes by name. */
export const pagingModes = {
  '32-bit': {
    name: '32-bit',
    entryBytes: 4,
    levels: [
      { entry: 'PDE', table: 'page directory', shift: 22, indexBits: 10, canMapPage: true },
      { entry: 'PTE', table: 'page table', shift: 12, indexBits: 10, canMapPage: true },
    ],
  },
  PAE: {
    name: 'PAE',
    entryBytes: 8,
    levels: [
      { entry: 'PDPTE', table: 'page-directory-pointer table', shift: 30, indexBits: 2, canMapPage: false },
      PD9,
      PT9,
    ],
  },
  '4-level': {
    name: '4-level',
    entryBytes: 8,
    levels: [
      { entry: 'PML4E', table: 'PML4', shift: 39, indexBits: 9, canMapPage: false },
      { entry: 'PDPTE', table: 'page-directory-pointer table', shift: 30, indexBits: 9, canMapPage: true },
      PD9,
      PT9,
    ],
  },
} as const satisfies Record<string, PagingMode>;

/** Whether bits 63:47 of a linear address are equal (SDM Vol. 1 3.3.7.1). */
export function isCanonical(linearAddress: bigint): boolean {
  const address = BigInt.asUintN(64, linearAddress);
  return BigInt.asUintN(64, BigInt.asIntN(LINEAR_ADDRESS_BITS, address)) === address;
}
