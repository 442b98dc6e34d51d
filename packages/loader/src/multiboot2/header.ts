/**
 * The Multiboot 2 header in the kernel file: parser and builder. Multiboot2 Specification 2.0, section 3.1.
 *
 *    0 magic   4 architecture   8 header length   12 checksum   16 tags, each at a multiple of 8, ended by (0, 0, 8)
 */
import { ByteReader, ByteWriter } from '../bytes.ts';
import { type HeaderRules, locateHeader, type SearchScope } from '../header-search.ts';
import { hex, LoaderError } from '../loader-error.ts';
import { HEADER_TAG_CODECS, type HeaderTag } from './header-tags.ts';

export const MULTIBOOT2_MAGIC = 0xe85250d6;
/** In EAX at the kernel's entry. */
export const MULTIBOOT2_BOOTLOADER_MAGIC = 0x36d76289;
/** Architecture: 32-bit protected mode of i386; the kernel enters 64-bit mode by itself. */
const MULTIBOOT2_ARCHITECTURE_I386 = 0;
const TAG_OPTIONAL = 1;

/** How the Multiboot 2 header is found (specification 3.1). */
export const MULTIBOOT2_RULES: HeaderRules = {
  protocol: 'multiboot2',
  name: 'Multiboot 2',
  magic: MULTIBOOT2_MAGIC,
  windowBytes: 32768,
  alignmentBytes: 8,
  fixedBytes: 16,
  checksumWords: 4,
  sectionName: '.multiboot_header',
};

/** A Multiboot 2 header. */
export interface Multiboot2Header {
  readonly protocol: 'multiboot2';
  /** Offset in the file. */
  readonly offset: number;
  readonly lengthBytes: number;
  readonly tags: readonly HeaderTag[];
  /** Offset in the file of each tag. */
  readonly tagOffsets: readonly number[];
}

/** The header of a kernel file; undefined if the magic number is nowhere; an error if there is one but it is no good. */
export function readMultiboot2Header(
  bytes: Uint8Array,
  scope: SearchScope = 'file',
): Multiboot2Header | LoaderError | undefined {
  const place = locateHeader(bytes, MULTIBOOT2_RULES, scope);
  if (place.offset === undefined) return place.problem;
  const reader = new ByteReader(bytes);
  const at = place.offset;
  const architecture = reader.u32(at + 4);
  if (architecture !== MULTIBOOT2_ARCHITECTURE_I386) {
    return new LoaderError('multiboot-architecture', 'the Multiboot 2 header is for another architecture', {
      offset: at + 4,
      expected: '0 (32-bit protected mode i386; 64-bit kernels use it too)',
      found: architecture === 4 ? '4 (32-bit MIPS)' : hex(architecture),
      remedy: 'Set the architecture field to 0 and correct the checksum.',
    });
  }
  const lengthBytes = reader.u32(at + 8);
  const windowEnd = Math.min(bytes.length, MULTIBOOT2_RULES.windowBytes);
  if (lengthBytes < 24 || at + lengthBytes > windowEnd) {
    return new LoaderError('multiboot-header-truncated', 'the Multiboot 2 header length is impossible', {
      offset: at + 8,
      expected: `24 (with the end tag) to ${windowEnd - at}`,
      found: `${lengthBytes}`,
      remedy:
        'The length counts from the magic number to behind the end tag; assemble it as header_end - header_start.',
    });
  }
  const list = readTags(reader, at, lengthBytes);
  return list instanceof LoaderError ? list : { protocol: 'multiboot2', offset: at, lengthBytes, ...list };
}

type TagList = Pick<Multiboot2Header, 'tags' | 'tagOffsets'>;

function readTags(reader: ByteReader, headerAt: number, lengthBytes: number): TagList | LoaderError {
  const end = headerAt + lengthBytes;
  const tags: HeaderTag[] = [];
  const tagOffsets: number[] = [];
  let at = headerAt + 16;
  for (;;) {
    if (at + 8 > end) {
      return new LoaderError('multiboot-tag-malformed', 'the Multiboot 2 header has no end tag', {
        offset: Math.min(at, end),
        expected: 'a tag of type 0, flags 0, size 8',
        found: 'the end of the header',
        remedy: 'End the header with "dw 0, 0" and "dd 8", inside the header length.',
      });
    }
    const type = reader.u16(at);
    const sizeBytes = reader.u32(at + 4);
    const codec = Object.values(HEADER_TAG_CODECS).find((candidate) => candidate.type === type);
    const minimumBytes = 8 + (codec?.minimumBytes ?? 0);
    if (sizeBytes < minimumBytes || at + sizeBytes > end) {
      return new LoaderError('multiboot-tag-malformed', `the Multiboot 2 header tag of type ${type} has a wrong size`, {
        offset: at + 4,
        expected: `${minimumBytes} to ${end - at}`,
        found: `${sizeBytes}`,
        remedy:
          'The size counts the 8 bytes of type, flags and size too; and each tag starts at a multiple of 8 from the header, so put "align 8" behind each one.',
      });
    }
    if (type === 0) return { tags, tagOffsets };
    const fields = new ByteReader(reader.slice(at + 8, sizeBytes - 8));
    tagOffsets.push(at);
    tags.push({
      ...(codec?.parse(fields) ?? { tag: 'unknown', tagType: type, bytes: fields.bytes }),
      optional: (reader.u16(at + 2) & TAG_OPTIONAL) !== 0,
    });
    at += Math.ceil(sizeBytes / 8) * 8;
  }
}

/** The header as bytes, with length, checksum and end tag. */
export function buildMultiboot2Header(tags: readonly HeaderTag[]): Uint8Array {
  const writer = new ByteWriter().u32(MULTIBOOT2_MAGIC).u32(MULTIBOOT2_ARCHITECTURE_I386).u32(0).u32(0);
  for (const tag of tags) {
    const at = writer.length;
    const type = tag.tag === 'unknown' ? tag.tagType : HEADER_TAG_CODECS[tag.tag].type;
    writer
      .u16(type)
      .u16(tag.optional ? TAG_OPTIONAL : 0)
      .u32(0);
    if (tag.tag === 'unknown') writer.raw(tag.bytes);
    else HEADER_TAG_CODECS[tag.tag].build(writer, tag);
    writer.patchU32(at + 4, writer.length - at).align(8);
  }
  writer.u16(0).u16(0).u32(8);
  writer.patchU32(8, writer.length);
  return writer.patchU32(12, -(MULTIBOOT2_MAGIC + MULTIBOOT2_ARCHITECTURE_I386 + writer.length) >>> 0).finish();
}

/** The first tag of a kind. */
export function headerTag<Tag extends HeaderTag['tag']>(
  header: Multiboot2Header,
  tag: Tag,
): (HeaderTag & { tag: Tag }) | undefined {
  return header.tags.find((candidate): candidate is HeaderTag & { tag: Tag } => candidate.tag === tag);
}
