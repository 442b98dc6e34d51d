/**
 * What CPUID answers (SDM Vol. 2A CPUID), made from a processor model (cpu-model.ts), and what the core is told about the model
 * besides: instructions that do not exist, and bits of CR4 and XCR0 that may be set. Identity: an Intel processor, because the
 * core follows Intel where the vendors differ (SYSCALL only in 64-bit mode, null loads of FS and GS clear the base). The core
 * adds what depends on its state. Left out: caches, topology, power management. Not advertised, because it is not there: the local
 * APIC with x2APIC and TSC-deadline, MONITOR and MWAIT, 5-level paging, protection keys, XSAVES.
 */
import { type CpuidName, CR4, cpuidBits, EFER, XCR0 } from '@longmode/x86';
import { type CpuModel, DEFAULT_CPU, parseCpuModel } from './cpu-model.ts';
import { featureSets } from './generated/feature-sets.ts';
import { msrFeatures } from './generated/msrs.ts';

/** Answer to one leaf. Without `subleaf` it holds for every ECX. */
export interface CpuidEntry {
  readonly leaf: number;
  readonly subleaf?: number;
  readonly eax: number;
  readonly ebx: number;
  readonly ecx: number;
  readonly edx: number;
}

/** Leaf of the states that XSAVE manages. */
const XSAVE_LEAF = 0xd;
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

function featureWord(
  leaf: number,
  subleaf: number,
  register: 'eax' | 'ebx' | 'ecx' | 'edx',
  features: ReadonlySet<CpuidName>,
): number {
  let value = 0;
  for (const name of features) {
    const place = cpuidBits[name];
    if (place.leaf === leaf && place.subleaf === subleaf && place.register === register) value |= 1 << place.bit;
  }
  return value >>> 0;
}

/** Bytes of the legacy part and the header of an XSAVE area, and of the AVX state behind them (SDM Vol. 1 13.4). */
const XSAVE_HEADER_END = 576;
const AVX_STATE_BYTES = 256;

/** Bits that XCR0 may have. */
export function supportedStates(features: ReadonlySet<CpuidName>): number {
  if (!features.has('XSAVE')) return 0;
  return XCR0.X87 | (features.has('SSE') ? XCR0.SSE : 0) | (features.has('AVX') ? XCR0.AVX : 0);
}

/** Bits of CR4 that may be set; the others are reserved (SDM Vol. 3A 2.5). */
export function supportedControls(features: ReadonlySet<CpuidName>): number {
  const bits: Partial<Record<CpuidName, number>> = {
    VME: CR4.VME + CR4.PVI,
    DE: CR4.DE,
    PSE: CR4.PSE,
    TSC: CR4.TSD,
    PAE: CR4.PAE,
    MCE: CR4.MCE,
    PGE: CR4.PGE,
    FXSR: CR4.OSFXSR,
    SSE: CR4.OSXMMEXCPT,
    UMIP: CR4.UMIP,
    FSGSBASE: CR4.FSGSBASE,
    PCID: CR4.PCIDE,
    XSAVE: CR4.OSXSAVE,
    SMEP: CR4.SMEP,
    SMAP: CR4.SMAP,
  };
  let sum: number = CR4.PCE;
  for (const name of features) sum += bits[name] ?? 0;
  return sum;
}

/** Bits of IA32_EFER that may be written as 1 (SDM Vol. 3A 2.2.1); LMA is accepted and stays as it is. */
export function supportedEfer(features: ReadonlySet<CpuidName>): number {
  return (
    (features.has('SYSCALL') ? EFER.SCE : 0) |
    (features.has('LM') ? EFER.LME | EFER.LMA : 0) |
    (features.has('NX') ? EFER.NXE : 0)
  );
}

/** Which of the features that MSRs belong to the model has, for the state field `msrFeatures`. */
export function msrFeatureBits(features: ReadonlySet<CpuidName>): number {
  return msrFeatures.reduce((sum, name, index) => (features.has(name) ? sum | (1 << index) : sum), 0);
}

/** Leaf 0DH: sizes in EBX of the first two are those of the states that are enabled, and the core's affair. */
function xsaveLeaves(features: ReadonlySet<CpuidName>): CpuidEntry[] {
  const states = supportedStates(features);
  if (states === 0) return [];
  const hasAvx = (states & XCR0.AVX) !== 0;
  const largest = XSAVE_HEADER_END + (hasAvx ? AVX_STATE_BYTES : 0);
  const options = featureWord(XSAVE_LEAF, 1, 'eax', features);
  return [
    { leaf: XSAVE_LEAF, subleaf: 0, eax: states, ebx: largest, ecx: largest, edx: 0 },
    { leaf: XSAVE_LEAF, subleaf: 1, eax: options, ebx: largest, ecx: 0, edx: 0 },
    ...(hasAvx ? [{ leaf: XSAVE_LEAF, subleaf: 2, eax: AVX_STATE_BYTES, ebx: XSAVE_HEADER_END, ecx: 0, edx: 0 }] : []),
  ];
}

/** The table of a processor model. */
export function cpuidTable({ features }: CpuModel = parseCpuModel(DEFAULT_CPU)): CpuidEntry[] {
  const largestBasic = features.has('XSAVE') ? XSAVE_LEAF : 7;
  const vendor = 'GenuineIntel';
  const brand = 'Longmode x86-64 processor'.padEnd(48, '\0');
  const bits = (leaf: number) => ({
    eax: featureWord(leaf, 0, 'eax', features),
    ebx: featureWord(leaf, 0, 'ebx', features),
    ecx: featureWord(leaf, 0, 'ecx', features),
    edx: featureWord(leaf, 0, 'edx', features),
  });
  const brandLeaf = (index: number): CpuidEntry => ({
    leaf: 0x80000002 + index,
    eax: word(brand, index * 16),
    ebx: word(brand, index * 16 + 4),
    ecx: word(brand, index * 16 + 8),
    edx: word(brand, index * 16 + 12),
  });
  return [
    { leaf: 0, eax: largestBasic, ebx: word(vendor, 0), edx: word(vendor, 4), ecx: word(vendor, 8) },
    // EBX: CLFLUSH line size in units of 8 bytes, one logical processor, APIC id 0.
    { ...bits(1), leaf: 1, eax: SIGNATURE, ebx: ((CACHE_LINE_BYTES / 8) << 8) | (1 << 16) },
    { ...bits(7), leaf: 7, subleaf: 0 },
    ...xsaveLeaves(features),
    { leaf: 0x80000000, eax: LARGEST_EXTENDED, ebx: 0, ecx: 0, edx: 0 },
    { ...bits(0x80000001), leaf: 0x80000001 },
    brandLeaf(0),
    brandLeaf(1),
    brandLeaf(2),
    { ...bits(0x80000007), leaf: 0x80000007 },
    { leaf: 0x80000008, eax: PHYSICAL_ADDRESS_BITS | (LINEAR_ADDRESS_BITS << 8), ebx: 0, ecx: 0, edx: 0 },
  ];
}

const ENTRY_BYTES = 24;
const ANY_SUBLEAF = 0xffffffff;

/**
 * Writes the table to `start` in the core's memory, where `bytes` are free. Returns the number of entries.
 * @throws RangeError when it does not fit
 */
export function writeCpuidTable(view: DataView, start: number, bytes: number, entries: readonly CpuidEntry[]): number {
  if (entries.length * ENTRY_BYTES > bytes) {
    throw new RangeError(`a CPUID table of ${entries.length} entries: at most ${(bytes / ENTRY_BYTES) | 0} fit`);
  }
  entries.forEach(({ leaf, subleaf = ANY_SUBLEAF, eax, ebx, ecx, edx }, index) => {
    [leaf, subleaf, eax, ebx, ecx, edx].forEach((value, column) => {
      view.setUint32(start + index * ENTRY_BYTES + column * 4, value, true);
    });
  });
  return entries.length;
}

const DENIED = 1;
const DENIED_IN_64_BIT_MODE = 2;

/** Tells the decoder, which looks at `start`, which instructions do not exist. */
export function writeDeniedFeatures(view: DataView, start: number, { features }: CpuModel): void {
  featureSets.forEach((set: readonly CpuidName[], index) => {
    const denial = set.includes('LAHF64') ? DENIED_IN_64_BIT_MODE : DENIED;
    view.setUint8(start + index, set.every((name) => features.has(name)) ? 0 : denial);
  });
}
