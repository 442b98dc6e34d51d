/**
 * The kernel's ELF section headers, tag 9. Multiboot2 Specification 2.0, 3.6.7 gives three u16 and a reserved one, GRUB
 * writes three u32 (the same bytes for all real files but one less field); this follows GRUB, as kernels do.
 */
import type { TagCodec } from './codec.ts';

export interface ElfSectionsTag {
  readonly tag: 'elf-sections';
  readonly entryBytes: number;
  /** Index of the section with the section names. */
  readonly namesIndex: number;
  /** The headers as ELF has them, 40 or 64 bytes each, with the addresses where the sections are in memory. */
  readonly headers: Uint8Array;
}

export const elfSectionsCodec: TagCodec<ElfSectionsTag> = {
  type: 9,
  minimumBytes: 12,
  parse: (fields) => ({
    tag: 'elf-sections',
    entryBytes: fields.u32(4),
    namesIndex: fields.u32(8),
    headers: fields.slice(12, fields.length - 12),
  }),
  build: (writer, tag) => {
    const count = tag.entryBytes === 0 ? 0 : Math.floor(tag.headers.length / tag.entryBytes);
    writer.u32(count).u32(tag.entryBytes).u32(tag.namesIndex).raw(tag.headers);
  },
};
