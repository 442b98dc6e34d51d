# The same loop three times: inside a page, with a page boundary between two of its instructions, and with one inside an
# instruction. page_loops.c calls them with the count in ECX (not 0) and two numbers in EAX and EDX. Registers and opcodes are those
# that 32-bit and 64-bit code share.

        .macro LOOP_BODY
1:      add %edx, %eax                  # 2 bytes
        rol $7, %eax                    # 3 bytes: bytes 2 to 4
        xor $0x2545f491, %edx           # 6 bytes: bytes 5 to 10
        add %eax, %edx
        sub $1, %ecx
        jnz 1b
        ret
        .endm

        .section .text.page_loops, "ax"
        .balign 4096
        .globl loop_inside, loop_across, loop_split
loop_inside:
        LOOP_BODY
        .balign 4096
        .skip 4096 - 5, 0xcc
loop_across:
        LOOP_BODY
        .balign 4096
        .skip 4096 - 8, 0xcc
loop_split:
        LOOP_BODY
        .section .note.GNU-stack, "", @progbits
