# Entry of the 32-bit image: a Multiboot 1 header, an identity map of the first 32 MiB with 4 MiB pages, SSE, a stack. Segments
# stay those of the boot loader.
        .section .boot, "ax"
        .align 4
        .long 0x1badb002, 0, -(0x1badb002 + 0)
        .globl start
start:  mov $stack_top, %esp
        xor %ecx, %ecx
        mov $0x83, %eax                 # present, writable, 4 MiB
1:      mov %eax, directory(, %ecx, 4)
        add $0x400000, %eax
        inc %ecx
        cmp $8, %ecx
        jne 1b
        mov $directory, %eax
        mov %eax, %cr3
        mov %cr4, %eax
        or $0x610, %eax                 # PSE, OSFXSR, OSXMMEXCPT
        mov %eax, %cr4
        mov %cr0, %eax
        and $~0xc, %eax                 # neither EM nor TS
        or $0x80000002, %eax            # PG, MP
        mov %eax, %cr0
        fninit
        xor %ebp, %ebp
        sub $12, %esp                   # calls are made with a stack aligned to 16 bytes
        push %ebx                       # the Multiboot information
        call bench_main
2:      cli
        hlt
        jmp 2b

        .bss
        .align 4096
directory:
        .skip 4096
        .skip 65536
stack_top:
        .section .note.GNU-stack, "", @progbits
