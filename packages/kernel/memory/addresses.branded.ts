// What the type checker reads in place of `addresses.ts`: the same names, each a type of its own. A number becomes one
// of them only by a conversion (`<Page>`, `virtualAddress(...)`); every one of them is a number where a number will do.

declare const brand: unique symbol;

/** A linear address in canonical form: bits 63 to 47 are all equal. */
export type VirtualAddress = u64 & { readonly [brand]: 'virtual address' };

/** An address on the memory bus, below 2^52. */
export type PhysicalAddress = u64 & { readonly [brand]: 'physical address' };

/** A 4 KiB page of the virtual address space: the upper 52 bits of its addresses. */
export type Page = u64 & { readonly [brand]: 'page' };

/** A page table entry: physical address and flags. */
export type Entry = u64 & { readonly [brand]: 'entry' };
