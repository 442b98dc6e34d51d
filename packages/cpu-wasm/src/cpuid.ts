/**
 * What CPUID answers (SDM Vol. 2A CPUID). The table advertises what the core does and nothing else: no x87, MMX or SSE, no
 * local APIC, no machine checks. Identity: an Intel processor, because the core follows Intel where the vendors differ
 * (SYSCALL only in 64-bit mode, null loads of FS and GS clear the base). The core adds what depends on its state.
 */
import { type CpuidName, cpuidBits } from '@longmode/x86';

/** Answer to one leaf. Without `subleaf` it holds for every ECX. */
export interface CpuidEntry {
  readonly leaf: number;
  readonly subleaf?: number;
  readonly eax: number;
  readonly ebx: number;
  readonly ecx: number;
  readonly edx: number;
}

/** Features of the core, by their name in the vocabulary. */
export const cpuFeatures: readonly CpuidName[] = [
  'DE',
  'PSE',
  'TSC',
  'MSR',
  'PAE',
  'CX8',
  'SEP',
  'PGE',
  'CMOV',
  'PAT',
  'CLFSH',
  'CMPXCHG16B',
  'PCID',
  'MOVBE',
  'POPCNT',
  'FSGSBASE',
  'BMI1',
  'SMEP',
  'BMI2',
  'ERMS',
  'INVPCID',
  'ADX',
  'SMAP',
  'CLFLUSHOPT',
  'CLWB',
  'UMIP',
  'RDPID',
  'SERIALIZE',
  'FSRM',
  'LAHF64',
  'LZCNT',
  'PREFETCHW',
  'SYSCALL',
  'NX',
  'PAGE1GB',
  'RDTSCP',
  'LM',
  'INVARIANT_TSC',
];

const LARGEST_BASIC = 7;
const LARGEST_EXTENDED = 0x80000008;
/** Family 6, model 15, stepping 1. */
const SIGNATURE = 0x6f1;
const CACHE_LINE_BYTES = 64;
/** Widths of addresses; the page walk (assembly/paging.ts) has the same. */
const PHYSICAL_ADDRESS_BITS = 40;
const LINEAR_ADDRESS_BITS = 48;

/** Four characters as a little-endian word. */
function word(text: string, offset: number): number {
  let value = 0;
  for (let i = 3; i >= 0; i--) value = value * 256 + (text.charCodeAt(offset + i) || 0);
  return value;
}

function featureWord(leaf: number, register: 'eax' | 'ebx' | 'ecx' | 'edx', features: readonly CpuidName[]): number {
  let value = 0;
  for (const name of features) {
    const place = cpuidBits[name];
    if (place.leaf === leaf && place.register === register) value |= 1 << place.bit;
  }
  return value >>> 0;
}

/** The table for a set of features. */
export function cpuidTable(features: readonly CpuidName[] = cpuFeatures): CpuidEntry[] {
  const vendor = 'GenuineIntel';
  const brand = 'Longmode x86-64 processor'.padEnd(48, '\0');
  const bits = (leaf: number) => ({
    eax: featureWord(leaf, 'eax', features),
    ebx: featureWord(leaf, 'ebx', features),
    ecx: featureWord(leaf, 'ecx', features),
    edx: featureWord(leaf, 'edx', features),
  });
  const brandLeaf = (index: number): CpuidEntry => ({
    leaf: 0x80000002 + index,
    eax: word(brand, index * 16),
    ebx: word(brand, index * 16 + 4),
    ecx: word(brand, index * 16 + 8),
    edx: word(brand, index * 16 + 12),
  });
  return [
    { leaf: 0, eax: LARGEST_BASIC, ebx: word(vendor, 0), edx: word(vendor, 4), ecx: word(vendor, 8) },
    // EBX: CLFLUSH line size in units of 8 bytes, one logical processor, APIC id 0.
    { ...bits(1), leaf: 1, eax: SIGNATURE, ebx: ((CACHE_LINE_BYTES / 8) << 8) | (1 << 16) },
    { ...bits(7), leaf: 7, subleaf: 0 },
    { leaf: 0x80000000, eax: LARGEST_EXTENDED, ebx: 0, ecx: 0, edx: 0 },
    { ...bits(0x80000001), leaf: 0x80000001 },
    brandLeaf(0),
    brandLeaf(1),
    brandLeaf(2),
    { ...bits(0x80000007), leaf: 0x80000007 },
    { leaf: 0x80000008, eax: PHYSICAL_ADDRESS_BITS | (LINEAR_ADDRESS_BITS << 8), ebx: 0, ecx: 0, edx: 0 },
  ];
}

/** Where the core looks for the table (assembly/layout.ts), and how many entries fit. */
const CPUID_TABLE = 0x4000;
const CPUID_TABLE_BYTES = 0x4000;
const ENTRY_BYTES = 24;
const ANY_SUBLEAF = 0xffffffff;

/** Writes the table into the core's memory. Returns the number of entries. @throws RangeError when it does not fit. */
export function writeCpuidTable(view: DataView, entries: readonly CpuidEntry[]): number {
  if (entries.length * ENTRY_BYTES > CPUID_TABLE_BYTES) {
    throw new RangeError(
      `a CPUID table of ${entries.length} entries: at most ${(CPUID_TABLE_BYTES / ENTRY_BYTES) | 0} fit`,
    );
  }
  entries.forEach(({ leaf, subleaf = ANY_SUBLEAF, eax, ebx, ecx, edx }, index) => {
    [leaf, subleaf, eax, ebx, ecx, edx].forEach((value, column) => {
      view.setUint32(CPUID_TABLE + index * ENTRY_BYTES + column * 4, value, true);
    });
  });
  return entries.length;
}
