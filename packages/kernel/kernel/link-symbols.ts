// Addresses that only the linker knows (packages/aot, `src/image.ts`).

// @ts-ignore: decorator
@external("link", "boot_start")
export declare function bootStart(): usize;
// @ts-ignore: decorator
@external("link", "wasm_data_start")
export declare function staticDataStart(): usize;
// @ts-ignore: decorator
@external("link", "wasm_data_end")
export declare function staticDataEnd(): usize;
// @ts-ignore: decorator
@external("link", "text_start")
export declare function textStart(): usize;
// @ts-ignore: decorator
@external("link", "text_end")
export declare function textEnd(): usize;
// @ts-ignore: decorator
@external("link", "rodata_start")
export declare function readOnlyStart(): usize;
// @ts-ignore: decorator
@external("link", "rodata_end")
export declare function readOnlyEnd(): usize;
// @ts-ignore: decorator
@external("link", "data_start")
export declare function dataStart(): usize;
// @ts-ignore: decorator
@external("link", "data_end")
export declare function dataEnd(): usize;
// @ts-ignore: decorator
@external("link", "bss_start")
export declare function bssStart(): usize;
// @ts-ignore: decorator
@external("link", "stack_top")
export declare function stackTop(): usize;
/** The ELF file of the user program, which travels inside of the image. */
// @ts-ignore: decorator
@external("link", "user_program_start")
export declare function userProgram(): usize;
