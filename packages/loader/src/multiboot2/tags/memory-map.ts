/** Memory map, tag 6: entries of 24 bytes, version 0. Multiboot2 Specification 2.0, 3.6.8. */
import type { MemoryRange } from '../../memory-map.ts';
import type { TagCodec } from './codec.ts';

const ENTRY_BYTES = 24;

export interface MemoryMapTag {
  readonly tag: 'memory-map';
  readonly entries: readonly MemoryRange[];
}

export const memoryMapCodec: TagCodec<MemoryMapTag> = {
  type: 6,
  minimumBytes: 8,
  parse: (fields) => {
    // A later version may have longer entries; their first 20 bytes keep their meaning.
    const entryBytes = Math.max(fields.u32(0), ENTRY_BYTES);
    const count = Math.floor((fields.length - 8) / entryBytes);
    return {
      tag: 'memory-map',
      entries: Array.from({ length: count }, (_, i) => ({
        baseAddress: fields.u64(8 + i * entryBytes),
        lengthBytes: fields.u64(16 + i * entryBytes),
        type: fields.u32(24 + i * entryBytes),
      })),
    };
  },
  build: (writer, { entries }) => {
    writer.u32(ENTRY_BYTES).u32(0);
    for (const entry of entries) writer.u64(entry.baseAddress).u64(entry.lengthBytes).u32(entry.type).u32(0);
  },
};
