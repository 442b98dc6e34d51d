/**
 * From the bytes of a kernel file to a BootPlan. The whole way in one function, each step in a file of its own: look at the
 * file, choose the Multiboot header, find the memory image, check it against the machine's memory, place what has no
 * address (GRUB's rule, `placement.ts`), write the boot information, and set the registers (state at entry as GRUB 2.06
 * leaves it: EAX magic, EBX boot information, ESP 0x7ff00, all others 0).
 */
import type { BootPlan, LoadOptions, PlannedSegment } from './boot-plan.ts';
import { chooseHeader, findHeaders, validHeaders } from './choose-header.ts';
import { contentsOf, type ElfFile, hasPvhEntry, readElf } from './elf/read.ts';
import { SHT_NOBITS } from './elf/types.ts';
import {
  checkExecutable,
  type Executable,
  executableOfAddresses,
  executableOfElf,
  extent,
  moved,
  type Piece,
} from './executable.ts';
import { chooseFramebuffer } from './graphics.ts';
import { type FileKind, identifyFile } from './identify.ts';
import { imageInfo } from './image-info.ts';
import { hex, LoaderError } from './loader-error.ts';
import {
  basicMemoryKib,
  CONVENTIONAL_MEMORY_END,
  HIGH_MEMORY_START,
  memoryMap,
  usableMemoryEnd,
} from './memory-map.ts';
import { MULTIBOOT1_BOOTLOADER_MAGIC, type Multiboot1Header } from './multiboot1/header.ts';
import { buildMultiboot1Information, type Multiboot1Information } from './multiboot1/information.ts';
import { headerTag, MULTIBOOT2_BOOTLOADER_MAGIC, type Multiboot2Header } from './multiboot2/header.ts';
import type { HeaderTag } from './multiboot2/header-tags.ts';
import { buildInformation, type InformationTag } from './multiboot2/information.ts';
import { checkOptions, type Settings } from './options.ts';
import { FreeMemory } from './placement.ts';
import { checkMultiboot1Requests, checkMultiboot2Requests } from './requests.ts';
import { SymbolTable } from './symbols.ts';

/** Stack pointer at entry, as GRUB leaves it; the protocols leave it undefined. */
const ENTRY_STACK_POINTER = 0x7ff00;
const LOADER_STACK_PAGE = 0x7f000;
/** Page of the initial GDT: GRUB's stands at 0x10b0. */
const LOADER_GDT_PAGE = 0x1000;
const LOADER_PAGE_BYTES = 0x1000;
const MULTIBOOT1_INFORMATION_START = 0x10000;
const MODULE_ALIGNMENT = 4096;
/** Files have a few dozen such sections at most; the limit keeps placement fast for hostile ones. */
const MAXIMUM_PLACED_SECTIONS = 4096;

/**
 * Plans how to boot a kernel image: ELF32, ELF64 or flat, with a Multiboot 1 or 2 header. Pure: neither reads nor writes
 * anything else, copies no segment; time is linear in the file's size and memory is never allocated for `p_memsz`.
 * @throws LoaderError for everything that is wrong with the image or the options
 */
export function loadImage(bytes: Uint8Array, options: LoadOptions): BootPlan {
  const checked = checkOptions(options);
  const warnings: string[] = [];
  const kind = identifyFile(bytes);
  const found = findHeaders(bytes);
  const header = chooseHeader(bytes, found, checked.protocol);
  const byAddresses = !(header instanceof LoaderError) && loadAddressesOf(header) !== undefined;
  const elf = kind.kind === 'elf' ? readElfOf(bytes, byAddresses, warnings) : undefined;
  if (header instanceof LoaderError) throw explainFile(kind, header, elf);
  if (elf === undefined && !byAddresses) throw notAnElf(kind);

  const settings = { ...checked, framebuffer: chooseFramebuffer(header, checked.graphics) ?? checked.framebuffer };
  const other = header.protocol === 'multiboot2' ? found.multiboot1 : found.multiboot2;
  if (other instanceof LoaderError && settings.protocol === undefined) warnings.push(`ignored: ${other.message}`);
  warnings.push(
    ...(header.protocol === 'multiboot1'
      ? checkMultiboot1Requests(header, settings.framebuffer)
      : checkMultiboot2Requests(header, settings)),
  );

  const memory = new FreeMemory(settings.memoryBytes);
  let executable = executableOf(bytes, header, elf);
  if (header.protocol === 'multiboot2') executable = relocate(executable, header, memory);
  warnings.push(...executable.warnings);
  checkExecutable(executable);
  for (const piece of executable.pieces) checkInMemory(piece, settings, executable);
  for (const piece of executable.pieces) {
    const end = piece.physicalAddress + piece.memoryBytes;
    if (piece.physicalAddress < LOADER_GDT_PAGE + LOADER_PAGE_BYTES && end > LOADER_GDT_PAGE) {
      warnings.push(`${piece.what} covers page ${hex(LOADER_GDT_PAGE)}, where the loader's GDT stands at entry`);
    }
    memory.take(piece.physicalAddress, piece.memoryBytes);
  }
  // Below 1 MiB the loader's own GDT and stack are in use until the kernel sets its own.
  memory.take(LOADER_GDT_PAGE, LOADER_PAGE_BYTES);
  memory.take(LOADER_STACK_PAGE, LOADER_PAGE_BYTES);

  const segments: PlannedSegment[] = executable.pieces.map(({ what, physicalAddress, bytes, memoryBytes }) => ({
    what,
    physicalAddress,
    bytes,
    memoryBytes,
  }));
  const sections = byAddresses || elf === undefined ? undefined : placeSections(elf, memory, segments, warnings);
  const modules = placeModules(settings, memory, segments);
  const contents: InformationContents = { settings, executable, sections, modules };
  const information =
    header.protocol === 'multiboot1'
      ? placeInformation1(information1(contents), memory)
      : placeInformation2(information2(contents), memory);
  segments.push(information);

  const symbols = new SymbolTable(elf);
  warnings.push(...symbols.warnings);
  return {
    protocol: header.protocol,
    segments,
    entry: executable.entry,
    registers: {
      eax: header.protocol === 'multiboot1' ? MULTIBOOT1_BOOTLOADER_MAGIC : MULTIBOOT2_BOOTLOADER_MAGIC,
      ebx: information.physicalAddress,
      esp: ENTRY_STACK_POINTER,
    },
    framebuffer: settings.framebuffer,
    symbols,
    image: imageInfo(bytes, elf, validHeaders(found)),
    warnings,
  };
}

/** The ELF structure; if the image is loaded by the header's addresses it is only wanted for the symbols. */
function readElfOf(bytes: Uint8Array, byAddresses: boolean, warnings: string[]): ElfFile | undefined {
  try {
    return readElf(bytes);
  } catch (error) {
    if (!byAddresses || !(error instanceof LoaderError)) throw error;
    warnings.push(`loaded by the addresses in the Multiboot header, without symbols: ${error.message}`);
    return undefined;
  }
}

function loadAddressesOf(header: Multiboot1Header | Multiboot2Header) {
  return header.protocol === 'multiboot1' ? header.addresses : headerTag(header, 'address')?.addresses;
}

function executableOf(
  bytes: Uint8Array,
  header: Multiboot1Header | Multiboot2Header,
  elf: ElfFile | undefined,
): Executable {
  const addresses = loadAddressesOf(header);
  const entry =
    header.protocol === 'multiboot1'
      ? header.addresses?.entryAddress
      : headerTag(header, 'entry-address')?.entryAddress;
  if (addresses === undefined) return executableOfElf(elf!, entry);
  if (entry === undefined) {
    throw new LoaderError('multiboot-addresses-malformed', 'the address tag has no entry address tag beside it', {
      offset: tagOffset(header, 'address'),
      expected: 'a tag of type 3 (entry address)',
      found: 'only a tag of type 2 (address)',
      remedy: 'Add "dw 3, 0; dd 12; dd start" and an "align 8" to the Multiboot 2 header.',
    });
  }
  const fieldsAt = header.protocol === 'multiboot1' ? header.offset + 12 : tagOffset(header, 'address') + 8;
  return executableOfAddresses(bytes, header.offset, fieldsAt, addresses, entry);
}

/** No usable header: if the file is of another kind altogether, that is the thing to say. */
function explainFile(kind: FileKind, header: LoaderError, elf: ElfFile | undefined): LoaderError {
  if (elf !== undefined && header.code === 'multiboot-header-missing' && hasPvhEntry(elf)) {
    return new LoaderError(header.code, 'the file has a PVH note, but no Multiboot header', {
      ...(header.expected && { expected: header.expected }),
      found: 'a Xen note of type 18 (PVH entry)',
      remedy: 'Add a Multiboot header beside the note; this machine boots Multiboot 1 and 2, not PVH.',
    });
  }
  if (kind.kind === 'elf') return header;
  // A flat binary may be meant, and then the header is the matter.
  return kind.kind === 'other' && header.code !== 'multiboot-header-missing' ? header : notAnElf(kind);
}

function notAnElf(kind: FileKind): LoaderError {
  const details = { offset: 0, expected: 'an ELF file', found: kind.what };
  switch (kind.kind) {
    case 'empty':
      return new LoaderError('file-empty', 'the file is empty', {
        expected: 'an ELF file',
        found: '0 bytes',
        remedy: 'The build or the download wrote nothing; repeat it.',
      });
    case 'iso':
      return new LoaderError('iso-image', 'the file is a CD image, not a kernel', {
        ...details,
        offset: 0x8001,
        remedy:
          'Boot the kernel that is in it; no boot loader is needed. To take it out: xorriso -osirrox on -indev image.iso -extract /boot/kernel.bin kernel.bin',
      });
    case 'gzip':
    case 'compressed':
      return new LoaderError('compressed-image', 'the file is compressed', {
        ...details,
        remedy: kind.kind === 'gzip' ? 'Decompress it first: gzip -d' : 'Decompress it first.',
      });
    default:
      return new LoaderError('not-an-elf', `the file is ${kind.what}, not an ELF file`, {
        ...details,
        remedy:
          'Give the linked kernel. A flat binary works too, if its Multiboot header has the address fields (flags bit 16; Multiboot 2: tags 2 and 3).',
      });
  }
}

function tagOffset(header: Multiboot1Header | Multiboot2Header, tag: HeaderTag['tag']): number {
  if (header.protocol === 'multiboot1') return header.offset;
  return header.tagOffsets[header.tags.findIndex((candidate) => candidate.tag === tag)] ?? header.offset;
}

function relocate(executable: Executable, header: Multiboot2Header, memory: FreeMemory): Executable {
  const tag = headerTag(header, 'relocatable');
  if (tag === undefined) return executable;
  const { start, end } = extent(executable.pieces);
  const size = end - start;
  const alignment = Math.max(1, tag.alignment);
  const from = Math.max(tag.minimumAddress, HIGH_MEMORY_START);
  const to = Math.min(tag.maximumAddress, 0xffffffff) + 1;
  const lowest =
    tag.preference === 2 ? memory.highest(from, to, size, alignment) : memory.lowest(from, size, alignment);
  if (lowest === undefined || lowest + size > to) {
    throw new LoaderError('multiboot-relocation-impossible', 'there is no memory for the relocatable image', {
      offset: tagOffset(header, 'relocatable'),
      expected: `${hex(size)} free bytes inside ${hex(tag.minimumAddress)}..${hex(tag.maximumAddress)}, aligned to ${hex(alignment)}`,
      found: 'none',
      remedy: 'Widen the range in the relocatable tag (type 10), or give the machine more memory.',
    });
  }
  return moved(executable, lowest - start);
}

function checkInMemory(piece: Piece, settings: Settings, executable: Executable): void {
  const start = piece.physicalAddress;
  const end = start + piece.memoryBytes;
  const highEnd = usableMemoryEnd(settings.memoryBytes);
  if (end <= CONVENTIONAL_MEMORY_END || (start >= HIGH_MEMORY_START && end <= highEnd)) return;
  const tooHigh = start >= HIGH_MEMORY_START;
  const neededMib = Math.ceil((extent(executable.pieces).end + 0x20000) / 0x100000) + 1;
  throw new LoaderError('segment-outside-memory', `${piece.what} does not fit into memory`, {
    offset: piece.describedAt,
    expected: `inside 0x0..${hex(CONVENTIONAL_MEMORY_END)} or ${hex(HIGH_MEMORY_START)}..${hex(highEnd)}`,
    found: `${hex(start)}..${hex(end)}`,
    remedy: tooHigh
      ? neededMib <= 3072
        ? `Give the machine at least ${neededMib} MiB of memory, or check p_paddr and p_memsz (readelf -l).`
        : 'Check p_paddr and p_memsz (readelf -l); no memory of the machine reaches that far.'
      : 'Load the kernel at 1 MiB or above (". = 1M;" in the linker script); video memory and BIOS are below.',
  });
}

/** The ELF section headers as the kernel gets them. */
interface PlacedSections {
  readonly entryBytes: number;
  readonly namesIndex: number;
  readonly headers: Uint8Array;
}

/** Places every section that has contents but no address, and writes the address into a copy of the header table. */
function placeSections(
  elf: ElfFile,
  memory: FreeMemory,
  segments: PlannedSegment[],
  warnings: string[],
): PlacedSections | undefined {
  if (elf.sections.length === 0) return undefined;
  // Not slice(): on a Node Buffer that would be a view of the caller's file.
  const headers = new Uint8Array(elf.sectionHeaderBytes);
  const view = new DataView(headers.buffer);
  const entryBytes = elf.sectionHeaderEntryBytes;
  let placed = 0;
  elf.sections.forEach((section, index) => {
    if (section.address !== 0n || section.sizeBytes === 0n || section.type === SHT_NOBITS || index === 0) return;
    const bytes = contentsOf(elf.bytes, section);
    if (bytes === undefined) {
      throw new LoaderError('section-truncated', `the file ends inside section ${section.name || index}`, {
        offset: Number(elf.header.sectionHeaderOffset) + index * entryBytes,
        expected: `${hex(section.sizeBytes)} bytes at ${hex(section.offset)}`,
        found: `a file of ${hex(elf.bytes.length)} bytes`,
        remedy: 'The file was cut off; link or copy it again.',
      });
    }
    if (++placed > MAXIMUM_PLACED_SECTIONS) return;
    const alignment = Math.max(1, Number(section.alignment));
    const address = memory.lowestAboveOneMib(bytes.length, alignment);
    if (address === undefined) throw exhausted(`section ${section.name}`, bytes.length, alignment);
    memory.take(address, bytes.length);
    segments.push({ what: `section ${section.name}`, physicalAddress: address, bytes, memoryBytes: bytes.length });
    if (elf.header.class === 64) view.setBigUint64(index * entryBytes + 16, BigInt(address), true);
    else view.setUint32(index * entryBytes + 12, address, true);
  });
  if (placed > MAXIMUM_PLACED_SECTIONS) {
    warnings.push(`only the first ${MAXIMUM_PLACED_SECTIONS} of ${placed} sections without an address were loaded`);
  }
  return { entryBytes, namesIndex: elf.sectionNamesIndex, headers };
}

interface PlacedModule {
  readonly startAddress: number;
  readonly endAddress: number;
  readonly commandLine: string;
}

function placeModules(settings: Settings, memory: FreeMemory, segments: PlannedSegment[]): PlacedModule[] {
  return settings.modules.map(({ bytes, commandLine, title }) => {
    const address = memory.lowestAboveOneMib(Math.max(1, bytes.length), MODULE_ALIGNMENT);
    if (address === undefined) {
      throw new LoaderError('module-too-large', `${title} does not fit into memory`, {
        expected: `${hex(bytes.length)} free bytes (${Math.ceil(bytes.length / 0x100000)} MiB) above 1 MiB`,
        found: `${hex(settings.memoryBytes)} bytes of memory, partly taken`,
        remedy: 'Give the machine more memory, or use a smaller module.',
      });
    }
    memory.take(address, bytes.length);
    segments.push({ what: title, physicalAddress: address, bytes, memoryBytes: bytes.length });
    return { startAddress: address, endAddress: address + bytes.length, commandLine };
  });
}

interface InformationContents {
  readonly settings: Settings;
  readonly executable: Executable;
  readonly sections: PlacedSections | undefined;
  readonly modules: readonly PlacedModule[];
}

/** The tags in GRUB 2.06's order. */
function information2({ settings, executable, sections, modules }: InformationContents): Uint8Array {
  const { firmware } = settings;
  const tags: InformationTag[] = [
    { tag: 'load-base', address: extent(executable.pieces).start },
    { tag: 'command-line', text: settings.commandLine },
    { tag: 'loader-name', text: settings.loaderName },
  ];
  if (firmware.apm !== undefined) tags.push({ tag: 'apm', ...firmware.apm });
  for (const module of modules) tags.push({ tag: 'module', ...module });
  tags.push({ tag: 'memory-map', entries: memoryMap(settings.memoryBytes) });
  if (sections !== undefined) tags.push({ tag: 'elf-sections', ...sections });
  tags.push({ tag: 'basic-memory', ...basicMemoryKib(settings.memoryBytes) });
  if (firmware.bootDevice !== undefined) tags.push({ tag: 'boot-device', ...firmware.bootDevice });
  tags.push({ tag: 'framebuffer', ...settings.framebuffer });
  if (firmware.rsdp !== undefined) {
    tags.push({ tag: firmware.rsdp.length > 20 ? 'acpi-2.0' : 'acpi-1.0', rsdp: firmware.rsdp });
  }
  return buildInformation(tags);
}

function information1({ settings, sections, modules }: InformationContents): Multiboot1Information {
  const { apm, bootDevice } = settings.firmware;
  return {
    memory: basicMemoryKib(settings.memoryBytes),
    // Drive, partition, sub-partition, sub-sub-partition from the top byte down.
    ...(bootDevice && {
      bootDevice:
        (((bootDevice.biosDevice & 0xff) << 24) |
          ((bootDevice.partition & 0xff) << 16) |
          ((bootDevice.subPartition & 0xff) << 8) |
          0xff) >>>
        0,
    }),
    commandLine: settings.commandLine,
    modules,
    ...(sections && { elfSections: sections }),
    memoryMap: memoryMap(settings.memoryBytes),
    loaderName: settings.loaderName,
    ...(apm && { apm }),
    framebuffer: settings.framebuffer,
  };
}

function placeInformation2(bytes: Uint8Array, memory: FreeMemory): PlannedSegment {
  const address = memory.lowestAboveOneMib(bytes.length, 8);
  if (address === undefined) throw exhausted('the boot information', bytes.length, 8);
  return { what: 'boot information', physicalAddress: address, bytes, memoryBytes: bytes.length };
}

function placeInformation1(information: Multiboot1Information, memory: FreeMemory): PlannedSegment {
  const { length } = buildMultiboot1Information(information, 0);
  const address = memory.lowest(MULTIBOOT1_INFORMATION_START, length, 4);
  if (address === undefined) throw exhausted('the boot information', length, 4);
  const bytes = buildMultiboot1Information(information, address);
  return { what: 'boot information', physicalAddress: address, bytes, memoryBytes: bytes.length };
}

function exhausted(what: string, lengthBytes: number, alignment: number): LoaderError {
  return new LoaderError('memory-exhausted', `there is no memory left for ${what}`, {
    expected: `${hex(lengthBytes)} free bytes, aligned to ${hex(alignment)}`,
    found: 'none',
    remedy: 'Give the machine more memory, or strip the kernel (strip --strip-debug).',
  });
}
