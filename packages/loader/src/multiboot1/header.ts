/**
 * The Multiboot 1 header in the kernel file: parser and builder. Multiboot Specification 0.6.96, section 3.1.
 *
 *    0 magic   4 flags   8 checksum                                  always
 *   12 header_addr  16 load_addr  20 load_end_addr  24 bss_end_addr  28 entry_addr    if flags bit 16
 *   32 mode_type    36 width      40 height         44 depth                          if flags bit 2
 */
import { ByteReader, ByteWriter } from '../bytes.ts';
import { type HeaderRules, locateHeader, type SearchScope } from '../header-search.ts';
import { hex, LoaderError } from '../loader-error.ts';

export const MULTIBOOT1_MAGIC = 0x1badb002;
/** In EAX at the kernel's entry. */
export const MULTIBOOT1_BOOTLOADER_MAGIC = 0x2badb002;
/** Header flags that bring fields with them; bits 0 (align modules) and 1 (memory information) hold anyway. */
const MULTIBOOT1_VIDEO_MODE = 1 << 2;
const MULTIBOOT1_ADDRESSES = 1 << 16;
/** Flags that a loader must understand or refuse the kernel; bits 0-2 are known. */
const REQUIRED_UNKNOWN_FLAGS = 0xfff8;

/** How the Multiboot 1 header is found (specification 3.1). */
export const MULTIBOOT1_RULES: HeaderRules = {
  protocol: 'multiboot1',
  name: 'Multiboot 1',
  magic: MULTIBOOT1_MAGIC,
  windowBytes: 8192,
  alignmentBytes: 4,
  fixedBytes: 12,
  checksumWords: 3,
  sectionName: '.multiboot',
};

/** Where a file without usable program headers goes: the "a.out kludge" and Multiboot 2's address tag. All physical. */
export interface LoadAddresses {
  readonly headerAddress: number;
  readonly loadAddress: number;
  /** End of the bytes to load; 0: up to the end of the file. */
  readonly loadEndAddress: number;
  /** End of the zeroed memory behind them; 0: none. */
  readonly bssEndAddress: number;
}

/** A Multiboot 1 header. */
export interface Multiboot1Header {
  readonly protocol: 'multiboot1';
  /** Offset in the file. */
  readonly offset: number;
  readonly flags: number;
  /** Present if and only if flags bit 16 is set. */
  readonly addresses?: LoadAddresses & { readonly entryAddress: number };
  /** Present if and only if flags bit 2 is set. `modeType` 0 is linear graphics, 1 EGA text. */
  readonly video?: {
    readonly modeType: number;
    readonly width: number;
    readonly height: number;
    readonly depth: number;
  };
}

/** The header of a kernel file; undefined if the magic number is nowhere; an error if there is one but it is no good. */
export function readMultiboot1Header(
  bytes: Uint8Array,
  scope: SearchScope = 'file',
): Multiboot1Header | LoaderError | undefined {
  const place = locateHeader(bytes, MULTIBOOT1_RULES, scope);
  if (place.offset === undefined) return place.problem;
  const reader = new ByteReader(bytes);
  const at = place.offset;
  const flags = reader.u32(at + 4);
  if ((flags & REQUIRED_UNKNOWN_FLAGS) !== 0) {
    return new LoaderError('multiboot-flags-unsupported', 'the Multiboot 1 header requires unknown features', {
      offset: at + 4,
      expected: 'no flags of bits 3-15',
      found: hex(flags),
      remedy: 'Clear bits 3-15 of the header flags; the specification defines only bits 0, 1, 2 and 16.',
    });
  }
  const hasAddresses = (flags & MULTIBOOT1_ADDRESSES) !== 0;
  const hasVideo = (flags & MULTIBOOT1_VIDEO_MODE) !== 0;
  const neededBytes = hasVideo ? 48 : hasAddresses ? 32 : 12;
  const windowEnd = Math.min(bytes.length, MULTIBOOT1_RULES.windowBytes);
  if (at + neededBytes > windowEnd) {
    return new LoaderError('multiboot-header-truncated', 'the Multiboot 1 header does not end in time', {
      offset: at,
      expected: `${neededBytes} bytes, as its flags ${hex(flags)} say, before ${hex(windowEnd)}`,
      found: `${windowEnd - at} bytes`,
      remedy: 'Move the header to the start of the file, or clear flag bits 2 and 16 if their fields are not there.',
    });
  }
  return {
    protocol: 'multiboot1',
    offset: at,
    flags,
    ...(hasAddresses && {
      addresses: {
        headerAddress: reader.u32(at + 12),
        loadAddress: reader.u32(at + 16),
        loadEndAddress: reader.u32(at + 20),
        bssEndAddress: reader.u32(at + 24),
        entryAddress: reader.u32(at + 28),
      },
    }),
    ...(hasVideo && {
      video: {
        modeType: reader.u32(at + 32),
        width: reader.u32(at + 36),
        height: reader.u32(at + 40),
        depth: reader.u32(at + 44),
      },
    }),
  };
}

/** The header as bytes, checksum included; bits 2 and 16 of the flags follow from the fields given. */
export function buildMultiboot1Header(header: Omit<Multiboot1Header, 'protocol' | 'offset'>): Uint8Array {
  let flags = header.flags & ~(MULTIBOOT1_VIDEO_MODE | MULTIBOOT1_ADDRESSES);
  if (header.video !== undefined) flags |= MULTIBOOT1_VIDEO_MODE;
  if (header.addresses !== undefined) flags |= MULTIBOOT1_ADDRESSES;
  flags >>>= 0;
  const writer = new ByteWriter()
    .u32(MULTIBOOT1_MAGIC)
    .u32(flags)
    .u32(-(MULTIBOOT1_MAGIC + flags) >>> 0);
  const { addresses, video } = header;
  if (addresses !== undefined || video !== undefined) {
    writer
      .u32(addresses?.headerAddress ?? 0)
      .u32(addresses?.loadAddress ?? 0)
      .u32(addresses?.loadEndAddress ?? 0);
    writer.u32(addresses?.bssEndAddress ?? 0).u32(addresses?.entryAddress ?? 0);
  }
  if (video !== undefined) writer.u32(video.modeType).u32(video.width).u32(video.height).u32(video.depth);
  return writer.finish();
}
