# Entry of the bench guests: a Multiboot 1 header and the way from 32-bit protected mode to long mode: identity map of the
# first GiB with 2 MiB pages (the tables stay reachable for the guests that map more), a 64-bit code segment, a stack.
        .section .boot, "ax"
        .code32
        .align 4
        .long 0x1badb002, 0, -(0x1badb002 + 0)
        .globl start
start:  mov $stack_top, %esp
        movl $pdpt + 3, pml4
        movl $pd + 3, pdpt
        xor %ecx, %ecx
1:      mov $0x200000, %eax
        mul %ecx
        or $0x83, %eax
        mov %eax, pd(, %ecx, 8)
        inc %ecx
        cmp $512, %ecx
        jne 1b
        mov $pml4, %eax
        mov %eax, %cr3
        mov %cr4, %eax
        or $0x620, %eax                 # PAE, and SSE: OSFXSR, OSXMMEXCPT
        mov %eax, %cr4
        mov $0xc0000080, %ecx
        rdmsr
        or $0x100, %eax
        wrmsr
        mov %cr0, %eax
        and $~0xc, %eax                 # neither EM nor TS
        or $0x80000002, %eax            # PG, MP
        mov %eax, %cr0
        lgdt gdt_pointer
        ljmp $8, $long_mode
        .code64
long_mode:
        xor %eax, %eax
        mov %eax, %ss
        mov %eax, %ds
        mov %eax, %es
        mov %eax, %fs
        mov %eax, %gs
        mov $stack_top, %rsp
        fninit
        xor %ebp, %ebp
        mov %ebx, %edi                  # the Multiboot information, kept in EBX so far
        call bench_main
2:      cli
        hlt
        jmp 2b

        .section .rodata
        .align 8
gdt:    .quad 0, 0x00209a0000000000
gdt_pointer:
        .word 15
        .quad gdt

        .bss
        .align 4096
        .globl pdpt, pd
pml4:   .skip 4096
pdpt:   .skip 4096
pd:     .skip 4096
        .skip 65536
stack_top:
        .section .note.GNU-stack, "", @progbits
