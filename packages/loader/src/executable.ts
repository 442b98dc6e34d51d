/**
 * From a kernel file to the pieces of memory it wants and its physical entry: by ELF program headers, or by the addresses
 * in its Multiboot header ("a.out kludge"). What GRUB 2.06 does, with a name for each mistake.
 */
import { type ElfFile, loadableSegments } from './elf/read.ts';
import type { ElfSegment } from './elf/types.ts';
import { hex, LoaderError } from './loader-error.ts';
import type { LoadAddresses } from './multiboot1/header.ts';

/** One piece of the kernel in physical memory. */
export interface Piece {
  readonly what: string;
  readonly physicalAddress: number;
  readonly bytes: Uint8Array;
  readonly memoryBytes: number;
  /** Where its description stands in the file, for messages. */
  readonly describedAt: number;
}

/** The kernel's memory image. */
export interface Executable {
  readonly pieces: readonly Piece[];
  /** Physical. */
  readonly entry: number;
  readonly warnings: readonly string[];
}

const FOUR_GIB = 0x1_0000_0000n;

/**
 * The PT_LOAD segments of an ELF file.
 * @param entryOverride physical entry from a Multiboot 2 entry address tag
 * @throws LoaderError program-headers-missing, segment-*, entry-*
 */
export function executableOfElf(elf: ElfFile, entryOverride: number | undefined): Executable {
  const tableAt = Number(elf.header.programHeaderOffset);
  const loadable = new Set(loadableSegments(elf));
  const pieces = elf.segments.flatMap((segment, i) =>
    loadable.has(segment) ? [pieceOfSegment(elf, segment, i, tableAt + i * elf.programHeaderBytes)] : [],
  );
  if (pieces.length === 0) {
    throw new LoaderError('program-headers-missing', 'the ELF file has no segment to load', {
      offset: elf.header.class === 64 ? 56 : 44,
      expected: 'at least one PT_LOAD program header',
      found: `${elf.segments.length} program headers`,
      remedy: 'Link the kernel with ld; do not strip the program headers.',
    });
  }
  if (entryOverride !== undefined) return { pieces, entry: entryOverride, warnings: [] };
  return { pieces, ...entryOfElf(elf) };
}

function pieceOfSegment(elf: ElfFile, segment: ElfSegment, index: number, describedAt: number): Piece {
  const what = `segment ${index}`;
  if (segment.fileBytes > segment.memoryBytes) {
    throw new LoaderError('segment-sizes', `${what} has more bytes in the file than in memory`, {
      offset: describedAt,
      expected: `p_filesz <= p_memsz ${hex(segment.memoryBytes)}`,
      found: hex(segment.fileBytes),
      remedy: 'The program header is damaged; link the kernel again.',
    });
  }
  // A segment without bytes in the file (.bss) may name an offset behind its end.
  if (segment.fileBytes > 0n && segment.offset + segment.fileBytes > BigInt(elf.bytes.length)) {
    throw new LoaderError('segment-truncated', `the file ends inside ${what}`, {
      offset: describedAt,
      expected: `${hex(segment.fileBytes)} bytes at ${hex(segment.offset)}`,
      found: `a file of ${hex(elf.bytes.length)} bytes`,
      remedy: 'The file was cut off; link or copy it again.',
    });
  }
  if (segment.physicalAddress + segment.memoryBytes > FOUR_GIB) {
    throw new LoaderError('segment-address-above-4gib', `${what} is to be loaded above 4 GiB`, {
      offset: describedAt,
      expected: 'a physical address (p_paddr) in RAM',
      found: hex(segment.physicalAddress),
      remedy:
        'A kernel linked at a high virtual address needs low load addresses: write AT(ADDR(.text) - KERNEL_OFFSET), and so on for each section, in the linker script.',
    });
  }
  const offset = Number(segment.offset);
  return {
    what,
    physicalAddress: Number(segment.physicalAddress),
    bytes: elf.bytes.subarray(offset, offset + Number(segment.fileBytes)),
    memoryBytes: Number(segment.memoryBytes),
    describedAt,
  };
}

/** The entry is a virtual address; its segment says where that is physically (GRUB's rule). */
function entryOfElf(elf: ElfFile): { entry: number; warnings: string[] } {
  const { entry } = elf.header;
  const segments = loadableSegments(elf);
  const inside = (start: bigint, segment: ElfSegment) => entry >= start && entry - start < segment.memoryBytes;
  const linked = segments.find((segment) => inside(segment.virtualAddress, segment));
  if (linked !== undefined) {
    return { entry: Number(entry - linked.virtualAddress + linked.physicalAddress), warnings: [] };
  }
  if (segments.some((segment) => inside(segment.physicalAddress, segment))) {
    const warning = `the ELF entry ${hex(entry)} is a physical address; QEMU takes it so, GRUB refuses it ("entry point isn't in a segment")`;
    return { entry: Number(entry), warnings: [warning] };
  }
  if (entry >= FOUR_GIB) {
    throw new LoaderError('entry-above-4gib', 'the ELF entry is beyond 4 GiB, but execution starts in 32-bit mode', {
      offset: 24,
      expected: 'the address of 32-bit code in a loaded segment',
      found: hex(entry),
      remedy:
        'Let ENTRY() name the 32-bit start code, and load its segment below 4 GiB with AT() in the linker script.',
    });
  }
  throw new LoaderError('entry-outside-segments', 'the ELF entry is in no loaded segment', {
    offset: 24,
    expected: segments
      .slice(0, 4)
      .map((segment) => `${hex(segment.virtualAddress)}..${hex(segment.virtualAddress + segment.memoryBytes)}`)
      .join(' or '),
    found: hex(entry),
    remedy:
      'Put ENTRY(start) into the linker script, and make start a global label (an entry of 0 means: no such symbol).',
  });
}

/**
 * The image as the header's address fields describe it; the file's format does not matter then.
 * @param headerOffset offset of the Multiboot header in the file
 * @param fieldsAt offset of the address fields, for messages
 * @throws LoaderError multiboot-addresses-malformed, segment-truncated
 */
export function executableOfAddresses(
  bytes: Uint8Array,
  headerOffset: number,
  fieldsAt: number,
  addresses: LoadAddresses,
  entry: number,
): Executable {
  const { headerAddress, loadEndAddress, bssEndAddress } = addresses;
  // Multiboot2 Specification 3.1.5: -1 means that the file is loaded from its beginning.
  const fromStart = addresses.loadAddress === 0xffffffff;
  const loadAddress = fromStart ? headerAddress - headerOffset : addresses.loadAddress;
  const malformed = (summary: string, expected: string, found: string) =>
    new LoaderError('multiboot-addresses-malformed', summary, {
      offset: fieldsAt,
      expected,
      found,
      remedy:
        'header_addr is the address of the header itself, load_addr that of the first loaded byte; load_end_addr 0 means the end of the file, bss_end_addr 0 no bss.',
    });
  const fileOffset = headerOffset - (headerAddress - loadAddress);
  if (headerAddress < loadAddress) {
    throw malformed('the header address is below the load address', `at least ${hex(loadAddress)}`, hex(headerAddress));
  }
  if (fileOffset < 0 || loadAddress < 0) {
    throw malformed(
      'the load address lies before the start of the file',
      `header_addr - load_addr of at most the header's offset ${hex(headerOffset)}`,
      hex(headerAddress - loadAddress),
    );
  }
  const loadEnd = loadEndAddress === 0 ? loadAddress + bytes.length - fileOffset : loadEndAddress;
  if (loadEnd < loadAddress) {
    throw malformed('the load end address is below the load address', `at least ${hex(loadAddress)}`, hex(loadEnd));
  }
  if (bssEndAddress !== 0 && bssEndAddress < loadEnd) {
    throw malformed('the bss ends before the loaded bytes', `0 or at least ${hex(loadEnd)}`, hex(bssEndAddress));
  }
  const fileEnd = fileOffset + (loadEnd - loadAddress);
  if (fileEnd > bytes.length) {
    throw new LoaderError('segment-truncated', 'the file ends before the load end address', {
      offset: fieldsAt,
      expected: `${hex(fileEnd)} bytes`,
      found: `${hex(bytes.length)} bytes`,
      remedy: 'The file was cut off, or load_end_addr is wrong; 0 means up to the end of the file.',
    });
  }
  const memoryBytes = Math.max(bssEndAddress, loadEnd) - loadAddress;
  const piece: Piece = {
    what: 'image',
    physicalAddress: loadAddress,
    bytes: bytes.subarray(fileOffset, fileEnd),
    memoryBytes,
    describedAt: fieldsAt,
  };
  return { pieces: [piece], entry, warnings: [] };
}

/** Lowest and highest physical address of the pieces. */
export function extent(pieces: readonly Piece[]): { start: number; end: number } {
  let start = Number.POSITIVE_INFINITY;
  let end = 0;
  for (const piece of pieces) {
    start = Math.min(start, piece.physicalAddress);
    end = Math.max(end, piece.physicalAddress + piece.memoryBytes);
  }
  return { start, end };
}

/** The executable moved by a number of bytes. */
export function moved(executable: Executable, deltaBytes: number): Executable {
  return {
    ...executable,
    entry: executable.entry + deltaBytes,
    pieces: executable.pieces.map((piece) => ({ ...piece, physicalAddress: piece.physicalAddress + deltaBytes })),
  };
}

/**
 * Checks that the pieces do not overlap and the entry is in one of them.
 * @throws LoaderError segments-overlap, entry-outside-segments
 */
export function checkExecutable(executable: Executable): void {
  const sorted = [...executable.pieces].sort((a, b) => a.physicalAddress - b.physicalAddress);
  for (let i = 1; i < sorted.length; i++) {
    const [lower, upper] = [sorted[i - 1]!, sorted[i]!];
    const lowerEnd = lower.physicalAddress + lower.memoryBytes;
    if (lowerEnd > upper.physicalAddress) {
      throw new LoaderError('segments-overlap', `${lower.what} and ${upper.what} overlap in memory`, {
        offset: upper.describedAt,
        expected: `${upper.what} at ${hex(lowerEnd)} or above`,
        found: hex(upper.physicalAddress),
        remedy:
          'Compare the load addresses (readelf -l, column PhysAddr): an AT() in the linker script is wrong or missing.',
      });
    }
  }
  const { entry } = executable;
  if (!executable.pieces.some((p) => entry >= p.physicalAddress && entry - p.physicalAddress < p.memoryBytes)) {
    const { start, end } = extent(executable.pieces);
    throw new LoaderError('entry-outside-segments', 'the entry address is in no loaded part of the image', {
      expected: `an address inside ${hex(start)}..${hex(end)}`,
      found: hex(entry),
      remedy: 'Set the entry address field of the Multiboot header to the physical address of the start code.',
    });
  }
}
