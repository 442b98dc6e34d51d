/**
 * Minimal boot code for tests: Multiboot 1 (with address fields) and 2 headers, identity map of 4 GiB by 2 MiB pages,
 * long mode, then `start` and `kmain`. No checks: real kernels bring their own.
 */
import { assemble } from '@longmode/x86';
import type { BootCode, BootSection, LinkSymbols } from '../src/image.ts';

const source = `
        ; Multiboot 1: page align, memory information, address fields
        dd    0x1BADB002, 0x00010003, -(0x1BADB002 + 0x00010003)
        dd    boot_start, boot_start, image_load_end, image_end, boot_entry
        align 16
header2: ; Multiboot 2: architecture, length, checksum, end tag
        dd    0xE85250D6, 0, header2_end - header2, 0x100000000 - (0xE85250D6 + (header2_end - header2))
        dd    0, 8
header2_end:
        align 8
gdt:    dq    0, 0x0020980000000000
gdt_pointer:
        dw    15
        dd    gdt, 0

bits 32
boot_entry:
        mov   esp, stack_top
        mov   [boot_info], eax
        mov   [boot_info + 4], ebx
        mov   dword [p4_table], p3_table + 3
        mov   dword [p3_table], p2_tables + 3
        mov   dword [p3_table + 8], p2_tables + 0x1003
        mov   dword [p3_table + 16], p2_tables + 0x2003
        mov   dword [p3_table + 24], p2_tables + 0x3003
        mov   edi, p2_tables
        mov   eax, 0x83                 ; present, writable, 2 MiB
        mov   ecx, 2048
fill:   mov   [edi], eax
        add   edi, 8
        add   eax, 0x200000
        dec   ecx
        jnz   fill
        mov   eax, p4_table
        mov   cr3, eax
        mov   eax, cr4
        or    eax, 0x20                 ; PAE
        mov   cr4, eax
        mov   ecx, 0xC0000080           ; IA32_EFER
        rdmsr
        or    eax, 0x900                ; LME, NXE
        wrmsr
        mov   eax, cr0
        or    eax, 0x80010000           ; PG, WP
        mov   cr0, eax
        lgdt  [gdt_pointer]
        jmp   8:long_mode

bits 64
long_mode:
        xor   eax, eax
        mov   ss, eax
        mov   ds, eax
        mov   es, eax
        xor   ebp, ebp                  ; the end of every backtrace
        call  start
        call  kmain
stop:   cli
        hlt
        jmp   stop
`;

export const testBoot: BootCode = {
  reservations: [
    { name: 'p4_table', sizeBytes: 4096, alignBytes: 4096 },
    { name: 'p3_table', sizeBytes: 4096, alignBytes: 4096 },
    { name: 'p2_tables', sizeBytes: 4 * 4096, alignBytes: 4096 },
    { name: 'stack_bottom', sizeBytes: 65536, alignBytes: 4096, endName: 'stack_top' },
    { name: 'boot_info', sizeBytes: 8 },
  ],
  assemble(link: LinkSymbols): BootSection {
    const assembled = assemble(source, {
      bits: 32,
      origin: link.get('boot_start')!,
      symbols: Object.fromEntries(link),
    });
    return { ...assembled, entry: 'boot_entry', sourceName: 'boot.asm' };
  },
};
