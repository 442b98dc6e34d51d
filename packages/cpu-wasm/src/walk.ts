/**
 * A page walk for people: every level with its entry, without side effects and without the TLB (SDM Vol. 3A 4.3 to 4.5). The
 * core's own walk is assembly/paging.ts; this one never faults and explains where a translation stops.
 */
import type { Registers } from './registers.ts';

/** One step of a walk. */
export interface WalkLevel {
  readonly name: 'PML4E' | 'PDPTE' | 'PDE' | 'PTE';
  /** Physical address of the entry. */
  readonly address: bigint;
  readonly index: number;
  readonly entry: bigint;
}

/** Translation of one linear address. */
export interface Walk {
  readonly linearAddress: bigint;
  readonly levels: readonly WalkLevel[];
  /** Undefined when the address is not mapped or not canonical. */
  readonly physicalAddress: bigint | undefined;
  /** Size of the page in bytes; 0 without a mapping or without paging. */
  readonly pageBytes: number;
}

const ADDRESS = 0x000f_ffff_ffff_f000n;
const PRESENT = 1n;
const PAGE_SIZE = 1n << 7n;

/** Walks the tables that `registers` point to, in `ram` (guest physical memory from 0). */
export function walk(registers: Registers, ram: DataView, linearAddress: bigint): Walk {
  const linear = BigInt.asUintN(64, linearAddress);
  const cr0 = registers.get('cr0');
  const cr3 = registers.get('cr3');
  const cr4 = registers.get('cr4');
  const isLong = (registers.get('efer') & (1n << 10n)) !== 0n;
  const levels: WalkLevel[] = [];
  const stop = (): Walk => ({ linearAddress: linear, levels, physicalAddress: undefined, pageBytes: 0 });
  if ((cr0 & (1n << 31n)) === 0n) {
    return { linearAddress: linear, levels, physicalAddress: linear & 0xffff_ffffn, pageBytes: 0 };
  }
  const read = (address: bigint, bytes: 4 | 8): bigint => {
    if (address + BigInt(bytes) > BigInt(ram.byteLength)) return (1n << BigInt(bytes * 8)) - 1n;
    return bytes === 8 ? ram.getBigUint64(Number(address), true) : BigInt(ram.getUint32(Number(address), true));
  };
  if (isLong && BigInt.asIntN(48, linear) !== BigInt.asIntN(64, linear)) return stop();

  const isPae = (cr4 & (1n << 5n)) !== 0n;
  const entryBytes = isLong || isPae ? 8 : 4;
  const bitsPerLevel = entryBytes === 8 ? 9n : 10n;
  const names = (['PML4E', 'PDPTE', 'PDE', 'PTE'] as const).slice(isLong ? 0 : isPae ? 1 : 2);
  let table = isLong ? cr3 & ADDRESS : isPae ? cr3 & 0xffff_ffe0n : cr3 & 0xffff_f000n;
  let shift = 12n + bitsPerLevel * BigInt(names.length - 1);
  for (const name of names) {
    const index =
      Number((linear >> shift) & ((1n << bitsPerLevel) - 1n)) & (isPae && name === 'PDPTE' && !isLong ? 3 : 1023);
    const address = table + BigInt(index * entryBytes);
    const entry = read(address, entryBytes);
    levels.push({ name, address, index, entry });
    if ((entry & PRESENT) === 0n) return stop();
    const mayBeLarge = name === 'PDE' ? isLong || isPae || (cr4 & (1n << 4n)) !== 0n : name === 'PDPTE' && isLong;
    if (name === 'PTE' || (mayBeLarge && (entry & PAGE_SIZE) !== 0n)) {
      const offset = (1n << shift) - 1n;
      const frame = entry & ADDRESS & ~offset;
      return {
        linearAddress: linear,
        levels,
        physicalAddress: frame | (linear & offset),
        pageBytes: Number(offset) + 1,
      };
    }
    table = entry & ADDRESS;
    shift -= bitsPerLevel;
  }
  return stop();
}
