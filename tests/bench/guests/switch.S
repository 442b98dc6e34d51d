# switch_stack(void **save, void *load): see coroutine.c. Six words are saved in 32-bit code, too.
        .text
        .globl switch_stack
#ifdef __x86_64__
switch_stack:
        push %rbp
        push %rbx
        push %r12
        push %r13
        push %r14
        push %r15
        mov %rsp, (%rdi)
        mov %rsi, %rsp
        pop %r15
        pop %r14
        pop %r13
        pop %r12
        pop %rbx
        pop %rbp
        ret
#else
switch_stack:
        mov 4(%esp), %eax
        mov 8(%esp), %edx
        push %ebp
        push %ebx
        push %esi
        push %edi
        push %ebp
        push %ebx
        mov %esp, (%eax)
        mov %edx, %esp
        pop %eax
        pop %eax
        pop %edi
        pop %esi
        pop %ebx
        pop %ebp
        ret
#endif
        .section .note.GNU-stack, "", @progbits
