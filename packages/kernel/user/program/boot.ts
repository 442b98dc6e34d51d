/** The first instructions of a user program, which starts in 64-bit mode. Assembly text (Intel syntax). */

/** Calls `main` with the argument that the kernel has left in rdi; what it returns is the exit status. */
export const PROGRAM_BOOT_TEXT = `
bits 64
_start:
    mov rbx, rdi
    call start                          ; top-level statements of the program's files
    mov rdi, rbx
    call main
    mov rdi, rax
    mov eax, 0                          ; system call 0: exit
    int 0x80
`;
