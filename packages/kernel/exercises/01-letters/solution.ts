/** Exercise 1, solved: the low byte of each cell is the letter, and the lower cell comes first in memory. */
import { MULTIBOOT2_HEADER } from '../../library/boot/multiboot-header.ts';

/** The whole kernel. */
export const BOOT_TEXT = `
${MULTIBOOT2_HEADER}
bits 32
align 16
_start:
    mov dword [0xb8000], 0x1e491e48     ; "HI", yellow (e) on blue (1)
    hlt
`;
