// Pages: virtual memory in pieces of 4 KiB, and which entries of the four levels of tables an address selects.
//
//      63        48 47    39 38    30 29    21 20    12 11         0
//     +------------+--------+--------+--------+--------+------------+
//     | copy of 47 |   P4   |   P3   |   P2   |   P1   |   offset   |     SDM Vol. 3A, figure 4-8
//     +------------+--------+--------+--------+--------+------------+
import { Page, VirtualAddress } from './addresses';
import { numberMessage } from '../library/number-message';
import { PAGE_SHIFT, PAGE_SIZE } from './frame';

/** Entries of a table of any level. */
export const ENTRY_COUNT: u64 = 512;
/** Pages that one level-2 entry with the huge flag maps: 2 MiB. */
export const HUGE_PAGE_PAGES: u64 = 512;
/** Pages that one level-3 entry with the huge flag maps: 1 GiB. */
export const GIANT_PAGE_PAGES: u64 = 512 * 512;

/** Whether bits 63 to 47 are all equal, so that the processor takes the number for an address (SDM Vol. 1, 3.3.7.1). */
export function isCanonical(address: u64): bool {
  return <u64>((<i64>(address << 16)) >> 16) === address;
}

/** A number as a virtual address. @throws `invalid address: 0x...` if it isn't canonical */
export function virtualAddress(value: u64): VirtualAddress {
  if (!isCanonical(value)) throw new Error(numberMessage('invalid address: 0x', value, 16));
  return <VirtualAddress>value;
}

/** The page that contains an address. */
export function pageContaining(address: VirtualAddress): Page {
  return <Page>(address >> PAGE_SHIFT);
}

/** The page with the number `number`, for small numbers: those of the lower half of the address space. */
export function pageOf(number: u64): Page {
  return pageContaining(virtualAddress(number << PAGE_SHIFT));
}

/** Address of the first byte of a page. */
export function pageStart(page: Page): VirtualAddress {
  return <VirtualAddress>(page << PAGE_SHIFT);
}

/** Address of the first byte behind a page. */
export function pageEnd(page: Page): u64 {
  return (page << PAGE_SHIFT) + PAGE_SIZE;
}

/** Index of the page's entry in the level-4 table. */
export function p4Index(page: Page): u32 {
  return (<u32>(page >> 27)) & 511;
}

/** Index of the page's entry in its level-3 table. */
export function p3Index(page: Page): u32 {
  return (<u32>(page >> 18)) & 511;
}

/** Index of the page's entry in its level-2 table. */
export function p2Index(page: Page): u32 {
  return (<u32>(page >> 9)) & 511;
}

/** Index of the page's entry in its level-1 table. */
export function p1Index(page: Page): u32 {
  return (<u32>page) & 511;
}
