/** Every cause of refusal: its code, where it points, what it says. One row per malformed image or option. */
import { describe, expect, test } from 'vitest';
import { CODE, concat, kernel, le, MEMORY, MIB, multiboot1, multiboot2, patched } from '../test/images.ts';
import {
  buildElf,
  type HeaderTag,
  LOADER_ERROR_CODES,
  LoaderError,
  type LoaderErrorCode,
  type LoadOptions,
  loadImage,
} from './index.ts';

interface Case {
  readonly title: string;
  readonly code: LoaderErrorCode;
  /** What the message has to contain. */
  readonly says: RegExp;
  readonly offset?: number;
  readonly image: Uint8Array;
  readonly options?: Partial<LoadOptions>;
}

const ascii = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const good64 = kernel(64, multiboot2());
const good32 = kernel(32, multiboot1());
/** Offset of the first program header's field in an ELF64 file. */
const PHDR = { offset: 64 + 8, vaddr: 64 + 16, paddr: 64 + 24, filesz: 64 + 32, memsz: 64 + 40 };
const SECTION_TABLE = Number(new DataView(good64.buffer).getBigUint64(40, true));
/** File offset of the first segment, which starts with the Multiboot header. */
const HEADER = Number(new DataView(good64.buffer).getBigUint64(PHDR.offset, true));
const fileAt = (length: number, offset: number, content: Uint8Array) => {
  const file = new Uint8Array(length);
  file.set(content, offset);
  return file;
};
const misplaced = (header: Uint8Array, offset: number) =>
  kernel(64, new Uint8Array(), {
    segments: [{ bytes: concat(new Uint8Array(offset - 128), header, CODE), physicalAddress: BigInt(MIB) }],
    entry: BigInt(MIB),
  });
const segments = (...list: { at: number; length: number; memory?: number }[]) =>
  kernel(64, multiboot2(), {
    segments: [
      { bytes: concat(multiboot2(), CODE), physicalAddress: BigInt(MIB) },
      ...list.map(({ at, length, memory }) => ({
        bytes: new Uint8Array(length),
        physicalAddress: BigInt(at),
        memoryBytes: BigInt(memory ?? length),
      })),
    ],
  });
const addressFields = (changes: object) =>
  concat(
    multiboot1({
      flags: 3,
      addresses: {
        headerAddress: MIB,
        loadAddress: MIB,
        loadEndAddress: 0,
        bssEndAddress: 0,
        entryAddress: MIB + 32,
        ...changes,
      },
    }),
    CODE,
  );
const tagged = (tag: HeaderTag) => kernel(64, multiboot2(tag));
const badTag = (...bytes: number[]) => {
  // A header of 16 fixed bytes, the given tag bytes and an end tag.
  const tags = Uint8Array.from([...bytes, 0, 0, 0, 0, 8, 0, 0, 0]);
  const length = 16 + tags.length;
  const checksum = -(0xe85250d6 + length) >>> 0;
  return kernel(64, Uint8Array.from([...le(0xe85250d6, 4), 0, 0, 0, 0, ...le(length, 4), ...le(checksum, 4), ...tags]));
};

const FILES: Case[] = [
  { title: 'an empty file', code: 'file-empty', says: /empty/, image: new Uint8Array() },
  {
    title: 'an ISO image',
    code: 'iso-image',
    says: /CD image/,
    offset: 0x8001,
    image: fileAt(0x9000, 0x8001, ascii('CD001')),
  },
  {
    title: 'an ISO image that holds a kernel',
    code: 'iso-image',
    says: /CD image/,
    image: concat(fileAt(0x9000, 0x8001, ascii('CD001')), good64),
  },
  { title: 'a gzip file', code: 'compressed-image', says: /gzip/, image: Uint8Array.of(0x1f, 0x8b, 8, 0) },
  { title: 'an xz file', code: 'compressed-image', says: /xz/, image: Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0) },
  { title: 'a zip file', code: 'compressed-image', says: /zip/, image: Uint8Array.of(0x50, 0x4b, 3, 4) },
  { title: 'a zstd file', code: 'compressed-image', says: /zstd/, image: Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd) },
  { title: 'a Windows or UEFI program', code: 'not-an-elf', says: /PE/, image: fileAt(64, 0, ascii('MZ')) },
  { title: 'a Mach-O program', code: 'not-an-elf', says: /Mach-O/, image: Uint8Array.of(0xcf, 0xfa, 0xed, 0xfe, 7) },
  { title: 'a shell script', code: 'not-an-elf', says: /script/, image: ascii('#!/bin/sh\nexit\n') },
  { title: 'a text file', code: 'not-an-elf', says: /text file/, image: ascii('hello\n') },
  { title: 'a Linux bzImage', code: 'not-an-elf', says: /bzImage/, image: fileAt(1024, 0x202, ascii('HdrS')) },
  { title: 'a static library', code: 'not-an-elf', says: /library/, image: ascii('!<arch>\nkernel.o/') },
  { title: 'a WebAssembly module', code: 'not-an-elf', says: /WebAssembly/, image: Uint8Array.of(0, 0x61, 0x73, 0x6d) },
  {
    title: 'a boot sector',
    code: 'not-an-elf',
    says: /boot sector/,
    image: fileAt(512, 510, Uint8Array.of(0x55, 0xaa)),
  },
  { title: 'zeros', code: 'not-an-elf', says: /no known format/, image: new Uint8Array(100) },
  {
    title: 'a flat binary with a header but without addresses',
    code: 'not-an-elf',
    says: /no known format/,
    image: concat(multiboot1(), new Uint8Array(64)),
  },
];

const ELF_FILES: Case[] = [
  {
    title: 'nothing behind the magic',
    code: 'elf-truncated',
    says: /e_ident/,
    offset: 4,
    image: good64.subarray(0, 4),
  },
  { title: 'a cut ELF64 header', code: 'elf-truncated', says: /64 bytes.*40/, image: good64.subarray(0, 40) },
  { title: 'a cut ELF32 header', code: 'elf-truncated', says: /52 bytes.*51/, image: good32.subarray(0, 51) },
  { title: 'class 3', code: 'elf-class', says: /found 3/, offset: 4, image: patched(good64, 4, 3) },
  { title: 'big-endian', code: 'elf-byte-order', says: /big-endian/, offset: 5, image: patched(good64, 5, 2) },
  { title: 'e_ident version 0', code: 'elf-version', says: /found 0/, offset: 6, image: patched(good64, 6, 0) },
  { title: 'e_version 2', code: 'elf-version', says: /found 2/, offset: 20, image: patched(good64, 20, 2) },
  { title: 'AArch64', code: 'elf-machine', says: /AArch64/, offset: 18, image: patched(good64, 18, 183) },
  { title: 'RISC-V', code: 'elf-machine', says: /RISC-V/, offset: 18, image: patched(good64, 18, 243) },
  { title: 'i386 in an ELF64', code: 'elf-machine', says: /ELF64.*80386/, offset: 18, image: patched(good64, 18, 3) },
  { title: 'an object file', code: 'elf-type', says: /relocatable object/, offset: 16, image: patched(good64, 16, 1) },
  { title: 'a core file', code: 'elf-type', says: /core file/, offset: 16, image: patched(good64, 16, 4) },
  { title: 'e_ehsize 10', code: 'elf-header-size', says: /found 10/, offset: 52, image: patched(good64, 52, 10) },
  {
    title: 'no program headers',
    code: 'program-headers-missing',
    says: /no segment/,
    offset: 56,
    image: patched(good64, 56, 0, 0),
  },
  {
    title: 'only PT_NULL program headers',
    code: 'program-headers-missing',
    says: /1 program headers/,
    image: patched(good64, 64, 0),
  },
  {
    title: 'e_phentsize 8',
    code: 'program-headers-malformed',
    says: /expected 56, found 8/,
    offset: 54,
    image: patched(good64, 54, 8),
  },
  {
    title: 'e_phoff behind the file',
    code: 'program-headers-truncated',
    says: /0x7fffffff/,
    offset: 32,
    image: patched(good64, 32, ...le(0x7fffffff, 8)),
  },
  {
    title: 'e_phoff at 2^64-1',
    code: 'program-headers-truncated',
    says: /0xffffffffffffffff/,
    offset: 32,
    image: patched(good64, 32, ...le(0xffffffffffffffffn, 8)),
  },
  {
    title: 'e_phnum 60000',
    code: 'program-headers-truncated',
    says: /60000 headers/,
    image: patched(good64, 56, ...le(60000, 2)),
  },
  {
    title: 'e_shentsize 8',
    code: 'section-headers-malformed',
    says: /expected 64, found 8/,
    image: patched(good64, 58, 8),
  },
  {
    title: 'e_shstrndx 99',
    code: 'section-headers-malformed',
    says: /less than 5, found 99/,
    image: patched(good64, 62, 99),
  },
  {
    title: 'a file cut before its section headers',
    code: 'section-headers-truncated',
    says: /section headers/,
    offset: 40,
    image: good64.subarray(0, good64.length - 1),
  },
  {
    title: 'e_shnum in section 0 beyond the file',
    code: 'section-headers-truncated',
    says: /1152921504606846976 headers/,
    image: patched(patched(good64, 60, 0, 0), SECTION_TABLE + 32, ...le(1n << 60n, 8)),
  },
  {
    title: 'a symbol table beyond the file',
    code: 'section-truncated',
    says: /\.symtab/,
    offset: SECTION_TABLE + 2 * 64,
    image: patched(good64, SECTION_TABLE + 2 * 64 + 32, ...le(1 << 20, 8)),
  },
];

const HEADERS: Case[] = [
  {
    title: 'no header at all',
    code: 'multiboot-header-missing',
    says: /0xe85250d6 in the first 0x8000 bytes or .* 0x1badb002 in the first 0x2000 bytes/,
    image: kernel(64, new Uint8Array(24)),
  },
  {
    title: 'a Multiboot 2 header behind 32 KiB',
    code: 'multiboot-header-misplaced',
    says: /within the first 0x8000 bytes, found magic 0xe85250d6 at 0x200000/,
    offset: 0x200000,
    image: misplaced(multiboot2(), 0x200000),
  },
  {
    title: 'a Multiboot 2 header across the end of 32 KiB',
    code: 'multiboot-header-misplaced',
    says: /at 0x7ff8/,
    image: misplaced(multiboot2(), 0x7ff8),
  },
  {
    title: 'a Multiboot 1 header behind 8 KiB',
    code: 'multiboot-header-misplaced',
    says: /within the first 0x2000 bytes, found magic 0x1badb002 at 0x2000/,
    offset: 0x2000,
    image: misplaced(multiboot1(), 0x2000),
  },
  {
    title: 'a Multiboot 2 header at a multiple of 4 only',
    code: 'multiboot-header-misaligned',
    says: /a multiple of 8, found 0x104/,
    offset: 0x104,
    image: misplaced(multiboot2(), 0x104),
  },
  {
    title: 'a Multiboot 1 header at an odd offset',
    code: 'multiboot-header-misaligned',
    says: /a multiple of 4, found 0x101/,
    offset: 0x101,
    image: misplaced(multiboot1(), 0x101),
  },
  {
    title: 'a wrong Multiboot 2 checksum',
    code: 'multiboot-header-checksum',
    says: /expected 0x17adaf12, found 0x17adaf00/,
    offset: HEADER + 12,
    image: patched(good64, HEADER + 12, 0),
  },
  {
    title: 'a Multiboot 2 length that the checksum does not know',
    code: 'multiboot-header-checksum',
    says: /expected 0x17adaf0a, found 0x17adaf12/,
    image: patched(good64, HEADER + 8, 32),
  },
  {
    title: 'a wrong Multiboot 1 checksum',
    code: 'multiboot-header-checksum',
    says: /expected 0xe4524ffb, found 0xe45240fb/,
    image: kernel(32, patched(multiboot1(), 9, 0x40)),
  },
  {
    title: 'a Multiboot 2 header for MIPS',
    code: 'multiboot-architecture',
    says: /MIPS/,
    image: kernel(64, patched(patched(multiboot2(), 4, 4), 12, ...le(0x17adaf0e, 4))),
  },
  {
    title: 'a Multiboot 2 header length of 16',
    code: 'multiboot-header-truncated',
    says: /found 16/,
    image: kernel(64, patched(patched(multiboot2(), 8, 16), 12, ...le(0x17adaf1a, 4))),
  },
  {
    title: 'a Multiboot 1 header whose addresses are not in the file',
    code: 'multiboot-header-truncated',
    says: /32 bytes.*found 12 bytes/,
    image: concat(ascii('flat'), addressFields({}).subarray(0, 12)),
  },
  {
    title: 'unknown required Multiboot 1 flags',
    code: 'multiboot-flags-unsupported',
    says: /found 0xb/,
    image: kernel(32, multiboot1({ flags: 0xb })),
  },
  {
    title: 'no end tag',
    code: 'multiboot-tag-malformed',
    says: /no end tag/,
    image: kernel(64, patched(multiboot2({ tag: 'module-alignment', optional: false }), 24, 6)),
  },
  {
    title: 'a tag of size 0 (missing padding before it)',
    code: 'multiboot-tag-malformed',
    says: /type 5.*expected 20/,
    image: badTag(5, 0, 0, 0, 0, 0, 0, 0),
  },
  {
    title: 'a tag longer than the header',
    code: 'multiboot-tag-malformed',
    says: /found 4096/,
    image: badTag(1, 0, 0, 0, 0, 0x10, 0, 0),
  },
  {
    title: 'an unknown required header tag',
    code: 'multiboot-tag-unsupported',
    says: /header tag 77/,
    offset: HEADER + 16,
    image: tagged({ tag: 'unknown', tagType: 77, bytes: new Uint8Array(), optional: false }),
  },
  {
    title: 'a request for boot information that no loader has',
    code: 'multiboot-tag-unsupported',
    says: /information tag 4660/,
    image: tagged({ tag: 'information-request', requests: [1, 0x1234], optional: false }),
  },
  {
    title: 'a required console that is not EGA text',
    code: 'multiboot-console-unsupported',
    says: /bit 1.*found 0x1/,
    image: tagged({ tag: 'console-flags', consoleFlags: 1, optional: false }),
  },
  {
    title: 'a relocatable image with nowhere to go',
    code: 'multiboot-relocation-impossible',
    says: /0x8000000\.\.0x9000000/,
    image: tagged({
      tag: 'relocatable',
      minimumAddress: 0x8000000,
      maximumAddress: 0x9000000,
      alignment: 4096,
      preference: 0,
      optional: false,
    }),
  },
  {
    title: 'a Multiboot 2 address tag alone',
    code: 'multiboot-addresses-malformed',
    says: /no entry address tag/,
    offset: HEADER + 16,
    image: tagged({
      tag: 'address',
      optional: false,
      addresses: { headerAddress: MIB, loadAddress: MIB, loadEndAddress: 0, bssEndAddress: 0 },
    }),
  },
  {
    title: 'a header address below the load address',
    code: 'multiboot-addresses-malformed',
    says: /at least 0x100004, found 0x100000/,
    image: addressFields({ loadAddress: MIB + 4 }),
  },
  {
    title: 'a load address before the file',
    code: 'multiboot-addresses-malformed',
    says: /offset 0x0, found 0x1000/,
    image: addressFields({ loadAddress: MIB - 0x1000 }),
  },
  {
    title: 'a load end below the load address',
    code: 'multiboot-addresses-malformed',
    says: /load end/,
    image: addressFields({ loadEndAddress: 1 }),
  },
  {
    title: 'a bss end below the load end',
    code: 'multiboot-addresses-malformed',
    says: /bss/,
    image: addressFields({ bssEndAddress: MIB }),
  },
  {
    title: 'a load end behind the file',
    code: 'segment-truncated',
    says: /0x1000 bytes, found 0x40 bytes/,
    image: addressFields({ loadEndAddress: MIB + 0x1000 }),
  },
  {
    title: 'an entry address outside the loaded bytes',
    code: 'entry-outside-segments',
    says: /inside 0x100000\.\.0x100040, found 0x200000/,
    image: addressFields({ entryAddress: 0x200000 }),
  },
];

const SEGMENTS: Case[] = [
  {
    title: 'p_filesz above p_memsz',
    code: 'segment-sizes',
    says: /segment 0/,
    offset: 64,
    image: patched(good64, PHDR.memsz, ...le(8, 8)),
  },
  {
    title: 'p_offset behind the file',
    code: 'segment-truncated',
    says: /0x100000000/,
    offset: 64,
    image: patched(good64, PHDR.offset, ...le(0x100000000, 8)),
  },
  {
    title: 'p_filesz behind the file',
    code: 'segment-truncated',
    says: /0x10000 bytes/,
    image: patched(patched(good64, PHDR.filesz, ...le(0x10000, 8)), PHDR.memsz, ...le(0x10000, 8)),
  },
  {
    title: 'a load address at -2 GiB',
    code: 'segment-address-above-4gib',
    says: /0xffffffff80100000/,
    image: patched(good64, PHDR.paddr, ...le(0xffffffff80100000n, 8)),
  },
  {
    title: 'p_memsz 2^63',
    code: 'segment-address-above-4gib',
    says: /segment 0/,
    image: patched(good64, PHDR.memsz, ...le(1n << 63n, 8)),
  },
  {
    title: 'p_memsz 1 GiB on 128 MiB',
    code: 'segment-outside-memory',
    says: /0x100000\.\.0x7fe0000, found 0x100000\.\.0x40100000/,
    image: patched(good64, PHDR.memsz, ...le(1 << 30, 8)),
  },
  {
    title: 'a segment at 128 MiB on 128 MiB',
    code: 'segment-outside-memory',
    says: /segment 1/,
    image: segments({ at: 128 * MIB, length: 16 }),
  },
  {
    title: 'a segment in the memory of the firmware',
    code: 'segment-outside-memory',
    says: /found 0x7ff0000/,
    image: segments({ at: 0x7ff0000, length: 16 }),
  },
  {
    title: 'a segment in video memory',
    code: 'segment-outside-memory',
    says: /found 0xb8000\.\.0xb8010/,
    image: segments({ at: 0xb8000, length: 16 }),
  },
  {
    title: 'a segment that runs into video memory',
    code: 'segment-outside-memory',
    says: /found 0x90000\.\.0xe0000/,
    image: segments({ at: 0x90000, length: 16, memory: 0x50000 }),
  },
  {
    title: 'a kernel at 1 MiB with 1 MiB of memory',
    code: 'segment-outside-memory',
    says: /segment 0/,
    image: good64,
    options: { memoryBytes: MIB },
  },
  {
    title: 'overlapping segments',
    code: 'segments-overlap',
    says: /segment 0 and segment 1 overlap.*found 0x100010/,
    offset: 64 + 56,
    image: segments({ at: MIB + 16, length: 16 }),
  },
  {
    title: 'bss under the next segment',
    code: 'segments-overlap',
    says: /segment 1 and segment 2/,
    image: segments({ at: 2 * MIB, length: 16, memory: 2 * MIB }, { at: 3 * MIB, length: 4 }),
  },
  {
    title: 'entry 0',
    code: 'entry-outside-segments',
    says: /expected 0x100000\.\.0x101038, found 0x0/,
    offset: 24,
    image: patched(good64, 24, ...le(0, 8)),
  },
  {
    title: 'an entry behind the bss',
    code: 'entry-outside-segments',
    says: /found 0x200000/,
    image: patched(good64, 24, ...le(0x200000, 8)),
  },
  {
    title: 'an entry beyond 4 GiB',
    code: 'entry-above-4gib',
    says: /0xffffffff80100000/,
    offset: 24,
    image: patched(good64, 24, ...le(0xffffffff80100000n, 8)),
  },
  {
    title: 'an entry address tag outside the segments',
    code: 'entry-outside-segments',
    says: /found 0x10/,
    image: tagged({ tag: 'entry-address', optional: false, entryAddress: 0x10 }),
  },
  {
    title: 'a section with an impossible alignment',
    code: 'memory-exhausted',
    says: /\.symtab/,
    image: patched(good64, SECTION_TABLE + 2 * 64 + 48, ...le(1n << 40n, 8)),
  },
];

const OPTIONS: Case[] = [
  ...[0, 4096, MIB - 4096, -1, Number.NaN, Number.POSITIVE_INFINITY, 0xc0001000, 128 * MIB + 1, 1.5 * MIB + 0.5].map(
    (memoryBytes): Case => ({
      title: `memory of ${memoryBytes} bytes`,
      code: 'memory-out-of-range',
      says: /1 MiB to 3 GiB/,
      image: good64,
      options: { memoryBytes },
    }),
  ),
  {
    title: 'a command line of 4097 bytes',
    code: 'command-line-too-long',
    says: /found 4097 bytes/,
    image: good64,
    options: { commandLine: 'x'.repeat(4097) },
  },
  {
    title: 'a command line of 4098 bytes in 2049 characters',
    code: 'command-line-too-long',
    says: /found 4098 bytes/,
    image: good64,
    options: { commandLine: 'ä'.repeat(2049) },
  },
  {
    title: 'a NUL in the command line',
    code: 'string-contains-nul',
    says: /character 1/,
    image: good64,
    options: { commandLine: 'a\0b' },
  },
  {
    title: 'a NUL in the loader name',
    code: 'string-contains-nul',
    says: /loader name/,
    image: good64,
    options: { loaderName: '\0' },
  },
  {
    title: 'a module string that is too long',
    code: 'command-line-too-long',
    says: /module 0 \(initrd\)/,
    image: good64,
    options: { modules: [{ bytes: CODE, name: 'initrd', commandLine: 'x'.repeat(5000) }] },
  },
  {
    title: 'a module larger than the memory',
    code: 'module-too-large',
    says: /module 1 \(initrd\)/,
    image: good64,
    options: {
      memoryBytes: 2 * MIB,
      modules: [{ bytes: CODE }, { bytes: new Uint8Array(MIB), name: 'initrd' }],
    },
  },
  {
    title: 'a protocol that does not exist',
    code: 'protocol-unknown',
    says: /multiboot3/,
    image: good64,
    options: { protocol: 'multiboot3' as 'multiboot2' },
  },
  {
    title: 'Multiboot 1 wanted from a Multiboot 2 kernel',
    code: 'multiboot-header-missing',
    says: /expected Multiboot 1 magic 0x1badb002/,
    image: good64,
    options: { protocol: 'multiboot1' },
  },
  {
    title: 'no room for the boot information',
    code: 'memory-exhausted',
    says: /boot information/,
    // All RAM above 1 MiB is taken, and so is all below.
    image: buildElf({
      class: 64,
      entry: BigInt(MIB),
      segments: [
        { bytes: multiboot2(), physicalAddress: BigInt(MIB), memoryBytes: 0xe0000n },
        { bytes: CODE, physicalAddress: 0n, memoryBytes: 0x9fc00n },
      ],
    }),
    options: { memoryBytes: 2 * MIB },
  },
];

function refusal(image: Uint8Array, options: Partial<LoadOptions> = {}): LoaderError {
  try {
    loadImage(image, { ...MEMORY, ...options });
  } catch (error) {
    if (error instanceof LoaderError) return error;
    throw error;
  }
  throw new Error('the image was accepted');
}

const all = [...FILES, ...ELF_FILES, ...HEADERS, ...SEGMENTS, ...OPTIONS];

describe.each([
  ['file', FILES],
  ['ELF', ELF_FILES],
  ['Multiboot header', HEADERS],
  ['segments and entry', SEGMENTS],
  ['options', OPTIONS],
])('refused for its %s:', (_, cases) => {
  test.each(cases)('$title ($code)', ({ image, options, code, says, offset }) => {
    const error = refusal(image, options);
    expect(error).toMatchObject({ code, name: 'LoaderError' });
    expect(error.message).toMatch(says);
    if (offset !== undefined) expect(error.offset).toBe(offset);
  });
});

test('every code has a case', () => {
  expect([...new Set(all.map((row) => row.code))].sort()).toEqual([...LOADER_ERROR_CODES].sort());
});

test('every message is one line with what was expected and found, and has a remedy', () => {
  for (const { image, options, title } of all) {
    const error = refusal(image, options);
    expect(error.message, title).toMatch(/^[^\n]{20,400}$/);
    expect(error.remedy, title).toMatch(/^[^\n]{10,300}$/);
    if (!error.message.includes('no end tag')) expect(error.message, title).toMatch(/expected .*, found /);
  }
});

test('a refusal for p_memsz of almost 4 GiB allocates nothing', () => {
  const before = process.memoryUsage().arrayBuffers;
  const image = patched(good64, PHDR.memsz, ...le(0xffe00000, 8));
  expect(refusal(image).code).toBe('segment-outside-memory');
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(MIB);
});
