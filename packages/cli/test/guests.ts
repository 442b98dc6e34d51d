/** Kernels of these tests: 32-bit code in assembly, as bootable files. */
import { writeFileSync } from 'node:fs';
import {
  buildElf,
  buildMultiboot2Header,
  SHF_ALLOC,
  SHF_EXECINSTR,
  SHT_PROGBITS,
  STB_GLOBAL,
  STT_FUNC,
} from '@longmode/loader';
import { assemble } from '@longmode/x86';

const loadAddress = 0x100000;

/** Writes a kernel file of 32-bit code that starts with its first statement, symbol `start`. @returns its path */
export function writeKernel(path: string, source: string): string {
  const header = buildMultiboot2Header([]);
  const entry = loadAddress + header.length;
  const { bytes } = assemble(`start:\n${source}`, { origin: entry, bits: 32 });
  const image = new Uint8Array(header.length + bytes.length);
  image.set(header);
  image.set(bytes, header.length);
  const segments = [{ bytes: image, physicalAddress: BigInt(loadAddress), flags: 7 }];
  const section = {
    name: '.text',
    type: SHT_PROGBITS,
    flags: SHF_ALLOC | SHF_EXECINSTR,
    address: BigInt(loadAddress),
    segment: 0,
    sizeBytes: BigInt(image.length),
    alignment: 16n,
  };
  const start = { name: 'start', address: BigInt(entry), sizeBytes: BigInt(bytes.length) };
  const symbols = [{ ...start, type: STT_FUNC, binding: STB_GLOBAL, sectionIndex: 1 }];
  writeFileSync(
    path,
    buildElf({ class: 32, machine: 3, entry: BigInt(entry), segments, sections: [section], symbols }),
  );
  return path;
}

/** Sends two numbers of RDRAND to COM1 as 8 letters, 4 bits each, and exits. */
export const RANDOM_GUEST = `
        mov esp, 0x9f000
        mov edi, 2
number: rdrand eax
        mov ecx, 4
letter: mov ebx, eax
        and al, 15
        add al, 'A'
        mov dx, 0x3f8
        out dx, al
        mov eax, ebx
        shr eax, 8
        loop letter
        dec edi
        jnz number
        xor eax, eax
        out 0xf4, al
        hlt
`;

/**
 * A guest that echoes its keyboard by interrupts, on the screen and on COM1, with the hardware cursor behind the last
 * character, and sleeps in between. Escape exits with success, F1 crashes (#UD without a gate), arrow up shows ^,
 * Control shows C, Shift shows S. It counts time-stamp ticks between keys in memory at 0x300000, so that two runs whose keys come
 * at other times differ.
 */
export const ECHO_GUEST = `
        mov esp, 0x9f000
        mov eax, on_key
        mov edi, 0x200000 + 0x21 * 8        ; the gate of IRQ 1
        mov [edi], ax
        mov word [edi + 2], 0x10
        mov word [edi + 4], 0x8e00
        shr eax, 16
        mov [edi + 6], ax
        lidt [idt_pointer]
        mov al, 0x11                        ; both 8259: vectors from 0x20 and 0x28, only IRQ 1 unmasked
        out 0x20, al
        out 0xa0, al
        mov al, 0x20
        out 0x21, al
        mov al, 0x28
        out 0xa1, al
        mov al, 4
        out 0x21, al
        mov al, 2
        out 0xa1, al
        mov al, 1
        out 0x21, al
        out 0xa1, al
        mov al, 0xfd
        out 0x21, al
        mov al, 0xff
        out 0xa1, al
        mov edi, 0                          ; cell of the cursor
        mov ebp, 0x300000                   ; where the log goes on
        mov al, '>'
        call put
        mov al, ' '
        call put
        sti
sleep:  hlt
        jmp sleep

on_key: rdtsc
        mov [ebp], eax
        add ebp, 4
        in al, 0x60
        movzx ebx, al
        mov al, '^'
        cmp bl, 0x48
        je shown
        cmp bl, 1
        je escape
        cmp bl, 0x3b
        je crash
        cmp bl, 0x3a
        jae done                            ; releases, prefixes and keys without a character
        mov al, [characters + ebx]
        cmp al, 0
        je done
        cmp al, 10
        je line
shown:  call put
done:   mov al, 0x20
        out 0x20, al
        iretd
line:   mov al, 10
        call send
        mov eax, edi                        ; to the start of the next row, and a prompt
        xor edx, edx
        mov ecx, 80
        div ecx
        inc eax
        mul ecx
        mov edi, eax
        mov al, '>'
        call put
        mov al, ' '
        jmp shown
escape: mov al, 0x10
        out 0xf4, al
crash:  ud2

put:    mov [0xb8000 + edi * 2], al
        inc edi
        call send
        mov dx, 0x3d4
        mov ecx, edi
        mov al, 15
        mov ah, cl
        out dx, ax
        mov al, 14
        mov ah, ch
        out dx, ax
        ret
send:   mov dx, 0x3f8
        out dx, al
        ret

idt_pointer:
        dw 0x10f
        dd 0x200000
characters:                                 ; scan code set 1, from 0
        db 0, 0, "1234567890-=", 0, 9, "qwertyuiop[]", 10, "Casdfghjkl;'", 96, "S", 92, "zxcvbnm,./", "S*", 0, " "
`;
