// Virtual and physical addresses: the same 64 bits, never interchangeable (SDM Vol. 1, 3.3.7.1; Vol. 3A, 4.1).
//
// AssemblyScript knows no two integer types that look alike, but the type checker of the editor does: it reads
// `addresses.branded.ts` in place of this file (`moduleSuffixes` in tsconfig.guest.json), where the two are distinct.
// So mixing them up is an error of `npm run typecheck`, and costs nothing at run time.

/** A linear address in canonical form: bits 63 to 47 are all equal. */
export type VirtualAddress = u64;

/** An address on the memory bus, below 2^52. */
export type PhysicalAddress = u64;

/** A 4 KiB page of the virtual address space: the upper 52 bits of its addresses. */
export type Page = u64;

/** A page table entry: physical address and flags. */
export type Entry = u64;
