/**
 * Guests for the tests of the system half: assembly text around which a small kernel is put. It starts like a Multiboot kernel
 * (so the same image also boots in QEMU), sets up segments, IDT and, for 64-bit guests, paging and long mode, and prints each
 * exception as one line through port 0xE9. A case then goes on at the address in `resume`, at CPL 0 on the boot stack.
 *
 *   #0e e=0002 +0 cs=0018 ss=0010 fl=0002 cr2=00000000deadb000
 *
 * vector, error code (`-` when the vector has none), RIP relative to the label in `at` (`far`: not within 16 bytes), selectors, RFLAGS bits 8-21 without OF
 * shifted right by 8, CR2 for page faults.
 */
import { assemble } from '@longmode/x86';
import { type CoreCode, CpuCore, type Engine, type ExitReason } from '../../src/index.ts';

export const LOAD_ADDRESS = 0x100000;
const MEMORY_BYTES = 4 * 2 ** 20;
const BUDGET = 3_000_000;

/** A guest ready to boot. */
export interface Guest {
  readonly bytes: Uint8Array;
  readonly symbols: ReadonlyMap<string, bigint>;
}

/** What a guest did. */
export interface Outcome {
  readonly output: string;
  readonly exit: ExitReason;
  readonly core: CpuCore;
}

/** Vectors that push an error code. */
const WITH_CODE = new Set([8, 10, 11, 12, 13, 14, 17]);

const HEADER = `
bits 32
header:
  dd 0x1badb002, 0x10000, -(0x1badb002 + 0x10000)
  dd header, header, image_end, bss_end, entry
`;

/** Descriptors that both preludes share; `slot` to `slot7` are for the cases. */
const TABLES = `
align 8
gdt:
  dq 0
  dq 0x00cf9a000000ffff   ; 08 code, 32 bits, DPL 0
  dq 0x00cf92000000ffff   ; 10 data, DPL 0
  dq 0x00af9a000000ffff   ; 18 code, 64 bits, DPL 0
  dq 0x00cffa000000ffff   ; 20 code, 32 bits, DPL 3
  dq 0x00cff2000000ffff   ; 28 data, DPL 3
  dq 0x00affa000000ffff   ; 30 code, 64 bits, DPL 3
tss_descriptor:
  dq 0, 0                 ; 38 TSS
slots:
  dq 0, 0, 0, 0, 0, 0, 0, 0 ; 48, 50, ... 80
gdt_end:
gdt_pointer:
  dw gdt_end - gdt - 1
  dq gdt
CODE32 equ 0x08
DATA equ 0x10
CODE64 equ 0x18
USER_CODE32 equ 0x23
USER_DATA equ 0x2b
USER_CODE64 equ 0x33
TSS equ 0x38
SLOT equ 0x48
slot equ slots
`;

/** Printing for both bitnesses: `putc` prints AL, `hex` the low ECX digits of rAX; all registers are kept. */
const printing = (bits: 32 | 64): string => {
  const [a, b, c, d] = bits === 64 ? ['rax', 'rbx', 'rcx', 'rdx'] : ['eax', 'ebx', 'ecx', 'edx'];
  return `
putc:
  out 0xe9, al
  ret
hex:
  push ${a}
  push ${b}
  push ${c}
  push ${d}
  mov ${b}, ${a}
.digit:
  dec ecx
  lea edx, [${c}*4]
  push ${c}
  mov ecx, edx
  mov ${a}, ${b}
  shr ${a}, cl
  and eax, 15
  pop ${c}
  mov al, [digits + ${a}]
  out 0xe9, al
  test ecx, ecx
  jnz .digit
  pop ${d}
  pop ${c}
  pop ${b}
  pop ${a}
  ret
; prints the string at rSI, ends with 0
text:
  push ${a}
.next:
  mov al, [${bits === 64 ? 'rsi' : 'esi'}]
  inc ${bits === 64 ? 'rsi' : 'esi'}
  test al, al
  jz .end
  out 0xe9, al
  jmp .next
.end:
  pop ${a}
  ret
newline:
  push ${a}
  mov al, 10
  out 0xe9, al
  pop ${a}
  ret
; prints EAX (RAX) and a newline
show:
  push ${c}
  mov ecx, ${bits === 64 ? 16 : 8}
  call hex
  pop ${c}
  jmp newline
show32:
  push ${c}
  mov ecx, 8
  call hex
  pop ${c}
  jmp newline
digits: db "0123456789abcdef"
ok_text: db "ok", 10, 0
far_text: db "far", 0
e_text: db " e=", 0
cs_text: db " cs=", 0
ss_text: db " ss=", 0
fl_text: db " fl=", 0
cr2_text: db " cr2=", 0
`;
};

const FINISH = `
finish:
  mov al, 0
  out 0xf4, al
  cli
  hlt
  jmp finish
`;

const hex2 = (value: number): string => value.toString(16).padStart(2, '0');

/** Entry stubs of all vectors that the preludes catch, and the gates as data. */
function stubs(bits: 32 | 64): { code: string; gates: string } {
  const vectors = [...Array(32).keys(), 0x80, 0x81];
  const code = vectors
    .map((v) => `stub_${hex2(v)}:\n${WITH_CODE.has(v) ? '' : '  push 0x7fff0000\n'}  push ${v}\n  jmp common\n`)
    .join('');
  // Gates are built at run time, because an address has to be cut in pieces.
  const table = [...Array(0x82).keys()].map((v) => (vectors.includes(v) ? `stub_${hex2(v)}` : '0'));
  const gates = `align 8\nstub_table:\n${table.map((name) => `  dd ${name}\n`).join('')}`;
  return { code, gates: `${gates}STUBS equ ${table.length}\nGATE_BYTES equ ${bits === 64 ? 16 : 8}\n` };
}

/** Prelude of a 64-bit guest. CR3 = pml4: 4 GiB identity by 2 MiB pages; `pd` is the first page directory. */
const prelude64 = (): string => {
  const { code, gates } = stubs(64);
  return `${HEADER}
entry:
  cli
  cld
  mov al, 0xff            ; QEMU's timer ticks when a case sets IF
  out 0x21, al
  out 0xa1, al
  mov esp, stack_top
  lgdt [gdt_pointer]
  jmp CODE32:flat
flat:
  mov ax, DATA
  mov ds, ax
  mov es, ax
  mov fs, ax
  mov gs, ax
  mov ss, ax
  ; page tables
  mov edi, pml4
  mov ecx, (page_tables_end - pml4) / 4
  xor eax, eax
  rep stosd
  mov dword [pml4], pdpt + 7
  mov eax, pd + 7
  mov edi, pdpt
  mov ecx, 4
.pdpte:
  mov [edi], eax
  add eax, 0x1000
  add edi, 8
  loop .pdpte
  mov eax, 0x87
  mov edi, pd
  mov ecx, 2048
.pde:
  mov [edi], eax
  add eax, 0x200000
  add edi, 8
  loop .pde
  mov eax, pml4
  mov cr3, eax
  mov eax, 0x20
  mov cr4, eax
  mov ecx, 0xc0000080
  rdmsr
  or eax, 0x100
  wrmsr
  mov eax, cr0
  or eax, 0x80000000
  and eax, 0x9fffffff
  mov cr0, eax
  ; TSS descriptor
  mov eax, tss
  mov ebx, eax
  shl eax, 16
  or eax, 0x67 + 0
  mov [tss_descriptor], eax
  mov eax, ebx
  shr eax, 16
  and eax, 0xff
  and ebx, 0xff000000
  or eax, ebx
  or eax, 0x8900
  mov [tss_descriptor + 4], eax
  jmp CODE64:long
bits 64
long:
  mov dword [tss + 4], inner_top
  mov dword [tss + 36], ist1_top
  mov dword [tss + 44], ist2_top
  mov word [tss + 102], 104
  mov ax, TSS
  ltr ax
  ; IDT
  mov esi, stub_table
  mov edi, idt
  mov ecx, STUBS
.gate:
  lodsd
  test eax, eax
  jz .skip
  mov [rdi], ax
  mov word [rdi + 2], CODE64
  mov word [rdi + 4], 0x8e00
  shr eax, 16
  mov [rdi + 6], ax
.skip:
  add edi, 16
  loop .gate
  mov word [idt + 3 * 16 + 4], 0xee00
  mov word [idt + 4 * 16 + 4], 0xee00
  mov word [idt + 0x80 * 16 + 4], 0xee00
  lidt [idt_pointer]
  mov rsp, stack_top
  call case
  jmp finish

common:
  push rax
  push rcx
  push rsi
  push rbp
  lea rbp, [rsp + 32]
  mov ax, DATA
  mov ds, ax
  mov al, '#'
  out 0xe9, al
  mov rax, [rbp]
  mov ecx, 2
  call hex
  mov esi, e_text
  call text
  mov rax, [rbp + 8]
  cmp rax, 0x7fff0000
  je .nocode
  mov ecx, 4
  call hex
  jmp .rip
.nocode:
  mov al, '-'
  out 0xe9, al
.rip:
  mov al, ' '
  out 0xe9, al
  mov rax, [rbp + 16]
  sub rax, [at]
  cmp rax, 16
  jae .far
  push rax
  mov al, '+'
  out 0xe9, al
  pop rax
  mov ecx, 1
  call hex
  jmp .selectors
.far:
  mov esi, far_text
  call text
.selectors:
  mov esi, cs_text
  call text
  mov rax, [rbp + 24]
  mov ecx, 4
  call hex
  mov esi, ss_text
  call text
  mov rax, [rbp + 48]
  mov ecx, 4
  call hex
  mov esi, fl_text
  call text
  mov rax, [rbp + 32]
  shr rax, 8
  and eax, 0x3ff7
  mov ecx, 4
  call hex
  cmp byte [rbp], 14
  jne .end
  mov esi, cr2_text
  call text
  mov rax, cr2
  mov ecx, 16
  call hex
.end:
  call newline
  mov [frame_rsp], rsp
  mov rax, [rbp + 40]
  mov [saved_rsp], rax
  mov ax, DATA
  mov ss, ax
  pop rbp
  pop rsi
  pop rcx
  pop rax
  mov rsp, [resume_rsp]
  jmp [resume]
${code}
idt_pointer:
  dw 0x82 * 16 - 1
  dq idt
${TABLES}${printing(64)}${FINISH}${gates}
ok:
  mov esi, ok_text
  jmp text
align 16
resume: dq 0
resume_rsp: dq stack_top - 8
at: dq 0
saved_rsp: dq 0
frame_rsp: dq 0
tss: resb 104
  times 32 db 0xff
align 16
idt: resb 0x82 * 16
case:
`;
};

const EPILOGUE64 = `
  ret
align 4096
image_end:
pml4: resb 4096
pdpt: resb 4096
pd: resb 4096 * 4
pt: resb 4096
page_tables_end:
user_page: resb 4096
  resb 16384
stack_top:
  resb 8192
inner_top:
  resb 8192
ist1_top:
  resb 8192
ist2_top:
  resb 8192
user_top:
bss_end:
`;

/** Prelude of a 32-bit guest: flat segments, no paging. */
const prelude32 = (): string => {
  const { code, gates } = stubs(32);
  return `${HEADER}
entry:
  cli
  cld
  mov al, 0xff            ; QEMU's timer ticks when a case sets IF
  out 0x21, al
  out 0xa1, al
  mov esp, stack_top
  lgdt [gdt_pointer]
  jmp CODE32:flat
flat:
  mov ax, DATA
  mov ds, ax
  mov es, ax
  mov fs, ax
  mov gs, ax
  mov ss, ax
  mov eax, tss
  mov ebx, eax
  shl eax, 16
  or eax, 0x67
  mov [tss_descriptor], eax
  mov eax, ebx
  shr eax, 16
  and eax, 0xff
  and ebx, 0xff000000
  or eax, ebx
  or eax, 0x8900
  mov [tss_descriptor + 4], eax
  mov dword [tss + 4], inner_top
  mov dword [tss + 8], DATA
  mov word [tss + 102], 104
  mov ax, TSS
  ltr ax
  mov esi, stub_table
  mov edi, idt
  mov ecx, STUBS
.gate:
  lodsd
  test eax, eax
  jz .skip
  mov [edi], ax
  mov word [edi + 2], CODE32
  mov word [edi + 4], 0x8e00
  shr eax, 16
  mov [edi + 6], ax
.skip:
  add edi, 8
  loop .gate
  mov word [idt + 3 * 8 + 4], 0xee00
  mov word [idt + 4 * 8 + 4], 0xee00
  mov word [idt + 0x80 * 8 + 4], 0xee00
  lidt [idt_pointer]
  call case
  jmp finish

common:
  push eax
  push ecx
  push esi
  push ebp
  lea ebp, [esp + 16]
  mov ax, DATA
  mov ds, ax
  mov es, ax
  mov al, '#'
  out 0xe9, al
  mov eax, [ebp]
  mov ecx, 2
  call hex
  mov esi, e_text
  call text
  mov eax, [ebp + 4]
  cmp eax, 0x7fff0000
  je .nocode
  mov ecx, 4
  call hex
  jmp .rip
.nocode:
  mov al, '-'
  out 0xe9, al
.rip:
  mov al, ' '
  out 0xe9, al
  mov eax, [ebp + 8]
  sub eax, [at]
  cmp eax, 16
  jae .far
  push eax
  mov al, '+'
  out 0xe9, al
  pop eax
  mov ecx, 1
  call hex
  jmp .selectors
.far:
  mov esi, far_text
  call text
.selectors:
  mov esi, cs_text
  call text
  mov eax, [ebp + 12]
  mov ecx, 4
  call hex
  test byte [ebp + 12], 3
  jz .inner
  mov esi, ss_text
  call text
  mov eax, [ebp + 24]
  mov ecx, 4
  call hex
.inner:
  mov esi, fl_text
  call text
  mov eax, [ebp + 16]
  shr eax, 8
  and eax, 0x3ff7
  mov ecx, 4
  call hex
  cmp byte [ebp], 14
  jne .end
  mov esi, cr2_text
  call text
  mov eax, cr2
  mov ecx, 8
  call hex
.end:
  call newline
  mov ax, DATA
  mov ss, ax
  mov fs, ax
  mov gs, ax
  pop ebp
  pop esi
  pop ecx
  pop eax
  mov esp, [resume_rsp]
  jmp [resume]
${code}
idt_pointer:
  dw 0x82 * 8 - 1
  dd idt
${TABLES}${printing(32)}${FINISH}${gates}
ok:
  mov esi, ok_text
  jmp text
align 16
resume: dd 0
resume_rsp: dd stack_top - 4
at: dd 0
tss: resb 104
  times 32 db 0xff
align 16
idt: resb 0x82 * 8
case:
`;
};

const EPILOGUE32 = `
  ret
align 4096
image_end:
directory: resb 4096
table: resb 4096
pdpt: resb 4096
page_directories: resb 4096 * 4
  resb 16384
stack_top:
  resb 8192
inner_top:
  resb 8192
user_top:
bss_end:
`;

let serial = 0;

/**
 * One instruction (or the last of several lines) that may fault: prints the exception or `ok`, then goes on. `lines` before
 * the last are run first; they must not fault.
 */
export function attempt(bits: 32 | 64, ...lines: string[]): string {
  const n = serial++;
  const [word, stack] = bits === 64 ? ['qword', 'rsp'] : ['dword', 'esp'];
  return `
  mov ${word} [resume], after_${n}
  mov ${word} [at], at_${n}
  ${lines.slice(0, -1).join('\n  ')}
  mov [resume_rsp], ${stack}
at_${n}:
  ${lines.at(-1)}
  call ok
after_${n}:
`;
}

/** Assembles a guest around the body of a case. */
export function build(bits: 32 | 64, body: string): Guest {
  const source =
    bits === 64 ? `${prelude64()}\nbits 64\n${body}\n${EPILOGUE64}` : `${prelude32()}\nbits 32\n${body}\n${EPILOGUE32}`;
  const { bytes, symbols } = assemble(source, { bits: 32, origin: LOAD_ADDRESS });
  return { bytes: bytes.subarray(0, Number(symbols.get('image_end')) - LOAD_ADDRESS), symbols };
}

/**
 * Boots a guest on an engine until it ends the run by port 0xF4, or by itself. Port 0xE9 prints, port 0x71 reads 12345678h,
 * a write of 1 to port 0x80 asserts INTR with vector 81h until it is acknowledged; HLT waits for it.
 */
export function boot(engine: Engine, code: CoreCode, guest: Guest): Outcome {
  let output = '';
  let isAsserted = false;
  const assertInterrupt = (asserted: boolean): void => {
    isAsserted = asserted;
    core.setInterruptLine(asserted);
  };
  const core: CpuCore = CpuCore.create({
    engine,
    code,
    memoryBytes: MEMORY_BYTES,
    host: {
      portRead: (port, sizeBytes) => (port === 0x71 ? 0x12345678 : 0xffffffff) >>> (32 - sizeBytes * 8),
      portWrite: (port, _sizeBytes, value) => {
        if (port === 0xe9) output += String.fromCharCode(value & 0xff);
        else if (port === 0xf4) core.requestStop();
        else if (port === 0x80) assertInterrupt((value & 1) !== 0);
      },
      mmioRead: () => 0xffffffff,
      mmioWrite: () => {},
      acknowledgeInterrupt: () => {
        assertInterrupt(false);
        return 0x81;
      },
    },
  });
  core.ram.set(guest.bytes, LOAD_ADDRESS);
  const { registers } = core;
  registers.setField('cr0', 0x11n);
  registers.setSegment('cs', { selector: 8, base: 0n, limit: 0xffffffff, rights: 0xc09b });
  for (const name of ['ds', 'es', 'fs', 'gs', 'ss'] as const) {
    registers.setSegment(name, { selector: 16, base: 0n, limit: 0xffffffff, rights: 0xc093 });
  }
  registers.set('rip', guest.symbols.get('entry') ?? 0n);
  let exit = core.run(BUDGET);
  while (exit === 'halt' && isAsserted) exit = core.run(BUDGET);
  return { output, exit, core };
}
