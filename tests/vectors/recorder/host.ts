/** Which CPUID features the processor of this machine has, as Linux tells them. */
import { existsSync, readFileSync } from 'node:fs';

const cpuInfo = existsSync('/proc/cpuinfo') ? readFileSync('/proc/cpuinfo', 'latin1') : '';
const field = (name: string): string => new RegExp(`^${name}\\s*: (.*)$`, 'm').exec(cpuInfo)?.[1]?.trim() ?? '';
const flags = new Set(field('flags').split(/\s+/));

/** Features under another name, or another's: LAHF64 and the like. */
const LINUX_NAMES: Readonly<Record<string, string>> = {
  ...{ AESNI: 'aes', CLFSH: 'clflush', CMPXCHG16B: 'cx16', LAHF64: 'lahf_lm', LZCNT: 'abm', PREFETCHW: '3dnowprefetch' },
  ...{ SHA: 'sha_ni', SSE3: 'pni', SSE41: 'sse4_1', SSE42: 'sse4_2' },
};

/** The processor's name. */
export const hostCpu = field('model name');

/** Whether the processor has a feature of the instruction table; where nobody says so (not Linux), it counts as present. */
export function hostHas(feature: string | undefined): boolean {
  return feature === undefined || cpuInfo === '' || flags.has(LINUX_NAMES[feature] ?? feature.toLowerCase());
}

/** AMD's processors save and restore the x87 pointers only while an exception is pending (APM Vol. 2 11.4.4). */
export const hidesPointers = field('vendor_id') !== 'GenuineIntel';
