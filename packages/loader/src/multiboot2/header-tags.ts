/**
 * The tags of a Multiboot 2 header (what the kernel asks for): one row per tag with its parser and its builder.
 * Multiboot2 Specification 2.0, sections 3.1.3 to 3.1.14. Every tag is u16 type, u16 flags (bit 0: optional), u32 size,
 * then the fields below.
 */
import type { ByteReader, ByteWriter } from '../bytes.ts';
import type { LoadAddresses } from '../multiboot1/header.ts';

/** The fields of a header tag, by kind. */
export type HeaderTagFields =
  /** The kernel wants these boot information tags. */
  | { readonly tag: 'information-request'; readonly requests: readonly number[] }
  /** Load the file by these addresses and not by its program headers. */
  | { readonly tag: 'address'; readonly addresses: LoadAddresses }
  /** Physical address to start at, instead of the ELF entry. */
  | { readonly tag: 'entry-address'; readonly entryAddress: number }
  /** Bit 0: a console is required; bit 1: the kernel can use EGA text. */
  | { readonly tag: 'console-flags'; readonly consoleFlags: number }
  /** Preferred graphics mode; 0 means no preference. */
  | { readonly tag: 'framebuffer'; readonly width: number; readonly height: number; readonly depth: number }
  | { readonly tag: 'module-alignment' }
  | { readonly tag: 'efi-boot-services' }
  | { readonly tag: 'efi-i386-entry'; readonly entryAddress: number }
  | { readonly tag: 'efi-amd64-entry'; readonly entryAddress: number }
  /** The image may be moved. `preference` 0 none, 1 lowest, 2 highest address. */
  | {
      readonly tag: 'relocatable';
      readonly minimumAddress: number;
      readonly maximumAddress: number;
      readonly alignment: number;
      readonly preference: number;
    }
  | { readonly tag: 'unknown'; readonly tagType: number; readonly bytes: Uint8Array };

/** A header tag. */
export type HeaderTag = HeaderTagFields & {
  /** The loader may ignore the tag. */
  readonly optional: boolean;
};

/** Parser and builder of one tag's fields (the bytes behind its 8-byte head). */
interface HeaderTagCodec {
  readonly type: number;
  /** Least number of field bytes. */
  readonly minimumBytes: number;
  parse(fields: ByteReader): HeaderTagFields;
  build(writer: ByteWriter, fields: HeaderTagFields): void;
}

type Fields<Tag extends HeaderTagFields['tag']> = Extract<HeaderTagFields, { tag: Tag }>;

function codec<Tag extends HeaderTagFields['tag']>(
  type: number,
  minimumBytes: number,
  parse: (fields: ByteReader) => Fields<Tag>,
  build: (writer: ByteWriter, fields: Fields<Tag>) => void,
): HeaderTagCodec {
  return { type, minimumBytes, parse, build: (writer, fields) => build(writer, fields as Fields<Tag>) };
}

/** All tags that the specification defines, except the end tag. */
export const HEADER_TAG_CODECS: Readonly<Record<Exclude<HeaderTagFields['tag'], 'unknown'>, HeaderTagCodec>> = {
  'information-request': codec<'information-request'>(
    1,
    0,
    (fields) => ({
      tag: 'information-request',
      requests: Array.from({ length: Math.floor(fields.length / 4) }, (_, i) => fields.u32(4 * i)),
    }),
    (writer, { requests }) => {
      for (const request of requests) writer.u32(request);
    },
  ),
  address: codec<'address'>(
    2,
    16,
    (fields) => ({
      tag: 'address',
      addresses: {
        headerAddress: fields.u32(0),
        loadAddress: fields.u32(4),
        loadEndAddress: fields.u32(8),
        bssEndAddress: fields.u32(12),
      },
    }),
    (writer, { addresses }) =>
      writer
        .u32(addresses.headerAddress)
        .u32(addresses.loadAddress)
        .u32(addresses.loadEndAddress)
        .u32(addresses.bssEndAddress),
  ),
  'entry-address': codec<'entry-address'>(
    3,
    4,
    (fields) => ({ tag: 'entry-address', entryAddress: fields.u32(0) }),
    (writer, { entryAddress }) => writer.u32(entryAddress),
  ),
  'console-flags': codec<'console-flags'>(
    4,
    4,
    (fields) => ({ tag: 'console-flags', consoleFlags: fields.u32(0) }),
    (writer, { consoleFlags }) => writer.u32(consoleFlags),
  ),
  framebuffer: codec<'framebuffer'>(
    5,
    12,
    (fields) => ({ tag: 'framebuffer', width: fields.u32(0), height: fields.u32(4), depth: fields.u32(8) }),
    (writer, { width, height, depth }) => writer.u32(width).u32(height).u32(depth),
  ),
  'module-alignment': codec<'module-alignment'>(
    6,
    0,
    () => ({ tag: 'module-alignment' }),
    () => {},
  ),
  'efi-boot-services': codec<'efi-boot-services'>(
    7,
    0,
    () => ({ tag: 'efi-boot-services' }),
    () => {},
  ),
  'efi-i386-entry': codec<'efi-i386-entry'>(
    8,
    4,
    (fields) => ({ tag: 'efi-i386-entry', entryAddress: fields.u32(0) }),
    (writer, { entryAddress }) => writer.u32(entryAddress),
  ),
  'efi-amd64-entry': codec<'efi-amd64-entry'>(
    9,
    4,
    (fields) => ({ tag: 'efi-amd64-entry', entryAddress: fields.u32(0) }),
    (writer, { entryAddress }) => writer.u32(entryAddress),
  ),
  relocatable: codec<'relocatable'>(
    10,
    16,
    (fields) => ({
      tag: 'relocatable',
      minimumAddress: fields.u32(0),
      maximumAddress: fields.u32(4),
      alignment: fields.u32(8),
      preference: fields.u32(12),
    }),
    (writer, { minimumAddress, maximumAddress, alignment, preference }) =>
      writer.u32(minimumAddress).u32(maximumAddress).u32(alignment).u32(preference),
  ),
};
