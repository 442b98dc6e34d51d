/** Exercise 2, solved: the second entry of the level-3 table points to the level-2 table that the first one points to. */
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
    mov rax, [p3_table]                 ; p2_table, present, writable
    mov [p3_table + 8], rax             ; entry 1 covers 0x40000000 to 0x7fffffff
    mov rdi, 0x400b8000
    mov rax, 0x2f592f412f4b2f4f         ; "OKAY"
    mov [rdi], rax
.halt:
    hlt
    jmp .halt
`;
