/**
 * The one error type of the loader. Every cause has its own code, so that a front end can react to it and a reader can
 * look it up; every error says what is wrong, at which file offset, what was expected, what was found, and how to mend
 * it. Nothing else is ever thrown for a bad image or option.
 */

/** Every cause for which the loader refuses an image or an option. */
export const LOADER_ERROR_CODES = [
  // Options.
  'memory-out-of-range',
  'command-line-too-long',
  'string-contains-nul',
  'module-too-large',
  'protocol-unknown',
  // What the file is.
  'file-empty',
  'not-an-elf',
  'iso-image',
  'compressed-image',
  'elf-truncated',
  'elf-class',
  'elf-byte-order',
  'elf-version',
  'elf-machine',
  'elf-type',
  'elf-header-size',
  'program-headers-missing',
  'program-headers-malformed',
  'program-headers-truncated',
  'section-headers-malformed',
  'section-headers-truncated',
  'section-truncated',
  // Multiboot headers.
  'multiboot-header-missing',
  'multiboot-header-misplaced',
  'multiboot-header-misaligned',
  'multiboot-header-checksum',
  'multiboot-header-truncated',
  'multiboot-architecture',
  'multiboot-flags-unsupported',
  'multiboot-addresses-malformed',
  'multiboot-tag-malformed',
  'multiboot-tag-unsupported',
  'multiboot-console-unsupported',
  'multiboot-relocation-impossible',
  // Segments and placement.
  'segment-truncated',
  'segment-sizes',
  'segment-address-above-4gib',
  'segment-outside-memory',
  'segments-overlap',
  'entry-outside-segments',
  'entry-above-4gib',
  'memory-exhausted',
] as const;

/** One of `LOADER_ERROR_CODES`. */
export type LoaderErrorCode = (typeof LOADER_ERROR_CODES)[number];

/** What a LoaderError is made of. */
export interface LoaderErrorDetails {
  /** Offset in the file, in bytes, where the offending value stands. */
  readonly offset?: number;
  /** What had to be there. */
  readonly expected?: string;
  /** What was there instead. */
  readonly found?: string;
  /** What the reader can do about it. */
  readonly remedy: string;
}

/** The image or an option cannot be booted. `message` is one line and contains everything but the remedy. */
export class LoaderError extends Error {
  override readonly name = 'LoaderError';
  readonly code: LoaderErrorCode;
  /** The cause alone, without offset and values. */
  readonly summary: string;
  readonly offset?: number;
  readonly expected?: string;
  readonly found?: string;
  readonly remedy: string;

  constructor(code: LoaderErrorCode, summary: string, details: LoaderErrorDetails) {
    const place = details.offset === undefined ? '' : ` at file offset ${hex(details.offset)}`;
    const parts = [
      details.expected === undefined ? undefined : `expected ${details.expected}`,
      details.found === undefined ? undefined : `found ${details.found}`,
    ].filter((part) => part !== undefined);
    super(`${summary}${place}${parts.length === 0 ? '' : `: ${parts.join(', ')}`}`);
    this.code = code;
    this.summary = summary;
    if (details.offset !== undefined) this.offset = details.offset;
    if (details.expected !== undefined) this.expected = details.expected;
    if (details.found !== undefined) this.found = details.found;
    this.remedy = details.remedy;
  }
}

/** An address, offset or magic number as messages print it: `0x1badb002`. */
export function hex(value: number | bigint): string {
  return value < 0 ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`;
}
