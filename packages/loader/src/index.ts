/**
 * `@longmode/loader`: from a kernel file (ELF32, ELF64 or flat; Multiboot 1 or 2) to a plan of what to put into physical
 * memory and registers; symbols and source lines; and builders for all structures that it reads. Pure, no dependencies.
 */
export type { BootModule, BootPlan, Firmware, GraphicsAdapter, LoadOptions, PlannedSegment } from './boot-plan.ts';
export { describeImage, type ImageDescription } from './describe.ts';
export { type DebugLineSections, LineTable, type SourceLine } from './dwarf-line.ts';
export { buildElf, type ElfSource, type SectionSource, type SegmentSource } from './elf/build.ts';
export {
  contentsOf,
  type ElfFile,
  findSection,
  loadableSegments,
  machineName,
  readElf,
  readNotes,
} from './elf/read.ts';
export * from './elf/types.ts';
export type { Protocol } from './header-search.ts';
export { type FileKind, identifyFile } from './identify.ts';
export { type ImageInfo, segmentRights } from './image-info.ts';
export { loadImage } from './load-image.ts';
export { hex, LOADER_ERROR_CODES, LoaderError, type LoaderErrorCode, type LoaderErrorDetails } from './loader-error.ts';
export { basicMemoryKib, type MemoryRange, memoryMap, usableMemoryEnd } from './memory-map.ts';
export {
  buildMultiboot1Header,
  type LoadAddresses,
  MULTIBOOT1_BOOTLOADER_MAGIC,
  MULTIBOOT1_MAGIC,
  type Multiboot1Header,
  readMultiboot1Header,
} from './multiboot1/header.ts';
export {
  buildMultiboot1Information,
  type Multiboot1Information,
  parseMultiboot1Information,
} from './multiboot1/information.ts';
export {
  buildMultiboot2Header,
  headerTag,
  MULTIBOOT2_BOOTLOADER_MAGIC,
  MULTIBOOT2_MAGIC,
  type Multiboot2Header,
  readMultiboot2Header,
} from './multiboot2/header.ts';
export type { HeaderTag } from './multiboot2/header-tags.ts';
export { buildInformation, type InformationTag, parseInformation } from './multiboot2/information.ts';
export type { ApmTable } from './multiboot2/tags/apm.ts';
export {
  EGA_TEXT,
  FRAMEBUFFER_EGA_TEXT,
  FRAMEBUFFER_INDEXED,
  FRAMEBUFFER_RGB,
  type Framebuffer,
} from './multiboot2/tags/framebuffer.ts';
export { MAXIMUM_MEMORY_BYTES, MAXIMUM_STRING_BYTES, MINIMUM_MEMORY_BYTES } from './options.ts';
export { type SectionRange, type SymbolHit, SymbolTable } from './symbols.ts';
