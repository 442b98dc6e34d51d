/**
 * What an image contains and what boot loaders say to it, for `longmode info`. Never throws: whatever is wrong with the file
 * is part of the description.
 */
import { findHeaders, validHeaders } from './choose-header.ts';
import { type ElfFile, hasPvhEntry, readElf, readNotes } from './elf/read.ts';
import { type ElfNote, EM_X86_64, ET_DYN, PF_W, PF_X, PT_LOAD } from './elf/types.ts';
import { type FileKind, identifyFile } from './identify.ts';
import { type ImageInfo, imageInfo } from './image-info.ts';
import { loadImage } from './load-image.ts';
import { hex, LoaderError } from './loader-error.ts';
import { SymbolTable } from './symbols.ts';

/** Memory of the machine that the description tries the image on: what QEMU has without `-m`. */
const TRIAL_MEMORY_BYTES = 128 * 1024 * 1024;

/** What is known about an image. */
export interface ImageDescription {
  readonly file: FileKind;
  readonly image: ImageInfo;
  /** Of the ELF file; `bytes` are not decoded. */
  readonly notes: readonly ElfNote[];
  readonly symbolCount: number;
  readonly functionCount: number;
  readonly hasSourceLines: boolean;
  /** Whether `loadImage` takes it with 128 MiB of memory; otherwise `problem` says why not. */
  readonly bootable: boolean;
  /** Protocol and physical entry it would be booted with. */
  readonly boot?: { readonly protocol: string; readonly entry: number; readonly informationAddress: number };
  readonly problem?: LoaderError;
  readonly warnings: readonly string[];
  /** What `qemu-system-x86_64 -kernel` (7.2) does with it. */
  readonly qemu: { readonly boots: boolean; readonly says: string };
}

/** Describes any file. Never throws, whatever the bytes are. */
export function describeImage(bytes: Uint8Array): ImageDescription {
  const file = identifyFile(bytes);
  const found = findHeaders(bytes);
  const elf = file.kind === 'elf' ? attempt(() => readElf(bytes)) : undefined;
  const parsed = elf instanceof LoaderError ? undefined : elf;
  const plan = attempt(() => loadImage(bytes, { memoryBytes: TRIAL_MEMORY_BYTES }));
  const symbols = new SymbolTable(parsed);
  const notes = parsed === undefined ? [] : readNotes(parsed);
  const warnings = plan instanceof LoaderError ? [...symbols.warnings] : [...plan.warnings];
  if (parsed !== undefined) warnings.push(...segmentWarnings(parsed));
  const description = {
    file,
    image: imageInfo(bytes, parsed, validHeaders(found)),
    notes,
    symbolCount: symbols.count,
    functionCount: symbols.functionCount,
    hasSourceLines: symbols.debugLine !== undefined,
    warnings,
    qemu: qemuVerdict(file, found.multiboot1, parsed),
  };
  if (plan instanceof LoaderError) return { ...description, bootable: false, problem: plan };
  return {
    ...description,
    bootable: true,
    boot: { protocol: plan.protocol, entry: plan.entry, informationAddress: plan.registers.ebx },
  };
}

function attempt<T>(action: () => T): T | LoaderError {
  try {
    return action();
  } catch (error) {
    if (error instanceof LoaderError) return error;
    throw error;
  }
}

function segmentWarnings(elf: ElfFile): string[] {
  const warnings: string[] = [];
  elf.segments.forEach((segment, i) => {
    if (segment.type !== PT_LOAD) return;
    if ((segment.flags & PF_W) !== 0 && (segment.flags & PF_X) !== 0) {
      warnings.push(`segment ${i} at ${hex(segment.virtualAddress)} is writable and executable`);
    }
  });
  if (elf.header.type === ET_DYN) warnings.push('position-independent (ET_DYN): loaded as linked, without relocation');
  return warnings.slice(0, 32);
}

/** The decisions of QEMU 7.2's Linux, Multiboot and PVH loaders (hw/i386), in their order. */
function qemuVerdict(
  file: FileKind,
  header: ReturnType<typeof findHeaders>['multiboot1'],
  elf: ElfFile | undefined,
): { boots: boolean; says: string } {
  const no = (says: string) => ({ boots: false, says });
  if (header !== undefined && !(header instanceof LoaderError)) {
    if (header.addresses !== undefined) return { boots: true, says: 'boots it by its Multiboot 1 address fields' };
    if (elf === undefined) return no('refuses it: a Multiboot 1 header without addresses needs an ELF file');
    if (elf.header.machine === EM_X86_64) return no('"Cannot load x86-64 image, give a 32bit one."');
    return { boots: true, says: 'boots it as Multiboot 1' };
  }
  if (file.kind === 'linux') return { boots: true, says: 'boots it as a Linux kernel' };
  if (file.kind !== 'elf') return no('does not recognise it');
  if (elf !== undefined && hasPvhEntry(elf)) return { boots: true, says: 'boots it by its PVH note' };
  return no('"Error loading uncompressed kernel without PVH ELF Note" (it knows no Multiboot 2)');
}
