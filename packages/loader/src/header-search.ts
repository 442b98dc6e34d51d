/**
 * What both Multiboot protocols share when the loader looks for their header: finding every place of the magic number in the
 * file, and saying why a place does not count. A header that is not where it has to be is the mistake people make most, so
 * the whole file is searched for it, not only the part that a boot loader looks at.
 */
import { ByteReader } from './bytes.ts';
import { hex, LoaderError } from './loader-error.ts';

/** Which Multiboot protocol. */
export type Protocol = 'multiboot1' | 'multiboot2';

/** How a protocol's header is recognised. */
export interface HeaderRules {
  readonly protocol: Protocol;
  /** Human name, `Multiboot 2`. */
  readonly name: string;
  readonly magic: number;
  /** The header has to lie within this many bytes from the start of the file. */
  readonly windowBytes: number;
  readonly alignmentBytes: number;
  /** Bytes up to and including the checksum. */
  readonly fixedBytes: number;
  /** Number of 32-bit words from the magic number whose sum has to be 0 modulo 2^32. */
  readonly checksumWords: number;
  /** How to make the linker put the header where it belongs. */
  readonly sectionName: string;
}

/** Where the header is, or what is wrong with the best candidate; neither if the magic number occurs nowhere. */
export interface HeaderPlace {
  readonly offset?: number;
  readonly problem?: LoaderError;
}

/** How far to look: as far as a boot loader does, or through the whole file to explain why nothing is found. */
export type SearchScope = 'window' | 'file';

/** Finds the first valid header as a boot loader would, or else explains the most telling invalid one. Linear time. */
export function locateHeader(bytes: Uint8Array, rules: HeaderRules, scope: SearchScope): HeaderPlace {
  const searched = scope === 'file' ? bytes : bytes.subarray(0, rules.windowBytes);
  const reader = new ByteReader(searched);
  const windowEnd = Math.min(bytes.length, rules.windowBytes);
  let badChecksum: number | undefined;
  let elsewhere: number | undefined;
  const firstByte = rules.magic & 0xff;
  for (let at = searched.indexOf(firstByte); at >= 0; at = searched.indexOf(firstByte, at + 1)) {
    if (!reader.has(at, rules.fixedBytes)) break;
    if (reader.u32(at) !== rules.magic) continue;
    const inPlace = at % rules.alignmentBytes === 0 && at + rules.fixedBytes <= windowEnd;
    if (sum(reader, at, rules.checksumWords) === 0) {
      if (inPlace) return { offset: at };
      elsewhere ??= at;
    } else if (inPlace) {
      badChecksum ??= at;
    }
  }
  // A whole header in the wrong place is more likely meant than the bare magic number in the right one.
  if (elsewhere !== undefined) return { problem: misplaced(elsewhere, rules) };
  if (badChecksum !== undefined) return { problem: wrongChecksum(reader, badChecksum, rules) };
  return {};
}

function sum(reader: ByteReader, at: number, words: number): number {
  let total = 0;
  for (let i = 0; i < words; i++) total = (total + reader.u32(at + 4 * i)) >>> 0;
  return total;
}

function misplaced(at: number, rules: HeaderRules): LoaderError {
  if (at + rules.fixedBytes > rules.windowBytes) {
    return new LoaderError(
      'multiboot-header-misplaced',
      `the ${rules.name} header is too far from the start of the file`,
      {
        offset: at,
        expected: `within the first ${hex(rules.windowBytes)} bytes`,
        found: `magic ${hex(rules.magic)} at ${hex(at)}`,
        remedy: `Put the header's section first in the linker script (KEEP(*(${rules.sectionName})) before .text), and link with "-n" or "-z max-page-size=0x1000" so that ld does not pad the file.`,
      },
    );
  }
  return new LoaderError('multiboot-header-misaligned', `the ${rules.name} header is not aligned`, {
    offset: at,
    expected: `a multiple of ${rules.alignmentBytes}`,
    found: hex(at),
    remedy: `Put ".balign ${rules.alignmentBytes}" (GNU as) or "align ${rules.alignmentBytes}" (NASM) before the header, and keep its section's alignment in the linker script.`,
  });
}

function wrongChecksum(reader: ByteReader, at: number, rules: HeaderRules): LoaderError {
  const checksumAt = at + 4 * (rules.checksumWords - 1);
  const others = sum(reader, at, rules.checksumWords - 1);
  const fields = rules.protocol === 'multiboot1' ? 'magic + flags' : 'magic + architecture + header length';
  return new LoaderError('multiboot-header-checksum', `the ${rules.name} header has a wrong checksum`, {
    offset: checksumAt,
    expected: hex(-others >>> 0),
    found: hex(reader.u32(checksumAt)),
    remedy: `The checksum is -(${fields}) as an unsigned 32-bit number; also check that the header length matches what was assembled.`,
  });
}

/** Neither magic number is in the file. */
export function missingHeader(bytes: Uint8Array, rules: readonly HeaderRules[]): LoaderError {
  const places = rules.map(
    (rule) => `${rule.name} magic ${hex(rule.magic)} in the first ${hex(rule.windowBytes)} bytes`,
  );
  return new LoaderError('multiboot-header-missing', 'the file has no Multiboot header', {
    expected: places.join(' or '),
    found: `neither in ${hex(bytes.length)} bytes`.replace('neither', rules.length === 1 ? 'none' : 'neither'),
    remedy:
      'Add a Multiboot header to the kernel. If the source has one, the linker dropped it: mark its section KEEP() in the linker script, and its flags "a" (allocated) in the assembly source.',
  });
}
