// The machine as TypeScript sees it: one function per privileged instruction or raw memory access. Each is an import
// that the native compiler replaces by the instruction itself (1-3 bytes more than writing it in assembly); nothing
// here is called at run time. Sources: Intel SDM Vol. 2 (instructions), Vol. 3A 2.5 (control registers).
//
// Below 4 GiB a WebAssembly address *is* the linear address, so `load<u16>(0xb8000)` works as well. The functions here
// exist for two reasons: they reach all 64 bits, and the optimiser treats them as opaque, so that no access to a
// device is merged, moved or dropped: TypeScript has no `volatile`.

// ---- memory, at any 64-bit linear address --------------------------------------------------------------------------

/** Reads one byte at `address`. */
// @ts-ignore: decorator
@external("x86", "load8") export declare function load8(address: u64): u32;
/** Reads 16 bits at `address`. */
// @ts-ignore: decorator
@external("x86", "load16") export declare function load16(address: u64): u32;
/** Reads 32 bits at `address`. */
// @ts-ignore: decorator
@external("x86", "load32") export declare function load32(address: u64): u32;
/** Reads 64 bits at `address`. */
// @ts-ignore: decorator
@external("x86", "load64") export declare function load64(address: u64): u64;
/** Writes the low byte of `value`. */
// @ts-ignore: decorator
@external("x86", "store8") export declare function store8(address: u64, value: u32): void;
/** Writes the low 16 bits of `value`. */
// @ts-ignore: decorator
@external("x86", "store16") export declare function store16(address: u64, value: u32): void;
/** Writes 32 bits. */
// @ts-ignore: decorator
@external("x86", "store32") export declare function store32(address: u64, value: u32): void;
/** Writes 64 bits. */
// @ts-ignore: decorator
@external("x86", "store64") export declare function store64(address: u64, value: u64): void;

// ---- I/O ports -----------------------------------------------------------------------------------------------------

/** `in al, dx`: reads a byte from an I/O port. */
// @ts-ignore: decorator
@external("x86", "inb") export declare function inb(port: u32): u32;
/** `out dx, al`: writes a byte to an I/O port. */
// @ts-ignore: decorator
@external("x86", "outb") export declare function outb(port: u32, value: u32): void;
/** `out dx, eax`: writes 32 bits to an I/O port. */
// @ts-ignore: decorator
@external("x86", "outd") export declare function outd(port: u32, value: u32): void;

// ---- the processor -------------------------------------------------------------------------------------------------

/** `cli`: no interrupt is taken until `sti`; exceptions still are. */
// @ts-ignore: decorator
@external("x86", "cli") export declare function cli(): void;
/** `hlt`: sleeps until the next interrupt. After `cli` that is for good (only NMI or reset end it). */
// @ts-ignore: decorator
@external("x86", "hlt") export declare function hlt(): void;

/** CR0: paging (bit 31), write protect (16), protected mode (0), and so on. */
// @ts-ignore: decorator
@external("x86", "read_cr0") export declare function readCr0(): u64;
/** CR3: physical address of the level-4 page table. */
// @ts-ignore: decorator
@external("x86", "read_cr3") export declare function readCr3(): u64;
/** CR4: physical address extension (bit 5) and the other extensions. */
// @ts-ignore: decorator
@external("x86", "read_cr4") export declare function readCr4(): u64;
/** `rdmsr`: reads a model-specific register. */
// @ts-ignore: decorator
@external("x86", "rdmsr") export declare function rdmsr(register: u32): u64;
