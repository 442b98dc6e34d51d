/** Chapter 1: the smallest thing that a boot loader starts. It writes two characters into the screen's memory. */
import { MULTIBOOT2_HEADER } from '../../library/boot/multiboot-header.ts';

/** The whole kernel. Still 32-bit code: that is the state in which the loader hands the machine over. */
export const BOOT_TEXT = `
${MULTIBOOT2_HEADER}
bits 32
align 16
_start:
    mov dword [0xb8000], 0x2f4b2f4f     ; "OK": each character is followed by its colours, white (f) on green (2)
    hlt
`;
