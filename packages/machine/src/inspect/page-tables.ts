/**
 * All page tables of the moment as a tree, and what they map as ranges of linear addresses. SDM Vol. 3A 4.3 (32-bit),
 * 4.4 (PAE), 4.5 (4-level paging), 4.6 (access rights).
 *
 * The tables are read from memory; the TLB, and the copies of PDPTEs that PAE paging keeps, are not consulted. A table
 * that is reached from itself (recursive mapping) is named and not followed. There are bounds to how much is followed,
 * since a guest can weave four tables into 2^36 entries.
 */

import { CR0, CR4, EFER, PAGE_BYTES, type PagingLevel, type PagingMode, PTE, pagingModes } from '@longmode/x86';
import { type InspectedMachine, readOrUndefined } from './machine-view.ts';

/** Page tables that are followed at most: as many as map 16 GiB in pages of 4 KiB. */
const MAXIMUM_TABLES = 8192;
/** Entries that are kept at most, pages in a row being one. */
const MAXIMUM_ENTRIES = 1 << 16;

const ADDRESS_MASK = 0x000f_ffff_ffff_f000n;

/** What may be done with a page, over all levels. */
export interface PageRights {
  readonly writable: boolean;
  /** Code of privilege level 3 may access it. */
  readonly user: boolean;
  /** Always true where EFER.NXE is 0. */
  readonly executable: boolean;
}

/** Pages of one size and kind, contiguous in linear and in physical memory. */
export interface PageRange extends PageRights {
  readonly linearAddress: bigint;
  readonly physicalAddress: bigint;
  readonly pageBytes: number;
  readonly pageCount: number;
  readonly global: boolean;
  readonly writeThrough: boolean;
  readonly cacheDisabled: boolean;
  /** How many of the pages have their accessed and dirty bits set. */
  readonly accessedPages: number;
  readonly dirtyPages: number;
}

/** One paging structure. */
export interface PageTable {
  /** `PML4`, `page directory`, ... */
  readonly name: string;
  readonly physicalAddress: bigint;
  /** First linear address that its first entry translates. */
  readonly linearAddress: bigint;
  readonly entries: readonly PageTableEntry[];
}

/** The entries of a table that are present, in order; those that map pages in a row are one. */
export type PageTableEntry =
  | { readonly kind: 'table'; readonly index: number; readonly entry: bigint; readonly table: PageTable }
  | { readonly kind: 'pages'; readonly firstIndex: number; readonly lastIndex: number; readonly range: PageRange }
  /** The entry names a table on the way to it. */
  | { readonly kind: 'recursive'; readonly index: number; readonly entry: bigint; readonly linearAddress: bigint }
  /** The entry names a table outside of RAM. */
  | { readonly kind: 'no-ram'; readonly index: number; readonly entry: bigint };

/** Everything that is mapped. */
export interface PageTables {
  /** `off`: linear addresses are physical. */
  readonly mode: PagingMode['name'] | 'off';
  /** Undefined while paging is off. */
  readonly root: PageTable | undefined;
  /** By ascending linear address. Recursive mappings are in `root` alone. */
  readonly ranges: readonly PageRange[];
  /** False if there is more than is followed. */
  readonly isComplete: boolean;
}

/** The paging mode that CR0, CR4 and EFER select; undefined while paging is off. */
export function pagingModeOf({ cpu }: Pick<InspectedMachine, 'cpu'>): PagingMode | undefined {
  const { cr0, cr4, efer } = cpu.registers;
  if (!(cr0 & BigInt(CR0.PG))) return undefined;
  if (efer & BigInt(EFER.LMA)) return pagingModes['4-level'];
  return cr4 & BigInt(CR4.PAE) ? pagingModes.PAE : pagingModes['32-bit'];
}

/** Reads all page tables. */
export function inspectPages(machine: InspectedMachine): PageTables {
  const mode = pagingModeOf(machine);
  if (!mode) return { mode: 'off', root: undefined, ranges: [], isComplete: true };
  const walker = new TableWalker(machine, mode);
  const { cr3 } = machine.cpu.registers;
  const rootAddress = mode.name === 'PAE' ? cr3 & 0xffff_ffe0n : cr3 & ADDRESS_MASK;
  const root = walker.table(0, rootAddress, 0n, { writable: true, user: true, executable: true }, []);
  return { mode: mode.name, root, ranges: rangesOf(root), isComplete: walker.isComplete };
}

/** Ranges of a tree, those that continue each other joined across tables. */
function rangesOf(root: PageTable | undefined): PageRange[] {
  const ranges: PageRange[] = [];
  const visit = (table: PageTable): void => {
    for (const entry of table.entries) {
      if (entry.kind === 'table') visit(entry.table);
      if (entry.kind !== 'pages') continue;
      const last = ranges.at(-1);
      if (last && continues(last, entry.range)) ranges[ranges.length - 1] = join(last, entry.range);
      else ranges.push(entry.range);
    }
  };
  if (root) visit(root);
  return ranges;
}

function continues(a: PageRange, b: PageRange): boolean {
  const bytes = BigInt(a.pageBytes) * BigInt(a.pageCount);
  return (
    a.linearAddress + bytes === b.linearAddress &&
    a.physicalAddress + bytes === b.physicalAddress &&
    a.pageBytes === b.pageBytes &&
    a.writable === b.writable &&
    a.user === b.user &&
    a.executable === b.executable &&
    a.global === b.global &&
    a.writeThrough === b.writeThrough &&
    a.cacheDisabled === b.cacheDisabled
  );
}

function join(a: PageRange, b: PageRange): PageRange {
  return {
    ...a,
    pageCount: a.pageCount + b.pageCount,
    accessedPages: a.accessedPages + b.accessedPages,
    dirtyPages: a.dirtyPages + b.dirtyPages,
  };
}

class TableWalker {
  #tables = 0;
  #entries = 0;
  readonly #machine: InspectedMachine;
  readonly #mode: PagingMode;
  /** 32-bit paging knows large pages with CR4.PSE alone. */
  readonly #mayBeLarge: boolean;
  readonly #noExecute: boolean;

  constructor(machine: InspectedMachine, mode: PagingMode) {
    this.#machine = machine;
    this.#mode = mode;
    const { cr4, efer } = machine.cpu.registers;
    this.#mayBeLarge = mode.name !== '32-bit' || (cr4 & BigInt(CR4.PSE)) !== 0n;
    this.#noExecute = (efer & BigInt(EFER.NXE)) !== 0n;
  }

  get isComplete(): boolean {
    return this.#tables < MAXIMUM_TABLES && this.#entries < MAXIMUM_ENTRIES;
  }

  /** @param path physical addresses of the tables above; undefined if the table is not in RAM */
  table(depth: number, address: bigint, linear: bigint, rights: PageRights, path: bigint[]): PageTable | undefined {
    const level = this.#mode.levels[depth]!;
    const view = this.#read(address, 2 ** level.indexBits);
    if (!view) return undefined;
    const entries: PageTableEntry[] = [];
    const { entryBytes } = this.#mode;
    for (let index = 0; index < view.byteLength / entryBytes && this.isComplete; index++) {
      const entry = entryBytes === 8 ? view.getBigUint64(8 * index, true) : BigInt(view.getUint32(4 * index, true));
      if (!(entry & BigInt(PTE.P))) continue;
      const entryLinear = canonical(this.#mode, linear + (BigInt(index) << BigInt(level.shift)));
      const item = this.#entry(depth, index, entry, entryLinear, rights, [...path, address]);
      const last = entries.at(-1);
      if (
        item.kind === 'pages' &&
        last?.kind === 'pages' &&
        last.lastIndex === index - 1 &&
        continues(last.range, item.range)
      ) {
        entries[entries.length - 1] = { ...last, lastIndex: index, range: join(last.range, item.range) };
      } else {
        entries.push(item);
        this.#entries++;
      }
    }
    return { name: level.table, physicalAddress: address, linearAddress: linear, entries };
  }

  #entry(
    depth: number,
    index: number,
    entry: bigint,
    linear: bigint,
    above: PageRights,
    path: bigint[],
  ): PageTableEntry {
    const level = this.#mode.levels[depth]!;
    // The PDPTEs of PAE paging have no rights.
    const isPlain = this.#mode.name === 'PAE' && depth === 0;
    const rights: PageRights = isPlain
      ? above
      : {
          writable: above.writable && (entry & BigInt(PTE.RW)) !== 0n,
          user: above.user && (entry & BigInt(PTE.US)) !== 0n,
          executable: above.executable && !(this.#noExecute && (entry & BigInt(PTE.XD)) !== 0n),
        };
    if (this.#mapsPage(level, depth, entry)) {
      return { kind: 'pages', firstIndex: index, lastIndex: index, range: pageOf(level, entry, linear, rights) };
    }
    const address = this.#mode.entryBytes === 8 ? entry & ADDRESS_MASK : entry & 0xffff_f000n;
    if (path.includes(address)) return { kind: 'recursive', index, entry, linearAddress: linear };
    this.#tables++;
    const table = this.table(depth + 1, address, linear, rights, path);
    return table ? { kind: 'table', index, entry, table } : { kind: 'no-ram', index, entry };
  }

  #mapsPage(level: PagingLevel, depth: number, entry: bigint): boolean {
    if (depth === this.#mode.levels.length - 1) return true;
    return level.canMapPage && this.#mayBeLarge && (entry & BigInt(PTE.PS)) !== 0n;
  }

  #read(address: bigint, count: number): DataView | undefined {
    const lengthBytes = Math.min(PAGE_BYTES, count * this.#mode.entryBytes);
    const bytes = readOrUndefined(() => this.#machine.memory.physical.read(address, lengthBytes));
    return bytes && new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
}

function pageOf({ shift }: PagingLevel, entry: bigint, linearAddress: bigint, rights: PageRights): PageRange {
  const pageBytes = 2 ** shift;
  const has = (bit: number) => (entry & BigInt(bit)) !== 0n;
  return {
    linearAddress,
    physicalAddress: entry & ADDRESS_MASK & ~BigInt(pageBytes - 1),
    pageBytes,
    pageCount: 1,
    ...rights,
    global: has(PTE.G),
    writeThrough: has(PTE.PWT),
    cacheDisabled: has(PTE.PCD),
    accessedPages: has(PTE.A) ? 1 : 0,
    dirtyPages: has(PTE.D) ? 1 : 0,
  };
}

/** Bit 47 of a 4-level linear address is repeated in the bits above it (SDM Vol. 1 3.3.7.1). */
function canonical(mode: PagingMode, address: bigint): bigint {
  return mode.name === '4-level' ? BigInt.asUintN(64, BigInt.asIntN(48, address)) : address;
}
