// The global descriptor table. In 64-bit mode a segment has no base and no limit any more; what is left of a code segment
// is its privilege and that it is 64-bit code. The table is still the only way to tell the processor where the TSS is.
//
//     one descriptor, 8 bytes (SDM Vol. 3A 3.4.5; figures 5-1 and 8-4)
//
//      63      56 55  52 51  48 47      40 39      32 31             16 15             0
//     +----------+------+------+----------+----------+-----------------+----------------+
//     | base     | flags|limit | access   | base     | base 15..0      | limit 15..0    |
//     +----------+------+------+----------+----------+-----------------+----------------+
//       access: present (bit 47), DPL (46-45), code or data (44), executable (43) or type;  flags: long (bit 53)
//
//     A TSS descriptor has 16 bytes: bits 63..32 of the base are in the second half.
import { lgdt, loadSegments, ltr } from '../library/x86';
import { TSS, TaskStateSegment } from './tss';

const USER_SEGMENT: u64 = 1 << 44; // "user" as opposed to "system", for segments of every privilege
const PRESENT: u64 = 1 << 47;
const EXECUTABLE: u64 = 1 << 43;
const WRITABLE: u64 = 1 << 41;
const LONG_MODE: u64 = 1 << 53;
const PRIVILEGE_USER: u64 = 3 << 45;
const TYPE_AVAILABLE_TSS: u64 = 9 << 40;

/** Selectors: offset of the descriptor, plus the privilege that is asked for. */
export const KERNEL_CODE_SELECTOR: u64 = 0x08;
export const TSS_SELECTOR: u32 = 0x10;
export const USER_DATA_SELECTOR: u64 = 0x20 | 3;
export const USER_CODE_SELECTOR: u64 = 0x28 | 3;

/** Room for eight descriptors, as in the book: its `[u64; 8]`. */
const GDT_BYTES: u32 = 64;
const GDT = memory.data(GDT_BYTES, 8);
const POINTER = memory.data(10, 8);

/** The kernel's one GDT. */
export namespace Gdt {
  /**
   * Fills the table, tells the processor, and loads everything that refers to it.
   * @param hasUserSegments whether there are segments for ring 3 too
   */
  export function load(hasUserSegments: bool): void {
    const tss = changetype<usize>(TSS);
    store<u64>(GDT, 0); // the null descriptor
    store<u64>(GDT, USER_SEGMENT | PRESENT | EXECUTABLE | LONG_MODE, 0x08);
    store<u64>(GDT, tssDescriptorLow(tss, offsetof<TaskStateSegment>()), 0x10);
    store<u64>(GDT, (<u64>tss) >> 32, 0x18);
    if (hasUserSegments) {
      store<u64>(GDT, USER_SEGMENT | PRESENT | PRIVILEGE_USER | WRITABLE, 0x20);
      store<u64>(GDT, USER_SEGMENT | PRESENT | PRIVILEGE_USER | EXECUTABLE | LONG_MODE, 0x28);
    }
    store<u16>(POINTER, GDT_BYTES - 1);
    store<u64>(POINTER, GDT, 2);
    lgdt(POINTER);
    // The processor keeps copies of descriptors: the one of CS still comes from the old table. Null selectors are good
    // enough for data in ring 0.
    loadSegments(<u32>KERNEL_CODE_SELECTOR, 0);
    ltr(TSS_SELECTOR);
  }
}

/** First half of the descriptor of a TSS at `base`. */
function tssDescriptorLow(base: u64, sizeBytes: u64): u64 {
  const limit = sizeBytes - 1;
  return limit | ((base & 0xff_ffff) << 16) | ((base >> 24) << 56) | TYPE_AVAILABLE_TSS | PRESENT;
}
