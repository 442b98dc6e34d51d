/**
 * From the boot loader to 64-bit mode: 32-bit code. It checks that the machine can do what comes next, builds the first
 * page tables, turns paging on and jumps into a 64-bit code segment. Assembly text (Intel syntax).
 *
 * Entry state (Multiboot 2 specification 3.3): eax = magic number of the protocol, ebx = physical address of the boot
 * information, flat 32-bit segments, paging and interrupts off; there is no stack yet.
 *
 *     what the tables map: linear = physical for the first GiB, in 512 pages of 2 MiB, writable
 *
 *     CR3 -> p4_table          p3_table          p2_table
 *            [0] ------------> [0] ------------> [0]   0x00000000
 *            others: absent    others: absent    [1]   0x00200000
 *                                                ...
 *                                                [511] 0x3fe00000
 */

/** What differs between the chapters. */
export interface Boot32Options {
  /** Also accept Multiboot 1 (`qemu-system-x86_64 -kernel`); otherwise that shows `ERR: 0`. */
  readonly acceptMultiboot1: boolean;
  /** Let the last entry of the level-4 table point to the table itself, which makes all tables reachable by address. */
  readonly recursive?: boolean;
}

const CHECK_MULTIBOOT2 = `
; The loader's magic number proves that ebx points to boot information.
check_multiboot:
    cmp eax, 0x36d76289
    jne .no_multiboot
    ret
.no_multiboot:
    mov al, "0"
    jmp error
`;

const CHECK_MULTIBOOT1_OR_2 = `
; The loader's magic number proves that ebx points to boot information, and of which protocol.
check_multiboot:
    cmp eax, 0x36d76289                 ; Multiboot 2
    je .multiboot
    cmp eax, 0x2badb002                 ; Multiboot 1
    jne .no_multiboot
.multiboot:
    ret
.no_multiboot:
    mov al, "0"
    jmp error
`;

const RECURSIVE_ENTRY = `    mov eax, p4_table
    or eax, PAGE_PRESENT | PAGE_WRITABLE
    mov [p4_table + 511 * 8], eax       ; the table's last entry is the table
`;

/** The text from `_start` to the far jump; it goes on at `long_mode_start`. */
export function boot32({ acceptMultiboot1, recursive = false }: Boot32Options): string {
  return `
bits 32
align 16
_start:
    cli
    mov esp, stack_top
    mov edi, ebx                        ; the boot information and the magic number wait in edi and esi:
    mov esi, eax                        ;   nothing before kmain uses these registers

    call check_multiboot
    call check_cpuid
    call check_long_mode
    call set_up_page_tables
    call enable_paging

    lgdt [gdt64_pointer]
    jmp GDT64_CODE:long_mode_start      ; the far jump loads CS: from here on, 64-bit code
${acceptMultiboot1 ? CHECK_MULTIBOOT1_OR_2 : CHECK_MULTIBOOT2}
; CPUID exists if bit 21 of EFLAGS (ID) can be changed (SDM Vol. 1, 20.1.2).
check_cpuid:
    pushfd
    pop eax
    mov ecx, eax                        ; the flags as they were
    xor eax, 1 << 21
    push eax
    popfd
    pushfd
    pop eax                             ; the flags as the processor kept them
    push ecx
    popfd                               ; and back
    cmp eax, ecx
    je .no_cpuid
    ret
.no_cpuid:
    mov al, "1"
    jmp error

; Long mode exists if CPUID leaf 0x80000001 exists and has edx bit 29 (LM) set.
check_long_mode:
    mov eax, 0x80000000                 ; the highest extended leaf
    cpuid
    cmp eax, 0x80000001
    jb .no_long_mode
    mov eax, 0x80000001
    cpuid
    test edx, 1 << 29
    jz .no_long_mode
    ret
.no_long_mode:
    mov al, "2"
    jmp error

PAGE_PRESENT        equ 1
PAGE_WRITABLE       equ 1 << 1
PAGE_HUGE           equ 1 << 7          ; in a level-2 table: a page of 2 MiB

; Only the low halves of the entries are written: the loader has filled .bss with zeros.
set_up_page_tables:
${recursive ? RECURSIVE_ENTRY : ''}    mov eax, p3_table
    or eax, PAGE_PRESENT | PAGE_WRITABLE
    mov [p4_table], eax
    mov eax, p2_table
    or eax, PAGE_PRESENT | PAGE_WRITABLE
    mov [p3_table], eax

    mov ecx, 0
.map_p2_table:
    mov eax, 0x200000                   ; page number ecx begins at ecx * 2 MiB
    mul ecx
    or eax, PAGE_PRESENT | PAGE_WRITABLE | PAGE_HUGE
    mov [p2_table + ecx * 8], eax
    inc ecx
    cmp ecx, 512
    jne .map_p2_table
    ret

EFER                equ 0xc0000080
EFER_LME            equ 1 << 8          ; long mode enable; active once paging is on
CR4_PAE             equ 1 << 5          ; page table entries of 8 bytes: long mode demands it
CR0_PG              equ 1 << 31

; The order is prescribed (SDM Vol. 3A, 10.8.5): tables, PAE, EFER.LME, paging.
enable_paging:
    mov eax, p4_table
    mov cr3, eax
    mov eax, cr4
    or eax, CR4_PAE
    mov cr4, eax
    mov ecx, EFER
    rdmsr
    or eax, EFER_LME
    wrmsr
    mov eax, cr0
    or eax, CR0_PG
    mov cr0, eax
    ret

; Prints "ERR: " and the character in al, white on red, in the upper left corner, and stops.
error:
    mov dword [0xb8000], 0x4f524f45
    mov dword [0xb8004], 0x4f3a4f52
    mov dword [0xb8008], 0x4f204f20
    mov byte [0xb800a], al
.halt:
    hlt
    jmp .halt

; Segments have no base or limit in 64-bit mode; what is left of a code segment is its mode and its privilege.
align 8
gdt64:
    dq 0                                ; the null descriptor
GDT64_CODE          equ $ - gdt64
    dq 1 << 43 | 1 << 44 | 1 << 47 | 1 << 53 ; executable, code or data, present, 64-bit
gdt64_pointer:
    dw $ - gdt64 - 1                    ; limit: the last valid offset
    dq gdt64
`;
}
