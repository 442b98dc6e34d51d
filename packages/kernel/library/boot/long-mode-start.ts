/**
 * The first 64-bit instructions: forget the loader's segments, then call the kernel. Assembly text (Intel syntax).
 *
 * The kernel is compiled code with the System V AMD64 calling convention: `kmain(information, magic)` takes its
 * arguments in rdi and rsi. If it returns there is nothing left to do: `OKAY` on the screen, white on green.
 */

/** What runs in 64-bit mode: `compiled` calls `start` and `kmain` of the image, `nothing` goes straight to `OKAY`. */
export type Kernel = 'compiled' | 'nothing';

const CALL_KERNEL = `
    xor ebp, ebp                        ; the end of every backtrace
    push rdi
    push rsi
    call start                          ; top-level statements of all TypeScript files
    pop rsi
    pop rdi
    call kmain
`;

/** The text of `long_mode_start`. */
export function longModeStart(kernel: Kernel): string {
  return `
bits 64
long_mode_start:
    mov ax, 0                           ; null selectors: the loader's descriptors are gone with its GDT,
    mov ss, ax                          ;   and an iretq would stumble over a stale one
    mov ds, ax
    mov es, ax
    mov fs, ax
    mov gs, ax
${kernel === 'compiled' ? CALL_KERNEL : ''}
    mov rax, 0x2f592f412f4b2f4f         ; "OKAY"
    mov [0xb8000], rax
.halt:
    hlt
    jmp .halt
boot_end:
`;
}
