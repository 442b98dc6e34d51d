/**
 * The contract between the compiler and its users: what goes into a bootable image and what comes out.
 *
 * An image is one ELF64 file whose file offsets run parallel to its addresses, so that three loaders take it: QEMU's
 * `-kernel` (Multiboot 1 with address fields, which makes the loader ignore ELF), GRUB `multiboot` and GRUB
 * `multiboot2`. The headers themselves and the 32-bit entry code come from the kernel (`BootCode`); this package
 * adds the compiled code, the data, the symbols and the debug information.
 *
 *     baseAddress           .boot      headers and 32-bit entry code (at most one page)
 *     + 0x1000              .data.as   WebAssembly data segments, at the addresses asc gave them (`--memoryBase`)
 *     page aligned          .text      compiled functions, interrupt stubs, jump tables
 *     page aligned          .rodata    function table, symbol table, embedded files
 *     page aligned          .data      mutable WebAssembly globals
 *     page aligned          .bss       the boot code's reservations: page tables, stack, ...
 *
 * `.text`, `.rodata` and `.data` go between `.boot` and `.data.as` when they fit there (choose a higher `--memoryBase`); then the
 * memory behind the data segments is free for an allocator that calls `memory.size`.
 */

/** Addresses known to the linker, by name. See {@link BootCode} for the names that are always present. */
export type LinkSymbols = ReadonlyMap<string, number>;

/** Zero-filled memory in `.bss`, addressed by name from boot code and from `@external("link", name)` imports. */
export interface Reservation {
  /** Link symbol of the first byte. */
  readonly name: string;
  readonly sizeBytes: number;
  /** Power of two; default 16. */
  readonly alignBytes?: number;
  /** Link symbol of the first byte behind it, e.g. `stack_top`. */
  readonly endName?: string;
}

/** Section `.boot`, assembled for final addresses. `assemble()` of `@longmode/x86` returns most of it. */
export interface BootSection {
  /** Starts at `boot_start`. */
  readonly bytes: Uint8Array;
  /** Labels inside the section; they go into the symbol table and are link symbols for the kernel as well. */
  readonly symbols: ReadonlyMap<string, number | bigint>;
  /** Label of the first instruction; becomes the ELF entry point. */
  readonly entry: string;
  /** Addresses where source lines begin, in ascending order, for the debug information. */
  readonly lines?: readonly { readonly address: number | bigint; readonly line: number }[];
  /** File name that the lines belong to, e.g. `boot.asm`. */
  readonly sourceName?: string;
}

/**
 * The kernel's share of the image: Multiboot headers and the code that reaches 64-bit mode.
 *
 * `assemble` is called twice, first with provisional values, then with the final ones; its size must not depend on
 * them. Symbols that are always present:
 *
 * | symbol | value |
 * |---|---|
 * | `boot_start` = `image_start` | base address, where `.boot` begins |
 * | `image_load_end` | end of what is in the file (Multiboot 1 `load_end_addr`) |
 * | `image_end` | end of `.bss` (Multiboot 1 `bss_end_addr`) |
 * | `text_start`, `text_end`, `rodata_start`, `rodata_end`, `data_start`, `data_end`, `bss_start`, `bss_end` | bounds of the sections |
 * | `wasm_data_start`, `wasm_data_end` | bounds of `.data.as` in memory |
 * | `start` | `void start(void)`: the module's start function (top-level initialisers); a `ret` if it has none |
 * | `<name>` of every exported function, e.g. `kmain` | its native code, System V AMD64 calling convention |
 * | `isr_stubs` | 256 interrupt entry points of 16 bytes each; only if the module exports `interrupt` |
 * | `interrupt_return` | where `interrupt` returns to, for backtraces; 0 if the module does not export it |
 * | `symbol_table` | names and lines for backtraces, see link/symbol-table.ts; only if the module imports it |
 * | `<name>_start`, `<name>_end` of every embedded file | its bytes, from a page boundary on |
 * | every reservation's `name` and `endName`, every label of the boot code | its address |
 */
export interface BootCode {
  readonly reservations: readonly Reservation[];
  assemble(link: LinkSymbols): BootSection;
}

/** A place in a source file. */
export interface SourcePosition {
  /** Path as asc names it: `kernel/main.ts`, `~lib/array.ts`. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

/** A module, and where it comes from. */
export interface CompiledModule {
  /** The module, as asc wrote it: no floating point, no imports but `x86.*` and `link.*`. */
  readonly wasm: Uint8Array;
  /** Source map of the module (JSON text), for line numbers in errors and in the debug information. */
  readonly sourceMap?: string;
  /** Where functions are declared, by their names in the module: the source lines of their prologues. */
  readonly declarations?: ReadonlyMap<string, SourcePosition>;
}

export interface ImageOptions extends CompiledModule {
  readonly boot: BootCode;
  /** Physical = linear address of the image, page aligned. Default 0x100000. */
  readonly baseAddress?: number;
  /** Link symbols beside the built-in ones, e.g. constants of the machine. */
  readonly symbols?: ReadonlyMap<string, number>;
  /**
   * Files that travel inside the image, by name: read-only, each on pages of its own, between the link symbols
   * `<name>_start` and `<name>_end`. A program for user mode is one: `buildImage` makes it as well.
   */
  readonly files?: ReadonlyMap<string, Uint8Array>;
  /** Leaves out what no loader reads: debug information and ELF symbols. Default false. */
  readonly strip?: boolean;
}

/** One symbol of the image's symbol table. */
export interface ImageSymbol {
  readonly name: string;
  readonly address: number;
  readonly sizeBytes: number;
  readonly kind: 'function' | 'object' | 'label';
}

/** One native function, for listings and tests. */
export interface ImageFunction {
  readonly name: string;
  readonly address: number;
  /** Instructions and jump tables together. */
  readonly sizeBytes: number;
  /** Instructions only; jump tables follow them. */
  readonly codeBytes: number;
  /** It comes from the module and keeps a frame pointer; the linker's own helpers do not. */
  readonly hasFrame: boolean;
}

/** Where the code at `address` comes from; holds up to the next row's address, but not beyond its function. */
export interface LineRow extends SourcePosition {
  readonly address: number;
}

export interface ImageSection {
  readonly name: string;
  readonly address: number;
  /** Bytes in memory; for `.bss` none of them are in the file. */
  readonly sizeBytes: number;
}

export interface Image {
  /** The file to boot. */
  readonly elf: Uint8Array;
  readonly entry: number;
  readonly symbols: readonly ImageSymbol[];
  readonly functions: readonly ImageFunction[];
  readonly lines: readonly LineRow[];
  readonly sections: readonly ImageSection[];
  /** Bytes of each part; `debug` is everything that is not loaded. */
  readonly sizes: {
    readonly boot: number;
    readonly text: number;
    readonly readOnly: number;
    readonly data: number;
    readonly wasmData: number;
    readonly bss: number;
    readonly debug: number;
    readonly file: number;
  };
}
