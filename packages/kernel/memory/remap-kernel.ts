// New page tables for the kernel: each section with the rights that it needs and no more, nothing else but the screen and
// the loader's records, and below the stack a page that is not there. Until now everything below 1 GiB was writable and
// executable, page 0 included.
//
//     before (boot code)                       after
//     0 .. 1 GiB: 2 MiB pages, W X             .boot, .text          X, not W
//                                              .data, .bss           W, not X
//                                              screen                W, not X
//                                              loader's records      neither
//     stack    -------------                   -------------
//     p2_table stack if need be                stack, 8 KiB larger
//     p3_table stack if need be
//     p4_table stack if need be: oh            guard page: a page fault, not a broken table
//
// Two switches of the processor give the rights their meaning: EFER.NXE makes bit 63 of an entry "not executable" instead
// of "reserved, must be 0", and CR0.WP makes the kernel itself obey read-only pages (SDM Vol. 3A, 4.1.1, 4.6).
//
// The command line can leave out a step, to see what it is for: `no-nxe`, `no-wp`, `no-vga`, `no-mbi`, `no-guard`.
import { BootInformation } from '../library/boot-information';
import { BootRanges, KernelSections, SectionFlag } from '../library/boot-memory';
import { hasWord } from '../library/command-line';
import { println } from '../library/print';
import { VGA_BUFFER } from '../library/vga-buffer';
import { rdmsr, readCr0, writeCr0, wrmsr } from '../library/x86';
import { Frame, PAGE_SHIFT, PAGE_SIZE, physicalAddress } from './frame';
import { BITMAP_FRAMES, FRAMES, KernelFrameAllocator } from './kernel-frames';
import { isFaithful } from './mode';
import { pageOf } from './page';
import { ACTIVE_PAGE_TABLE, InactivePageTable } from './paging/active-page-table';
import { EntryFlag } from './paging/entry';
import { Mapper } from './paging/mapper';
import { TemporaryPage } from './paging/temporary-page';

const EFER: u32 = 0xc0000080;
const EFER_NXE: u64 = 1 << 11;
const CR0_WP: u64 = 1 << 16;

/** Far from everything else. */
const TEMPORARY_PAGE: u64 = 0xcafebabe;

const TEMPORARY = changetype<TemporaryPage>(memory.data(offsetof<TemporaryPage>(), 8));

let isTalking: bool = false;
let guardPageAddress: u64 = 0;

/** Lets entries forbid execution. */
export function enableNoExecute(): void {
  if (!hasWord('no-nxe')) wrmsr(EFER, rdmsr(EFER) | EFER_NXE);
}

/** Makes the kernel obey read-only pages. */
export function enableWriteProtect(): void {
  if (!hasWord('no-wp')) writeCr0(readCr0() | CR0_WP);
}

/** "Not executable", in the default mode only: the book's kernel leaves its data executable where the ELF file is silent. */
export function dataFlags(): u64 {
  return isFaithful() ? 0 : EntryFlag.NO_EXECUTE;
}

/** Address of the guard page below the kernel's stack, or 0 as long as there is none. */
export function stackGuardPage(): u64 {
  return guardPageAddress;
}

/**
 * Builds the new tables and switches to them.
 * @param talks whether to print each step
 * @throws if a section isn't page aligned, or there are too few frames
 */
export function remapTheKernel(talks: bool): void {
  isTalking = talks;
  TEMPORARY.initialize<KernelFrameAllocator>(pageOf(TEMPORARY_PAGE), dataFlags(), FRAMES);
  const frame = FRAMES.allocateFrame();
  if (frame === null) throw new Error('no more frames');
  const newTable = InactivePageTable.create(frame, TEMPORARY);
  ACTIVE_PAGE_TABLE.withTable(newTable, TEMPORARY, mapKernel);
  if (!isFaithful()) emptyPocket();

  const hasGuardPage = !hasWord('no-guard'); // the command line may be out of reach from here on: see `no-mbi`
  const oldTable = ACTIVE_PAGE_TABLE.switchTo(newTable);
  if (talks) println('NEW TABLE!!!');
  if (!hasGuardPage) return;
  // The boot code's tables lie below the stack: the lowest of them becomes the guard page.
  guardPageAddress = oldTable.p4Frame.startAddress;
  ACTIVE_PAGE_TABLE.unmap(pageOf(oldTable.p4Frame.number)).flush();
  if (talks) println(`guard page at 0x${guardPageAddress}`);
}

/** Everything that the kernel needs, at its own address. */
function mapKernel(mapper: Mapper): void {
  for (let i: u32 = 0, n = KernelSections.count(); i < n; i++) {
    const section = KernelSections.at(i);
    if ((section.flags & SectionFlag.ALLOC) === 0) continue;
    assert(section.address % PAGE_SIZE === 0, 'sections need to be page aligned');
    if (isTalking) println(`mapping section at addr: 0x${section.address}, size: 0x${section.sizeBytes}`);
    let flags: u64 = 0;
    if ((section.flags & SectionFlag.WRITE) !== 0) flags |= EntryFlag.WRITABLE;
    if ((section.flags & SectionFlag.EXECUTE) === 0) flags |= EntryFlag.NO_EXECUTE;
    identityMapRange(mapper, section.address, section.address + section.sizeBytes, flags);
  }
  if (!hasWord('no-vga'))
    identityMapRange(mapper, VGA_BUFFER, VGA_BUFFER + PAGE_SIZE, EntryFlag.WRITABLE | dataFlags());
  if (!hasWord('no-mbi')) mapBootRanges(mapper);
  if (isFaithful()) return;
  const bitmap = BITMAP_FRAMES.bitmapAddress;
  const end = bitmap + BITMAP_FRAMES.bitmapFrames * PAGE_SIZE;
  identityMapRange(mapper, bitmap, end, EntryFlag.WRITABLE | EntryFlag.NO_EXECUTE);
}

/** The loader's record; in the default mode also what it points to, and the modules. The book knows Multiboot 2 only. */
function mapBootRanges(mapper: Mapper): void {
  if (isFaithful() && BootInformation.isMultiboot2()) {
    identityMapRange(mapper, BootInformation.start(), BootInformation.end(), 0);
    return;
  }
  for (let i: u32 = 0, n = BootRanges.count(); i < n; i++) {
    const range = BootRanges.at(i);
    identityMapRange(mapper, range.start, range.end, EntryFlag.NO_EXECUTE);
  }
}

/** Maps the frames from `start` to `end`. What shares a frame with something mapped before is left as it is. */
function identityMapRange(mapper: Mapper, start: u64, end: u64, flags: u64): void {
  if (start >= end) return;
  for (let number = start >> PAGE_SHIFT, last = (end - 1) >> PAGE_SHIFT; number <= last; number++) {
    if (mapper.translatePage(pageOf(number)) !== null) continue;
    const frame = Frame.containing(physicalAddress(number << PAGE_SHIFT));
    mapper.identityMap<KernelFrameAllocator>(frame, flags, FRAMES).ignore(); // these tables are not in use yet
  }
}

/** The temporary page has done its work: its tables and what is left in the pocket go back. */
function emptyPocket(): void {
  TEMPORARY.cleanUp();
  let frame = TEMPORARY.allocator.allocateFrame();
  while (frame) {
    FRAMES.deallocateFrame(frame);
    frame = TEMPORARY.allocator.allocateFrame();
  }
}
