/**
 * The Multiboot headers: how a boot loader recognises a kernel. Assembly text; see `boot-code.ts` for how it is put
 * together.
 *
 * Multiboot 2 specification 3.1: the header lies in the first 32768 bytes of the file, at a multiple of 8.
 * Multiboot 0.6.96 specification 3.1: in the first 8192 bytes, at a multiple of 4.
 */

/**
 * Multiboot 2: magic, architecture (0 = 32-bit protected mode), length, checksum, and a list of tags that asks for
 * nothing: its only tag is the end tag. The four numbers add up to 0 in 32 bits.
 */
export const MULTIBOOT2_HEADER = `
MULTIBOOT2_MAGIC    equ 0xe85250d6
MULTIBOOT2_LENGTH   equ multiboot2_header_end - multiboot2_header

align 8
multiboot2_header:
    dd MULTIBOOT2_MAGIC
    dd 0                                ; architecture: i386, 32-bit protected mode
    dd MULTIBOOT2_LENGTH
    dd 0x100000000 - (MULTIBOOT2_MAGIC + 0 + MULTIBOOT2_LENGTH)
    dw 0                                ; end tag: type,
    dw 0                                ;   flags,
    dd 8                                ;   size
multiboot2_header_end:
`;

/**
 * Multiboot 1 beside it, for loaders that know only the older protocol, such as QEMU's \`-kernel\`.
 *
 * Flag 16 says that the addresses in the header count and the file format does not. Without it QEMU refuses a 64-bit
 * ELF file; with it QEMU copies the file as it is, from the header on, which is right because in this image file
 * offsets and addresses run in parallel.
 */
export const MULTIBOOT1_HEADER = `
MULTIBOOT1_MAGIC    equ 0x1badb002
MULTIBOOT1_FLAGS    equ 1 | 2 | 1 << 16 ; modules on page boundaries, memory map, addresses below are valid

align 4
multiboot1_header:
    dd MULTIBOOT1_MAGIC
    dd MULTIBOOT1_FLAGS
    dd 0x100000000 - (MULTIBOOT1_MAGIC + MULTIBOOT1_FLAGS)
    dd multiboot1_header                ; header_addr: where the magic number ends up
    dd image_start                      ; load_addr
    dd image_load_end                   ; load_end_addr: end of what is in the file
    dd image_end                        ; bss_end_addr: the loader fills up to here with zeros
    dd _start                           ; entry_addr
`;
