// Puts a user program into memory: an ELF64 file (System V ABI, chapter 5), which the build embeds in the kernel's image.
// Each segment gets pages of its own with exactly the rights that it asks for, and the mark that ring 3 may use them; a
// stack comes with it.
//
//     0x6000_0000  +--------------------+
//                  | program            |  as its program headers say
//                  +--------------------+
//                  |                    |
//     0x60ff_b000  +--------------------+  not mapped: guard page
//     0x60ff_c000  | stack, 16 KiB      |
//     0x6100_0000  +--------------------+
import { FRAMES, KernelFrameAllocator } from '../memory/kernel-frames';
import { Entry, Page } from '../memory/addresses';
import { p2Index, p3Index, p4Index, pageContaining, virtualAddress } from '../memory/page';
import { EntryFlag } from '../memory/paging/entry';
import { MAPPER } from '../memory/paging/mapper';
import { P4 } from '../memory/paging/table';
import { PAGE_SIZE } from '../memory/frame';

/** Where programs are, exclusive end. */
export const PROGRAM_START: u64 = 0x6000_0000;
export const PROGRAM_LIMIT: u64 = 0x60ff_b000;
/** First address behind a program's stack. */
export const PROGRAM_STACK_TOP: u64 = 0x6100_0000;
export const PROGRAM_STACK_BYTES: u64 = 0x4000;

const ELF_MAGIC: u32 = 0x464c457f;
const SEGMENT_LOAD: u32 = 1;
const SEGMENT_EXECUTABLE: u32 = 1;
const SEGMENT_WRITABLE: u32 = 2;

/** The fields of the ELF header that matter here. */
@unmanaged
class ElfHeader {
  magic: u32;
  private identification4: u32;
  private identification8: u64;
  private typeAndMachine: u32;
  private version: u32;
  entry: u64;
  programHeaderOffset: u64;
  private sectionHeaderOffset: u64;
  private flags: u32;
  private headerSize: u16;
  programHeaderSize: u16;
  programHeaderCount: u16;
}

/** A program header. */
@unmanaged
class Segment {
  type: u32;
  flags: u32;
  offset: u64;
  address: u64;
  private physicalAddress: u64;
  fileBytes: u64;
  memoryBytes: u64;
}

/** Maps and fills the program in the ELF file at `file`. Returns its entry. @throws if the file isn't a program */
export function loadProgram(file: usize): u64 {
  const header = changetype<ElfHeader>(file);
  assert(header.magic === ELF_MAGIC, 'a user program has to be an ELF file');
  for (let i: u32 = 0; i < header.programHeaderCount; i++) {
    const segment = segmentAt(file, i);
    if (segment.type === SEGMENT_LOAD && segment.memoryBytes > 0) loadSegment(file, segment);
  }
  mapRange(PROGRAM_STACK_TOP - PROGRAM_STACK_BYTES, PROGRAM_STACK_TOP);
  protectRange(PROGRAM_STACK_TOP - PROGRAM_STACK_BYTES, PROGRAM_STACK_TOP, SEGMENT_WRITABLE);
  return header.entry;
}

/** Gives everything back that `loadProgram` has mapped. */
export function unloadProgram(file: usize): void {
  const header = changetype<ElfHeader>(file);
  for (let i: u32 = 0; i < header.programHeaderCount; i++) {
    const segment = segmentAt(file, i);
    if (segment.type === SEGMENT_LOAD && segment.memoryBytes > 0)
      releaseRange(segment.address, segment.address + segment.memoryBytes);
  }
  releaseRange(PROGRAM_STACK_TOP - PROGRAM_STACK_BYTES, PROGRAM_STACK_TOP);
}

function segmentAt(file: usize, index: u32): Segment {
  const header = changetype<ElfHeader>(file);
  return changetype<Segment>(file + <usize>header.programHeaderOffset + index * header.programHeaderSize);
}

function loadSegment(file: usize, segment: Segment): void {
  const end = segment.address + segment.memoryBytes;
  assert(segment.address >= PROGRAM_START && end <= PROGRAM_LIMIT, 'a segment lies outside of the area for programs');
  assert(segment.address % PAGE_SIZE === 0 && segment.fileBytes <= segment.memoryBytes, 'a segment is malformed');
  mapRange(segment.address, end);
  memory.copy(<usize>segment.address, file + <usize>segment.offset, <usize>segment.fileBytes);
  protectRange(segment.address, end, segment.flags);
}

/** Maps new pages, all of them zero: the last user's data are nobody's business. */
function mapRange(start: u64, end: u64): void {
  for (let address = start; address < end; address += PAGE_SIZE) {
    const page = pageContaining(virtualAddress(address));
    MAPPER.map<KernelFrameAllocator>(page, EntryFlag.WRITABLE | EntryFlag.NO_EXECUTE, FRAMES).flush();
    memory.fill(<usize>address, 0, <usize>PAGE_SIZE);
  }
}

/** Gives pages the rights of their segment, and ring 3 access to them. */
function protectRange(start: u64, end: u64, segmentFlags: u32): void {
  let flags: u64 = EntryFlag.USER_ACCESSIBLE;
  if (segmentFlags & SEGMENT_WRITABLE) flags |= EntryFlag.WRITABLE;
  if (!(segmentFlags & SEGMENT_EXECUTABLE)) flags |= EntryFlag.NO_EXECUTE;
  for (let address = start; address < end; address += PAGE_SIZE) {
    const page = pageContaining(virtualAddress(address));
    openTables(page);
    MAPPER.updateFlags(page, flags).flush();
  }
}

/** The tables above a page have to allow ring 3 too; what they lead to beside it is still guarded by its own entry. */
function openTables(page: Page): void {
  const p3 = P4.nextTable(p4Index(page));
  if (p3 === null) throw new Error('this page is not mapped');
  const p2 = p3.nextTable(p3Index(page));
  if (p2 === null) throw new Error('this page is not mapped');
  const user = EntryFlag.USER_ACCESSIBLE;
  P4.setEntry(p4Index(page), <Entry>(P4.entry(p4Index(page)) | user));
  p3.setEntry(p3Index(page), <Entry>(p3.entry(p3Index(page)) | user));
  p2.setEntry(p2Index(page), <Entry>(p2.entry(p2Index(page)) | user));
}

function releaseRange(start: u64, end: u64): void {
  for (let address = start; address < end; address += PAGE_SIZE)
    MAPPER.release<KernelFrameAllocator>(pageContaining(virtualAddress(address)), FRAMES);
}
