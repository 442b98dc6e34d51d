/** Guests written in assembly: source text to a bootable Multiboot 2 image with symbols. */

import {
  buildElf,
  buildMultiboot2Header,
  type HeaderTag,
  SHF_ALLOC,
  SHF_EXECINSTR,
  SHT_PROGBITS,
  STB_GLOBAL,
  STT_FUNC,
} from '@longmode/loader';
import { assemble } from '@longmode/x86';

const LOAD_ADDRESS = 0x100000;

/** Words for guests that switch to long mode: tables at `boot_tables` in the bss behind the image, 1 GiB identity. */
export const ENTER_LONG_MODE = `
        ; PML4[0] -> PDPT -> PD with 512 pages of 2 MiB
        mov edi, 0x200000
        mov eax, 0x201003
        mov [edi], eax
        mov eax, 0x202003
        mov [edi + 0x1000], eax
        mov eax, 0x83
        mov ecx, 0
fill:   mov [edi + ecx * 8 + 0x2000], eax
        add eax, 0x200000
        inc ecx
        cmp ecx, 512
        jne fill
        mov cr3, edi
        mov eax, cr4
        or eax, 0x20
        mov cr4, eax
        mov ecx, 0xc0000080
        rdmsr
        or eax, 0x100
        wrmsr
        mov eax, cr0
        or eax, 0x80000000
        mov cr0, eax
        lgdt [gdt_pointer]
        jmp 8:long_mode
        align 8
gdt:    dq 0, 0x0020980000000000
gdt_pointer:
        dw 15
        dq gdt
        bits 64
long_mode:
        xor eax, eax
        mov ss, eax
        mov ds, eax
        mov es, eax
`;

/** Builds the image; execution starts in 32-bit mode at the first statement. Every global label becomes a symbol. */
export function guest(source: string, tags: readonly HeaderTag[] = []): Uint8Array {
  const header = buildMultiboot2Header(tags);
  const entry = LOAD_ADDRESS + header.length;
  const { bytes: code, symbols } = assemble(source, { bits: 32, origin: entry });
  const bytes = new Uint8Array(header.length + code.length);
  bytes.set(header);
  bytes.set(code, header.length);
  const labels = [...symbols]
    .filter(([name, address]) => !name.includes('.') && address >= BigInt(entry))
    .sort(([, a], [, b]) => Number(a - b));
  return buildElf({
    class: 64,
    entry: BigInt(entry),
    segments: [{ bytes, physicalAddress: BigInt(LOAD_ADDRESS) }],
    sections: [
      {
        name: '.text',
        type: SHT_PROGBITS,
        flags: SHF_ALLOC | SHF_EXECINSTR,
        address: BigInt(LOAD_ADDRESS),
        segment: 0,
        sizeBytes: BigInt(bytes.length),
        alignment: 16n,
      },
    ],
    symbols: labels.map(([name, address], i) => ({
      name,
      address,
      sizeBytes: (labels[i + 1]?.[1] ?? BigInt(entry + code.length)) - address,
      type: STT_FUNC,
      binding: STB_GLOBAL,
      sectionIndex: 1,
    })),
  });
}
