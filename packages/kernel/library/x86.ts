// The machine as TypeScript sees it: one function per instruction that the language has no word for. Each is an import
// that the native compiler replaces by the instruction itself, in place: nothing here is called at run time. Sources:
// Intel SDM Vol. 2 (the instructions), Vol. 3A 2.5 and 2.8 (what they are for).
//
// Below 4 GiB a WebAssembly address *is* the linear address, so `load<u16>(0xb8000)` works as well. `load8` to `store64`
// exist for two reasons: they reach all 64 bits, and the optimiser treats them as opaque, so that no access to a device
// is merged, moved or dropped: TypeScript has no `volatile`.

// ---- memory, at any 64-bit linear address ----------------------------------------------------------------------------

/** Reads one byte at `address`. */
// @ts-ignore: decorator
@external("x86", "load8")
export declare function load8(address: u64): u32;
/** Reads 16 bits at `address`. */
// @ts-ignore: decorator
@external("x86", "load16")
export declare function load16(address: u64): u32;
/** Reads 32 bits at `address`. */
// @ts-ignore: decorator
@external("x86", "load32")
export declare function load32(address: u64): u32;
/** Reads 64 bits at `address`. */
// @ts-ignore: decorator
@external("x86", "load64")
export declare function load64(address: u64): u64;
/** Writes the low byte of `value`. */
// @ts-ignore: decorator
@external("x86", "store8")
export declare function store8(address: u64, value: u32): void;
/** Writes the low 16 bits of `value`. */
// @ts-ignore: decorator
@external("x86", "store16")
export declare function store16(address: u64, value: u32): void;
/** Writes 32 bits. */
// @ts-ignore: decorator
@external("x86", "store32")
export declare function store32(address: u64, value: u32): void;
/** Writes 64 bits. */
// @ts-ignore: decorator
@external("x86", "store64")
export declare function store64(address: u64, value: u64): void;

// ---- I/O ports -------------------------------------------------------------------------------------------------------

/** `in al, dx`: reads a byte from a port. */
// @ts-ignore: decorator
@external("x86", "inb")
export declare function inb(port: u32): u32;
/** `in ax, dx`: reads 16 bits from a port. */
// @ts-ignore: decorator
@external("x86", "inw")
export declare function inw(port: u32): u32;
/** `in eax, dx`: reads 32 bits from a port. */
// @ts-ignore: decorator
@external("x86", "ind")
export declare function ind(port: u32): u32;
/** `out dx, al`: writes a byte to a port. */
// @ts-ignore: decorator
@external("x86", "outb")
export declare function outb(port: u32, value: u32): void;
/** `out dx, ax`: writes 16 bits to a port. */
// @ts-ignore: decorator
@external("x86", "outw")
export declare function outw(port: u32, value: u32): void;
/** `out dx, eax`: writes 32 bits to a port. */
// @ts-ignore: decorator
@external("x86", "outd")
export declare function outd(port: u32, value: u32): void;

// ---- running and sleeping --------------------------------------------------------------------------------------------

/** No interrupt is taken until `sti`; exceptions still are. */
// @ts-ignore: decorator
@external("x86", "cli")
export declare function cli(): void;
/** Interrupts are taken again, from behind the next instruction on. */
// @ts-ignore: decorator
@external("x86", "sti")
export declare function sti(): void;
/** Sleeps until the next interrupt. After `cli` that is for good: only an NMI or a reset ends it. */
// @ts-ignore: decorator
@external("x86", "hlt")
export declare function hlt(): void;
/**
 * `sti; hlt`: lets interrupts in and sleeps until the next one. One function, because `sti` takes effect behind the next
 * instruction: an interrupt that was waiting is taken while `hlt` sleeps and wakes it. With anything in between it would
 * be taken before, and `hlt` would sleep on although there is work to do.
 */
// @ts-ignore: decorator
@external("x86", "stiHlt")
export declare function stiHlt(): void;
/** `int n`: enters the handler of a vector as if an interrupt had come. `vector` has to be a constant. */
// @ts-ignore: decorator
@external("x86", "int")
export declare function int(vector: u32): void;
/** `int 0x80` with a number in rax and arguments in rdi, rsi and rdx: what a user program asks the kernel. Returns rax. */
// @ts-ignore: decorator
@external("x86", "systemCall")
export declare function systemCall(number: u64, first: u64, second: u64, third: u64): u64;
/** Tells the processor that this is a waiting loop. */
// @ts-ignore: decorator
@external("x86", "pause")
export declare function pause(): void;
/** Raises #BP, the breakpoint exception. */
// @ts-ignore: decorator
@external("x86", "int3")
export declare function int3(): void;
/** Raises #UD, the invalid-opcode exception. */
// @ts-ignore: decorator
@external("x86", "ud2")
export declare function ud2(): void;

// ---- control registers and model-specific registers ------------------------------------------------------------------

/** CR0: paging (bit 31), write protect (16), protected mode (0), and so on. */
// @ts-ignore: decorator
@external("x86", "readCr0")
export declare function readCr0(): u64;
/** Writes CR0. */
// @ts-ignore: decorator
@external("x86", "writeCr0")
export declare function writeCr0(value: u64): void;
/** CR2: the linear address of the last page fault. */
// @ts-ignore: decorator
@external("x86", "readCr2")
export declare function readCr2(): u64;
/** Writes CR2. */
// @ts-ignore: decorator
@external("x86", "writeCr2")
export declare function writeCr2(value: u64): void;
/** CR3: the physical address of the level-4 page table. */
// @ts-ignore: decorator
@external("x86", "readCr3")
export declare function readCr3(): u64;
/** Switches to another level-4 page table; forgets all translations that are not global. */
// @ts-ignore: decorator
@external("x86", "writeCr3")
export declare function writeCr3(value: u64): void;
/** CR4: physical address extension (bit 5) and the other extensions. */
// @ts-ignore: decorator
@external("x86", "readCr4")
export declare function readCr4(): u64;
/** Writes CR4. */
// @ts-ignore: decorator
@external("x86", "writeCr4")
export declare function writeCr4(value: u64): void;
/** Reads a model-specific register. */
// @ts-ignore: decorator
@external("x86", "rdmsr")
export declare function rdmsr(register: u32): u64;
/** Writes a model-specific register. */
// @ts-ignore: decorator
@external("x86", "wrmsr")
export declare function wrmsr(register: u32, value: u64): void;
/** Asks the processor about itself; stores eax, ebx, ecx, edx (16 bytes) at `result`. */
// @ts-ignore: decorator
@external("x86", "cpuid")
export declare function cpuid(leaf: u32, subleaf: u32, result: usize): void;
/** The time stamp counter. */
// @ts-ignore: decorator
@external("x86", "rdtsc")
export declare function rdtsc(): u64;
/** The stack pointer. */
// @ts-ignore: decorator
@external("x86", "readRsp")
export declare function readRsp(): u64;
/** The frame pointer: the start of the chain of callers. */
// @ts-ignore: decorator
@external("x86", "readRbp")
export declare function readRbp(): u64;
/** The flags, the interrupt flag (bit 9) among them. */
// @ts-ignore: decorator
@external("x86", "readRflags")
export declare function readRflags(): u64;
/** Writes the flags. */
// @ts-ignore: decorator
@external("x86", "writeRflags")
export declare function writeRflags(value: u64): void;

// ---- tables of the processor -----------------------------------------------------------------------------------------

/** Loads the global descriptor table; `pointer` to its limit (u16) and address (u64). */
// @ts-ignore: decorator
@external("x86", "lgdt")
export declare function lgdt(pointer: usize): void;
/** Loads the interrupt descriptor table; `pointer` to its limit (u16) and address (u64). */
// @ts-ignore: decorator
@external("x86", "lidt")
export declare function lidt(pointer: usize): void;
/** Stores limit (u16) and address (u64) of the global descriptor table at `pointer`. */
// @ts-ignore: decorator
@external("x86", "sgdt")
export declare function sgdt(pointer: usize): void;
/** Stores limit (u16) and address (u64) of the interrupt descriptor table at `pointer`. */
// @ts-ignore: decorator
@external("x86", "sidt")
export declare function sidt(pointer: usize): void;
/** Loads the task register with the selector of a TSS. */
// @ts-ignore: decorator
@external("x86", "ltr")
export declare function ltr(selector: u32): void;
/** Reloads CS (by a far return) and all data segment registers after `lgdt`. */
// @ts-ignore: decorator
@external("x86", "loadSegments")
export declare function loadSegments(code: u32, data: u32): void;
/** Forgets the translation of the page that contains `address`. */
// @ts-ignore: decorator
@external("x86", "invlpg")
export declare function invlpg(address: u64): void;
