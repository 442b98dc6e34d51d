/**
 * Exercise 2: write `OKAY` to the screen through a second linear address.
 *
 * The boot code maps the first GiB onto itself. Add one entry to p3_table, so that 0x40000000 leads to the same physical
 * memory again, and make the last store go to 0x400b8000 instead of 0xb8000.
 */
import { boot32 } from '../../library/boot/boot32.ts';
import { MULTIBOOT2_HEADER } from '../../library/boot/multiboot-header.ts';

/** The whole kernel. */
export const BOOT_TEXT = `
${MULTIBOOT2_HEADER}
${boot32({ acceptMultiboot1: false })}
bits 64
long_mode_start:
    mov ax, 0
    mov ss, ax
    mov rdi, 0xb8000                    ; 64-bit registers hold any linear address
    mov rax, 0x2f592f412f4b2f4f         ; "OKAY"
    mov [rdi], rax
.halt:
    hlt
    jmp .halt
`;
