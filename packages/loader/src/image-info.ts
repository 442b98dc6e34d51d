/**
 * What an image is made of, as plain data: for `BootPlan.image`, for error messages and for people (`describe.ts`).
 */
import { type ElfFile, machineName } from './elf/read.ts';
import { type ElfSection, type ElfSegment, ET_DYN, PF_R, PF_W, PF_X } from './elf/types.ts';
import type { Multiboot1Header } from './multiboot1/header.ts';
import type { Multiboot2Header } from './multiboot2/header.ts';

/** The image's file format, headers and tables. */
export interface ImageInfo {
  /** `flat`: loaded by the addresses in its Multiboot header, without ELF structure. */
  readonly format: 'elf32' | 'elf64' | 'flat';
  readonly sizeBytes: number;
  /** Of the ELF header. */
  readonly machine?: string;
  readonly entry?: bigint;
  readonly positionIndependent: boolean;
  readonly segments: readonly ElfSegment[];
  readonly sections: readonly ElfSection[];
  /** The valid Multiboot headers. */
  readonly headers: readonly (Multiboot1Header | Multiboot2Header)[];
}

/** Gathers the description of an image. */
export function imageInfo(
  bytes: Uint8Array,
  elf: ElfFile | undefined,
  headers: readonly (Multiboot1Header | Multiboot2Header)[],
): ImageInfo {
  return {
    format: elf === undefined ? 'flat' : elf.header.class === 64 ? 'elf64' : 'elf32',
    sizeBytes: bytes.length,
    ...(elf && { machine: machineName(elf.header.machine), entry: elf.header.entry }),
    positionIndependent: elf?.header.type === ET_DYN,
    segments: elf?.segments ?? [],
    sections: elf?.sections ?? [],
    headers,
  };
}

/** A segment's rights as readelf prints them: `R E`. */
export function segmentRights(segment: ElfSegment): string {
  return [
    (segment.flags & PF_R) !== 0 ? 'R' : ' ',
    (segment.flags & PF_W) !== 0 ? 'W' : ' ',
    (segment.flags & PF_X) !== 0 ? 'E' : ' ',
  ].join('');
}
