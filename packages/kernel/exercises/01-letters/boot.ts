/** Exercise 1: change the two letters to `HI`, yellow (e) on blue (1). */
import { MULTIBOOT2_HEADER } from '../../library/boot/multiboot-header.ts';

/** The whole kernel. */
export const BOOT_TEXT = `
${MULTIBOOT2_HEADER}
bits 32
align 16
_start:
    mov dword [0xb8000], 0x2f4b2f4f     ; "OK", white (f) on green (2)
    hlt
`;
