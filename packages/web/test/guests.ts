/** Guests of the tests: one of the repository's kernels, and a few instructions in assembly. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { buildElf, buildMultiboot1Header, buildMultiboot2Header } from '@longmode/loader';
import { assemble } from '@longmode/x86';

const resolve = createRequire(import.meta.url).resolve;
const LOAD_ADDRESS = 0x100000;

/** A kernel that prints in many colours and then halts for good, as the one that `npm start` boots does not. */
export const kernel = (): Uint8Array => readFileSync(resolve('@longmode/kernel/chapters/04-printing.elf'));

/** The kernel that `npm start` boots, with its shell. */
export const shellKernel = (): Uint8Array => readFileSync(resolve('@longmode/kernel/kernel.elf'));

/** The core's code for a machine in Node. */
export const coreModule = (): WebAssembly.Module =>
  new WebAssembly.Module(new Uint8Array(readFileSync(resolve('@longmode/cpu-wasm/core.wasm'))));

/** A kernel of 32-bit code, with a Multiboot 2 header unless another one is given. */
function guest(source: string, header = buildMultiboot2Header([]), elfClass: 32 | 64 = 64): Uint8Array {
  const entry = LOAD_ADDRESS + header.length;
  const { bytes: code } = assemble(source, { bits: 32, origin: entry });
  const bytes = new Uint8Array(header.length + code.length);
  bytes.set(header);
  bytes.set(code, header.length);
  return buildElf({
    class: elfClass,
    entry: BigInt(entry),
    segments: [{ bytes, physicalAddress: BigInt(LOAD_ADDRESS), memoryBytes: BigInt(bytes.length) }],
    sections: [],
    symbols: [],
  });
}

/** Says `hi` on COM1, halts for good. */
export const serialGuest = (): Uint8Array =>
  guest('mov dx, 0x3f8\nmov al, "h"\nout dx, al\nmov al, "i"\nout dx, al\ncli\nhlt');

/** An exception without an interrupt table. */
export const tripleFaultGuest = (): Uint8Array => guest('ud2');

/** Leaves through the debug exit port. */
export const exitGuest = (): Uint8Array => guest('mov al, 0x10\nout 0xf4, al\nhlt');

/**
 * Writes one letter and halts for good, on any PC that loads Multiboot 1: programs what a text screen needs of the VGA
 * (memory at 0xb8000, grey as colour 7, display on), which is all that a firmware would have done for it.
 */
export const firstCharacterGuest = (): Uint8Array =>
  guest(
    `
    mov dx, 0x3ce
    mov ax, 0x0e06
    out dx, ax
    mov dx, 0x3c8
    mov al, 7
    out dx, al
    inc edx
    mov al, 42
    out dx, al
    out dx, al
    out dx, al
    mov dx, 0x3da
    in al, dx
    mov dx, 0x3c0
    mov al, 7
    out dx, al
    out dx, al
    mov al, 0x20
    out dx, al
    mov word [0xb8000], 0x0741
    cli
    hlt`,
    buildMultiboot1Header({ flags: 0 }),
    32,
  );

/**
 * Never ends: counts in the upper left corner. Three instructions a round, so that a slice of the machine, a power of
 * two, never ends on the character that the slice before ended on.
 */
export const busyGuest = (): Uint8Array => guest('.again: inc byte [0xb8000]\nnop\njmp .again');

/** Waits for keys and writes their scan codes in hexadecimal, one behind the other from the upper left corner. */
export const scanCodeGuest = (): Uint8Array =>
  guest(`
    mov edi, 0xb8000
  .wait: in al, 0x64
    test al, 1
    jz .wait
    in al, 0x60
    mov bl, al
    shr al, 4
    call .digit
    mov al, bl
    and al, 15
    call .digit
    add edi, 2
    jmp .wait
  .digit: cmp al, 10
    jb .decimal
    add al, 39
  .decimal: add al, 48
    mov ah, 7
    mov [edi], ax
    add edi, 2
    ret`);

/** Scrolls as fast as it can for ever: fills the screen with a letter, then with the next. */
export const scrollGuest = (): Uint8Array =>
  guest(`
    mov bl, "a"
  .again: mov edi, 0xb8000
    mov esi, 0xb80a0
    mov ecx, 1920
  .copy: mov ax, [esi]
    mov [edi], ax
    add esi, 2
    add edi, 2
    dec ecx
    jnz .copy
    mov ecx, 80
    mov al, bl
    mov ah, 7
  .fill: mov [edi], ax
    add edi, 2
    dec ecx
    jnz .fill
    inc bl
    and bl, 0x7f
    or bl, 0x20
    jmp .again`);

/**
 * Computes for ever in 64-bit code: numbers of a xorshift generator, each added to one of 65,536 quadwords, with a branch that
 * nobody can foresee. Never touches the screen.
 */
export const computingGuest = (): Uint8Array =>
  guest(`
    mov dword [0x2000], 0x3003
    mov dword [0x3000], 0x4003
    mov dword [0x4000], 0x83
    mov eax, cr4
    or eax, 0x20
    mov cr4, eax
    mov eax, 0x2000
    mov cr3, eax
    mov ecx, 0xc0000080
    rdmsr
    or eax, 0x100
    wrmsr
    mov eax, cr0
    or eax, 0x80000000
    mov cr0, eax
    lgdt [gdt_pointer]
    jmp 8:long_mode
  gdt: dq 0, 0x00209a0000000000
  gdt_pointer: dw 15
    dd gdt
  bits 64
  long_mode: mov rax, 88172645463325252
  .again: mov rdx, rax
    shl rdx, 13
    xor rax, rdx
    mov rdx, rax
    shr rdx, 7
    xor rax, rdx
    mov rdx, rax
    shl rdx, 17
    xor rax, rdx
    movzx ecx, ax
    add [0x10000 + rcx * 8], rax
    test al, 1
    jz .again
    inc rbx
    jmp .again`);

/** Switches the VGA to 50 rows of 8 scan lines and writes into the last one; halts for good. */
export const fiftyRowsGuest = (): Uint8Array =>
  guest('mov dx, 0x3d4\nmov ax, 0x4709\nout dx, ax\nmov ax, 0x0f46\nmov [0xb9ea0], ax\ncli\nhlt');

/**
 * Wishes for graphics of 640 x 480 and draws, by what the boot information says of its framebuffer (Multiboot2 2.0, 3.6.12): red
 * grows to the right, green downward, and blue is a pattern of both; a white frame of one pixel around it. Halts.
 */
export const graphicsGuest = (): Uint8Array =>
  guest(
    `
    lea esi, [ebx+8]
  .tag: cmp dword [esi], 8
    je .found
    mov eax, [esi+4]
    add eax, 7
    and eax, 0xfffffff8
    add esi, eax
    jmp .tag
  .found: xor ecx, ecx
  .row: mov edi, [esi+16]
    imul edi, ecx
    add edi, [esi+8]
    xor edx, edx
  .pixel: test ecx, ecx
    jz .white
    test edx, edx
    jz .white
    lea eax, [ecx+1]
    cmp eax, [esi+24]
    je .white
    lea eax, [edx+1]
    cmp eax, [esi+20]
    je .white
    mov eax, edx
    xor eax, ecx
    and eax, 0xff
    mov ebx, ecx
    shr ebx, 1
    mov ah, bl
    mov ebx, edx
    imul ebx, 102
    shr ebx, 8
    shl ebx, 16
    or eax, ebx
    jmp .store
  .white: mov eax, 0xffffff
  .store: stosd
    inc edx
    cmp edx, [esi+20]
    jne .pixel
    inc ecx
    cmp ecx, [esi+24]
    jne .row
    cli
    hlt`,
    buildMultiboot2Header([{ tag: 'framebuffer', optional: true, width: 640, height: 480, depth: 32 }]),
  );

/** Shows the start of its first module and that module's command line, as Multiboot 2 gives them (3.6.6); halts. */
export const moduleGuest = (): Uint8Array =>
  guest(`
    lea esi, [ebx+8]
  .tag: mov eax, [esi]
    cmp eax, 3
    je .found
    mov eax, [esi+4]
    add eax, 7
    and eax, 0xfffffff8
    add esi, eax
    jmp .tag
  .found: mov edx, [esi+8]
    lea esi, [esi+16]
    mov edi, 0xb8000
    call .print
    mov esi, edx
    add edi, 2
    call .print
    cli
    hlt
  .print: mov al, [esi]
    cmp al, 0
    je .done
    mov [edi], al
    inc esi
    add edi, 2
    jmp .print
  .done: ret`);
