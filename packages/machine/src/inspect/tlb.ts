/**
 * The translation lookaside buffer: what the processor will use until the guest removes it, whatever its page tables say by now
 * (SDM Vol. 3A 4.10). A translation that the tables no longer give is the trace of a forgotten INVLPG.
 */

import type { TlbEntry } from '@longmode/cpu-wasm';
import { CR4 } from '@longmode/x86';
import type { InspectedMachine } from './machine-view.ts';
import { address64, hex, sizeText, table } from './text.ts';

/** One translation that is cached. */
export interface CachedTranslation extends TlbEntry {
  /** It counts now: it is global, or belongs to the PCID that CR3 names. */
  readonly isActive: boolean;
  /** An active one that the page tables in memory no longer give. */
  readonly isStale: boolean;
}

/** What the TLB holds, in order of linear addresses; nothing while paging is off. */
export function inspectTlb({ cpu, memory }: InspectedMachine): CachedTranslation[] {
  const { cr3, cr4 } = cpu.registers;
  const pcid = (cr4 & BigInt(CR4.PCIDE)) !== 0n ? Number(cr3 & 0xfffn) : 0;
  return cpu.tlb.map((entry) => {
    const isActive = entry.isGlobal || entry.pcid === pcid;
    const isStale = isActive && memory.translate(entry.linearAddress).physicalAddress !== entry.physicalAddress;
    return { ...entry, isActive, isStale };
  });
}

/** One line for each translation. */
export function formatTlb(entries: readonly CachedTranslation[]): string {
  if (entries.length === 0) return 'TLB: empty';
  const rows = entries.map((entry) => [
    address64(entry.linearAddress),
    hex(entry.physicalAddress),
    sizeText(entry.sizeBytes),
    tlbRights(entry),
    entry.isStale ? '! the page tables say something else' : '',
  ]);
  return [
    `TLB: ${entries.length} translation${entries.length === 1 ? '' : 's'}`,
    ...table([['linear', 'physical', 'size', 'rights', ''], ...rows]),
  ].join('\n');
}

/** `rw- user, global`. */
export function tlbRights(entry: CachedTranslation): string {
  const letters = `r${entry.isWritable ? 'w' : '-'}${entry.isExecutable ? 'x' : '-'}`;
  const words = [
    entry.isUser ? 'user' : 'supervisor',
    ...(entry.isGlobal ? ['global'] : []),
    ...(entry.isActive ? [] : [`of PCID ${entry.pcid}`]),
  ];
  return `${letters} ${words.join(', ')}`;
}
