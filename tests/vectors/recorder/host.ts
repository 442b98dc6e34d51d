/** What the processor of this machine has, as Linux tells it, and where it is known to differ from those of the recorded sets. */
import { existsSync, readFileSync } from 'node:fs';
import type { Instruction } from '@longmode/x86';

const cpuInfo = existsSync('/proc/cpuinfo') ? readFileSync('/proc/cpuinfo', 'latin1') : '';
const field = (name: string): string => new RegExp(`^${name}\\s*: (.*)$`, 'm').exec(cpuInfo)?.[1]?.trim() ?? '';
const flags = new Set(field('flags').split(/\s+/));

/** Features under another name, or another's: LAHF64 and the like. */
const LINUX_NAMES: Readonly<Record<string, string>> = {
  ...{
    AESNI: 'aes',
    CLFSH: 'clflush',
    CMPXCHG16B: 'cx16',
    LAHF64: 'lahf_lm',
    LZCNT: 'abm',
    PREFETCHW: '3dnowprefetch',
  },
  ...{ SHA: 'sha_ni', SSE3: 'pni', SSE41: 'sse4_1', SSE42: 'sse4_2' },
};

/** The processor's name. */
export const hostCpu = field('model name');

/** Whether the processor has a feature of the instruction table; where nobody says so (not Linux), it counts as present. */
export function hostHas(feature: string | undefined): boolean {
  return feature === undefined || cpuInfo === '' || flags.has(LINUX_NAMES[feature] ?? feature.toLowerCase());
}

/** AMD's processors save and restore the x87 pointers only while an exception is pending (APM Vol. 2 11.4.4). */
export const hidesPointers = cpuInfo !== '' && field('vendor_id') !== 'GenuineIntel';

/**
 * Whether this processor is known to do something else than Intel's, which the core follows. AMD: #UD for 0F 0D with a register; which
 * of several NaNs a dot product returns.
 */
export function differsHere({ key, mnemonic }: Instruction): boolean {
  return hidesPointers && (key === 'NOP_0F_0D_r_Ev' || /^v?dpp[sd]$/.test(mnemonic));
}
