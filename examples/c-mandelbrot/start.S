# A Multiboot 2 header that wishes for graphics, and the way from 32-bit protected mode to C in 64-bit mode: the first 4 GiB mapped
# to themselves in pages of 2 MiB, SSE switched on, a stack. Comes back from C to sleep for good.
        .file "start.S"         # and not the name of a temporary file
        .section .boot, "ax"
        .code32
        .align 8
header: .long 0xe85250d6, 0, header_end - header, -(0xe85250d6 + 0 + (header_end - header))
        .word 5, 0              # framebuffer: width, height, bits per pixel
        .long 20, 640, 480, 32
        .align 8
        .word 0, 0              # end
        .long 8
header_end:
        .globl start
start:  mov $stack_top, %esp
        mov %ebx, %ebp          # address of the boot information
        movl $pdpt + 3, pml4    # present, writable
        mov $pd + 3, %eax
        xor %ecx, %ecx
1:      mov %eax, pdpt(, %ecx, 8)
        add $4096, %eax
        inc %ecx
        cmp $4, %ecx
        jne 1b
        mov $0x83, %eax         # present, writable, 2 MiB
        xor %ecx, %ecx
2:      mov %eax, pd(, %ecx, 8)
        add $0x200000, %eax
        inc %ecx
        cmp $2048, %ecx
        jne 2b
        mov $pml4, %eax
        mov %eax, %cr3
        mov %cr4, %eax
        or $0x620, %eax         # PAE, OSFXSR, OSXMMEXCPT
        mov %eax, %cr4
        mov $0xc0000080, %ecx   # EFER.LME
        rdmsr
        or $0x100, %eax
        wrmsr
        mov %cr0, %eax
        and $~4, %eax           # EM off
        or $0x80000002, %eax    # PG, MP
        mov %eax, %cr0
        lgdt gdt_pointer
        ljmp $8, $long_mode
        .code64
long_mode:
        xor %eax, %eax
        mov %eax, %ss
        mov %eax, %ds
        mov %eax, %es
        mov %ebp, %edi
        xor %ebp, %ebp
        call kernel_main
3:      cli
        hlt
        jmp 3b

        .section .rodata
        .align 8
gdt:    .quad 0, 0x00209a0000000000
gdt_pointer:
        .word 15
        .quad gdt

        .bss
        .align 4096
pml4:   .skip 4096
pdpt:   .skip 4096
pd:     .skip 4 * 4096
        .skip 16384
stack_top:
        .section .note.GNU-stack, "", @progbits
