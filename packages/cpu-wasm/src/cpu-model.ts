/**
 * Processor models: which CPUID features a processor has. A model is a name, perhaps followed by features to add or take away:
 * `max`, `x86-64-v2`, `x86-64-v3,+sha,-avx2`. The numbered levels are those of the x86-64 psABI, 3.1.1 (table "micro-architecture
 * levels"), with the system features that processors of that time had; `max` is everything that this core has.
 */
import type { CpuidName } from '@longmode/x86';

/** Every 64-bit processor. */
const V1: readonly CpuidName[] = [
  'FPU',
  'VME',
  'DE',
  'PSE',
  'TSC',
  'MSR',
  'PAE',
  'MCE',
  'CX8',
  'SEP',
  'MTRR',
  'PGE',
  'MCA',
  'CMOV',
  'PAT',
  'CLFSH',
  'MMX',
  'FXSR',
  'SSE',
  'SSE2',
  'SYSCALL',
  'NX',
  'LM',
  'ZERO_FCS_FDS',
  'FDP_EXCEPTION_ONLY',
];

/** About 2009. */
const V2: readonly CpuidName[] = [
  ...V1,
  'SSE3',
  'SSSE3',
  'SSE41',
  'SSE42',
  'POPCNT',
  'CMPXCHG16B',
  'LAHF64',
  'RDTSCP',
  'PCID',
  'PAGE1GB',
  'INVARIANT_TSC',
];

/** About 2015. */
const V3: readonly CpuidName[] = [
  ...V2,
  'XSAVE',
  'XSAVEOPT',
  'XSAVEC',
  'XGETBV1',
  'AVX',
  'AVX2',
  'F16C',
  'FMA',
  'BMI1',
  'BMI2',
  'LZCNT',
  'MOVBE',
  'FSGSBASE',
  'SMEP',
  'SMAP',
  'ERMS',
  'INVPCID',
  'ADX',
  'PREFETCHW',
  'RDRAND',
  'RDSEED',
  'TSC_ADJUST',
  'AESNI',
  'PCLMULQDQ',
];

const MAX: readonly CpuidName[] = [...V3, 'SHA', 'GFNI', 'CLFLUSHOPT', 'CLWB', 'UMIP', 'RDPID', 'SERIALIZE', 'FSRM'];

/** Names of the models, weakest first. */
export const cpuModelNames = ['x86-64-v1', 'x86-64-v2', 'x86-64-v3', 'max'] as const;
/** A named model. */
export type CpuModelName = (typeof cpuModelNames)[number];

const MODELS: Readonly<Record<CpuModelName, readonly CpuidName[]>> = {
  'x86-64-v1': V1,
  'x86-64-v2': V2,
  'x86-64-v3': V3,
  max: MAX,
};

/** What a feature needs to make sense: it goes with them, and brings them along. */
const NEEDS: Partial<Readonly<Record<CpuidName, readonly CpuidName[]>>> = {
  MCA: ['MCE'],
  TSC_ADJUST: ['TSC'],
  MMX: ['FPU'],
  FXSR: ['FPU'],
  SSE: ['FXSR'],
  SSE2: ['SSE'],
  SSE3: ['SSE2'],
  SSSE3: ['SSE3'],
  SSE41: ['SSSE3'],
  SSE42: ['SSE41'],
  AESNI: ['SSE2'],
  PCLMULQDQ: ['SSE2'],
  SHA: ['SSE2'],
  GFNI: ['SSE2'],
  XSAVE: ['FXSR'],
  XSAVEOPT: ['XSAVE'],
  XSAVEC: ['XSAVE'],
  XGETBV1: ['XSAVE'],
  AVX: ['XSAVE', 'SSE42'],
  AVX2: ['AVX'],
  F16C: ['AVX'],
  FMA: ['AVX'],
};

/** The features of a processor. */
export interface CpuModel {
  /** As written. */
  readonly text: string;
  /** What CPUID advertises; the instructions of all other features are #UD. */
  readonly features: ReadonlySet<CpuidName>;
}

/** All features that `name` needs, itself included. */
function withNeeds(name: CpuidName, found: Set<CpuidName> = new Set()): Set<CpuidName> {
  if (found.has(name)) return found;
  found.add(name);
  for (const need of NEEDS[name] ?? []) withNeeds(need, found);
  return found;
}

/** Names as one writes them: SSE4.1 is also `sse4.1`. */
const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');

/**
 * Reads a model: a name of {@link cpuModelNames}, then any number of `,+feature` and `,-feature`. A feature brings along what
 * it needs and takes away what needs it. The last word about a feature counts.
 * @throws RangeError naming the word that is none, and what is expected
 */
export function parseCpuModel(text: string): CpuModel {
  const [name = '', ...changes] = text.split(',').map((part) => part.trim());
  if (!cpuModelNames.includes(name as CpuModelName)) {
    throw new RangeError(
      `CPU model "${name}": expected ${cpuModelNames.join(', ')}, perhaps followed by ,+feature or ,-feature as in "max,-avx2"`,
    );
  }
  const features = new Set(MODELS[name as CpuModelName]);
  for (const change of changes) {
    const sign = change[0];
    const feature = MAX.find((known) => plain(known) === plain(change.slice(1)));
    if ((sign !== '+' && sign !== '-') || feature === undefined) {
      throw new RangeError(
        `CPU model "${text}": "${change}" is no change of a feature; expected + or - and one of ${[...MAX].sort().join(', ').toLowerCase()}`,
      );
    }
    if (sign === '+') for (const added of withNeeds(feature)) features.add(added);
    else for (const known of MAX) if (withNeeds(known).has(feature)) features.delete(known);
  }
  return { text, features };
}

/** The model of a machine that asks for none. */
export const DEFAULT_CPU = 'max';
