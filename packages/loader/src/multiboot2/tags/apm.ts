/** The BIOS's Advanced Power Management entry, tag 10. Multiboot2 Specification 2.0, 3.6.9; fields of APM BIOS 1.2. */
import type { TagCodec } from './codec.ts';

export interface ApmTable {
  readonly version: number;
  readonly codeSegment32: number;
  readonly entryOffset: number;
  readonly codeSegment16: number;
  readonly dataSegment: number;
  readonly flags: number;
  readonly codeSegment32Length: number;
  readonly codeSegment16Length: number;
  readonly dataSegmentLength: number;
}

export interface ApmTag extends ApmTable {
  readonly tag: 'apm';
}

export const apmCodec: TagCodec<ApmTag> = {
  type: 10,
  minimumBytes: 20,
  parse: (fields) => ({
    tag: 'apm',
    version: fields.u16(0),
    codeSegment32: fields.u16(2),
    entryOffset: fields.u32(4),
    codeSegment16: fields.u16(8),
    dataSegment: fields.u16(10),
    flags: fields.u16(12),
    codeSegment32Length: fields.u16(14),
    codeSegment16Length: fields.u16(16),
    dataSegmentLength: fields.u16(18),
  }),
  build: (writer, tag) => {
    writer.u16(tag.version).u16(tag.codeSegment32).u32(tag.entryOffset).u16(tag.codeSegment16).u16(tag.dataSegment);
    writer.u16(tag.flags).u16(tag.codeSegment32Length).u16(tag.codeSegment16Length).u16(tag.dataSegmentLength);
  },
};
