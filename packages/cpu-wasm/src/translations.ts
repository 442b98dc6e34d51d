/** Reads the second level of the core's TLB (assembly/tlb.ts), for inspection. The layout comes from gen/translations.ts. */
import {
  translationBytes,
  translationEntries,
  translationFields,
  translationRights,
} from './generated/translations.ts';

/** One translation that the TLB holds. */
export interface TlbEntry {
  /** First linear address. */
  readonly linearAddress: bigint;
  readonly physicalAddress: bigint;
  /** 4096, or 2 MiB: larger pages, and those of 4 MiB, are held in parts. */
  readonly sizeBytes: number;
  /** The process-context identifier that it belongs to; 0 while CR4.PCIDE is clear. A global one serves all. */
  readonly pcid: number;
  readonly isWritable: boolean;
  readonly isUser: boolean;
  readonly isExecutable: boolean;
  readonly isGlobal: boolean;
  /** The D bit was set when the translation was cached: writes need no further walk. */
  readonly isDirty: boolean;
}

const SMALL_BYTES = 2 ** 12;
const LARGE_BYTES = 2 ** 21;

/** All entries of the table at `start` in linear memory, in order of their addresses. */
export function readTranslations(view: DataView, start: number): TlbEntry[] {
  const entries: TlbEntry[] = [];
  for (let index = 0, at = start; index < translationEntries; index++, at += translationBytes) {
    const tag = view.getBigUint64(at + translationFields.tag, true);
    if (tag === 0n) continue;
    const rights = view.getUint32(at + translationFields.rights, true);
    const has = (name: keyof typeof translationRights): boolean => (rights & translationRights[name]) !== 0;
    entries.push({
      linearAddress: tag & ~1n,
      physicalAddress: view.getBigUint64(at + translationFields.physical, true),
      sizeBytes: has('large') ? LARGE_BYTES : SMALL_BYTES,
      pcid: view.getUint32(at + translationFields.pcid, true),
      isWritable: has('write'),
      isUser: has('user'),
      isExecutable: !has('noExecute'),
      isGlobal: has('global'),
      isDirty: has('dirty'),
    });
  }
  return entries.sort((a, b) => (a.linearAddress < b.linearAddress ? -1 : 1));
}
