/**
 * What a boot information tag needs to be read and written. Every tag is u32 type, u32 size, then its fields, and starts at
 * a multiple of 8 (Multiboot2 Specification 2.0, 3.6.2); a codec sees only the fields.
 */
import type { ByteReader, ByteWriter } from '../../bytes.ts';

/** Parser and builder of one kind of tag. */
export interface TagCodec<Tag> {
  readonly type: number;
  /** Least number of field bytes; the parser is called with at least that many. */
  readonly minimumBytes: number;
  parse(fields: ByteReader): Tag;
  build(writer: ByteWriter, tag: Tag): void;
}
