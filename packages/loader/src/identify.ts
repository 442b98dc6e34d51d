/**
 * Names what a file looks like from its first bytes, for the message "this is not an ELF but ...". Magic numbers as
 * documented by each format; nothing is parsed beyond them.
 */
import { ByteReader } from './bytes.ts';

/** What a file seems to be. */
export interface FileKind {
  readonly kind: 'empty' | 'elf' | 'iso' | 'gzip' | 'compressed' | 'pe' | 'macho' | 'script' | 'linux' | 'other';
  /** Noun phrase for messages. */
  readonly what: string;
}

const COMPRESSED: readonly [readonly number[], string][] = [
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], 'xz'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'zstd'],
  [[0x42, 0x5a, 0x68], 'bzip2'],
  [[0x50, 0x4b, 0x03, 0x04], 'zip'],
  [[0x04, 0x22, 0x4d, 0x18], 'lz4'],
];

/** Looks at the magic numbers of `bytes`. Never throws. */
export function identifyFile(bytes: Uint8Array): FileKind {
  const reader = new ByteReader(bytes);
  const startsWith = (...magic: number[]) => magic.every((byte, i) => bytes[i] === byte);
  const text = (offset: number, expected: string) =>
    [...expected].every((character, i) => bytes[offset + i] === character.charCodeAt(0));

  if (bytes.length === 0) return { kind: 'empty', what: 'an empty file' };
  if (startsWith(0x7f, 0x45, 0x4c, 0x46)) return { kind: 'elf', what: 'an ELF file' };
  if (text(0x8001, 'CD001')) return { kind: 'iso', what: 'an ISO 9660 CD image' };
  if (startsWith(0x1f, 0x8b)) return { kind: 'gzip', what: 'a gzip-compressed file' };
  for (const [magic, name] of COMPRESSED) {
    if (startsWith(...magic)) return { kind: 'compressed', what: `a ${name}-compressed file` };
  }
  if (text(0x202, 'HdrS')) return { kind: 'linux', what: 'a Linux bzImage' };
  if (text(0, 'MZ')) return { kind: 'pe', what: 'a Windows or UEFI executable (PE)' };
  if (reader.has(0, 4)) {
    const magic = reader.u32(0);
    if (magic === 0xfeedface || magic === 0xfeedfacf || magic === 0xbebafeca) {
      return { kind: 'macho', what: 'a macOS executable (Mach-O)' };
    }
  }
  if (text(0, '!<arch>\n')) return { kind: 'other', what: 'a static library (ar archive)' };
  if (startsWith(0x00, 0x61, 0x73, 0x6d)) return { kind: 'other', what: 'a WebAssembly module' };
  if (text(0, '#!')) return { kind: 'script', what: 'a script' };
  if (text(0, 'QFI\xfb')) return { kind: 'other', what: 'a qcow2 disk image' };
  if (bytes[510] === 0x55 && bytes[511] === 0xaa) return { kind: 'other', what: 'a disk image with a boot sector' };
  const head = bytes.subarray(0, 256);
  if (head.every((byte) => byte === 9 || byte === 10 || byte === 13 || (byte >= 32 && byte < 127))) {
    return { kind: 'script', what: 'a text file' };
  }
  return { kind: 'other', what: 'a file of no known format' };
}
