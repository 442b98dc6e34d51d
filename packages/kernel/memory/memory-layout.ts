// Where things are in memory, and the page tables that the boot code made. Linear = physical: below 1 GiB every address
// means itself.
//
//     0x00000000 +---------------------------+
//                | BIOS data, loader's leftovers
//     0x000b8000 +---------------------------+
//                | VGA text screen, 4000 bytes
//     0x000c0000 +---------------------------+
//                | BIOS
//     0x00100000 +---------------------------+  image_start, boot_start
//                | .boot     Multiboot headers, 32-bit code, first GDT
//                +---------------------------+
//                | .data.as  static data of TypeScript: texts, memory.data()
//                +---------------------------+  text_start
//                | .text     compiled TypeScript
//                +---------------------------+  data_start
//                | .data     global variables, function table
//                +---------------------------+  bss_start
//                | .bss      p4_table, p3_table, p2_table: 4 KiB each
//                |           stack, growing down from stack_top
//                +---------------------------+  image_end
//                | boot information of the loader (usually), free memory
//     0x40000000 +---------------------------+  not mapped from here on
import { load64, readCr3 } from '../library/x86';

/** Bytes of a page that a level-2 entry maps by itself. */
export const HUGE_PAGE_SIZE: u64 = 2 * 1024 * 1024;

const ENTRIES: u64 = 512;
const ADDRESS_MASK: u64 = 0x000f_ffff_ffff_f000;
const PRESENT_WRITABLE_HUGE: u64 = 0x83;
/** The processor sets these as it uses an entry. */
const ACCESSED_DIRTY: u64 = 0x60;

/** How many 2 MiB pages from address 0 on map to themselves: walks the tables from CR3, as the processor does. */
export function identityMappedPages(): u64 {
  const p4 = readCr3() & ADDRESS_MASK;
  const p3 = load64(p4) & ADDRESS_MASK;
  const p2 = load64(p3) & ADDRESS_MASK;
  let page: u64 = 0;
  while (
    page < ENTRIES &&
    (load64(p2 + page * 8) & ~ACCESSED_DIRTY) === ((page * HUGE_PAGE_SIZE) | PRESENT_WRITABLE_HUGE)
  ) {
    page++;
  }
  return page;
}
