/** 32-bit protected mode without IA-32e mode: segmentation, gates and rings, two-level and PAE paging. */

import { type Case, line32, try32, USER32, user32 } from './cases.ts';
import { descriptor } from './cases-exceptions.ts';

const GENERAL = 13;
const NOT_PRESENT = 11;
const STACK = 12;
const PAGE = 14;
const gp = (code: number) => line32(GENERAL, code);
const user = (...lines: string[]) => user32(32, ...lines);
const back = (offset: number) => line32(0x80, undefined, { ...USER32, offset: `+${offset.toString(16)}`, flags: 0 });
const gate = (vector: number, attributes: number): string => `mov word [idt + ${vector} * 8 + 4], ${attributes}\n`;
const showEax = '\n  call show32\n';

/** A call gate of 8 bytes in slot `index`, with `count` parameters. */
const callGate = (index: number, selector: string, target: string, access: number, count = 0): string => `
  mov dword [slot + ${index * 8}], (${target} & 0xffff) | (${selector} << 16)
  mov dword [slot + ${index * 8 + 4}], (${target} & 0xffff0000) | ${(access << 8) | count}
`;

/** Identity map of 32 MiB by 4 MiB pages, then `table` for linear 0x800000. */
export const PAGING_32 = `
  mov eax, cr4
  or eax, 0x10
  mov cr4, eax
  mov edi, directory
  mov eax, 0x87
  mov ecx, 8
map_32:
  mov [edi], eax
  add eax, 0x400000
  add edi, 4
  loop map_32
  mov dword [directory + 8], table + 7
  mov dword [table], user_top - 4096 + 7
  mov eax, directory
  mov cr3, eax
  mov eax, cr0
  or eax, 0x80000000
  mov cr0, eax
`;
/** Identity map of 32 MiB by 2 MiB pages under PAE, then `table` for linear 0x800000; NX is on. */
const PAGING_PAE = `
  mov eax, cr4
  or eax, 0x20
  mov cr4, eax
  mov dword [pdpt], page_directories + 1
  mov edi, page_directories
  mov eax, 0x87
  mov ecx, 16
map_pae:
  mov [edi], eax
  add eax, 0x200000
  add edi, 8
  loop map_pae
  mov dword [page_directories + 32], table + 7
  mov dword [table], user_top - 4096 + 7
  mov ecx, 0xc0000080
  rdmsr
  or eax, 0x800
  wrmsr
  mov eax, pdpt
  mov cr3, eax
  mov eax, cr0
  or eax, 0x80000000
  mov cr0, eax
`;
const WP = '\n  mov eax, cr0\n  or eax, 0x10000\n  mov cr0, eax\n';

export const legacyCases: readonly Case[] = [
  {
    name: '32-bit: exceptions with and without error code',
    bits: 32,
    body:
      try32('xor ecx, ecx', 'div ecx') +
      try32('ud2') +
      try32('int3') +
      try32('mov al, 127', 'inc al', 'into') +
      try32('int 0x90') +
      try32('mov eax, 0x1238', 'mov ds, ax') +
      try32('int1'),
    expected: [
      line32(0, undefined),
      line32(6, undefined),
      line32(3, undefined, { offset: '+1', flags: 0 }),
      line32(4, undefined, { offset: '+1', flags: 0 }),
      gp(0x90 * 8 + 2),
      gp(0x1238),
      line32(1, undefined, { offset: '+1', flags: 0 }),
    ],
    qemu: 'INT1 is #UD there (SDM Vol. 2 INT n/INTO/INT3/INT1)',
  },
  {
    name: '32-bit: a same-level frame is three words and has no SS',
    bits: 32,
    body: `
  mov word [idt + 0x80 * 8], frame_handler & 0xffff
  mov word [idt + 0x80 * 8 + 6], frame_handler >> 16
  mov ebx, esp
  int 0x80
  jmp frame_done
frame_handler:
  mov eax, ebx
  sub eax, esp
  call show32
  iretd
frame_done:`,
    expected: ['0000000c'],
  },
  {
    name: '32-bit: 16-bit gates push words',
    bits: 32,
    body: `
  ; the gate's 16-bit offset counts from the base 100000h of this segment
  ${descriptor(0, 0x00409a10)}
  mov word [idt + 0x80 * 8], gate16_handler - 0x100000
  mov word [idt + 0x80 * 8 + 6], 0
  mov word [idt + 0x80 * 8 + 2], SLOT
  ${gate(0x80, 0x8600)}
  mov ebx, esp
  int 0x80
gate16_handler:
  jmp CODE32:gate16_flat
gate16_flat:
  mov eax, ebx
  sub eax, esp
  mov esp, ebx
  call show32`,
    expected: ['00000006'],
  },
  {
    name: '32-bit: segment limits: data, stack, expand-down, code',
    bits: 32,
    body: `${descriptor(0, 0x00409200, 0x0fff)}${descriptor(1, 0x0040f600, 0x0fff)}${descriptor(2, 0x00409000, 0x0fff)}
  ${['0xffc', '0xffd', '0x1000'].map((at) => try32('mov eax, SLOT', 'mov es, ax', `mov eax, [es:${at}]`)).join('')}
  ${['0xfff', '0x1000'].map((at) => try32('mov eax, SLOT + 8', 'mov es, ax', `mov al, [es:${at}]`)).join('')}
  ${try32('mov eax, SLOT + 16', 'mov es, ax', 'mov [es:0], al')}
  ${try32('xor eax, eax', 'mov es, ax', 'mov al, [es:0]')}
  ${try32('mov [cs:user_top], al')}
  ${descriptor(0, 0x0040f200, 0x0fff)}${user('mov eax, SLOT + 3', 'mov ss, ax', 'mov esp, 0x2000', 'push eax')}`,
    expected: ['ok', gp(0), gp(0), gp(0), 'ok', gp(0), gp(0), gp(0), line32(STACK, 0, { ...USER32, ss: 0x4b })],
    qemu: 'TCG checks no limits (SDM Vol. 3A 5.3)',
  },
  {
    name: '32-bit: the accessed bit and hidden parts stay when the GDT changes',
    bits: 32,
    body: `${descriptor(0, 0x00cf9200)} mov ax, SLOT\n mov es, ax\n mov eax, [slot + 4]${showEax} mov dword [slot + 4], 0\n mov eax, [es:gdt + 8]${showEax}`,
    expected: ['00cf9300', '0000ffff'],
  },
  {
    name: '32-bit: BOUND, ARPL, LES',
    bits: 32,
    body: `mov dword [user_top - 8], 1\n mov dword [user_top - 4], 3\n${try32('mov eax, 4', 'bound eax, [user_top - 8]')}${try32('mov eax, 3', 'bound eax, [user_top - 8]')} mov eax, 0x28\n mov ecx, 3\n arpl ax, cx\n setz dl\n call show32\n movzx eax, dl${showEax} mov dword [user_top - 8], 0x1234\n mov word [user_top - 4], 0x28\n les ebx, [user_top - 8]\n mov eax, ebx${showEax} mov eax, es${showEax}`,
    expected: [line32(5, undefined), 'ok', '0000002b', '00000001', '00001234', '00000028'],
  },
  {
    name: '32-bit rings: to CPL 3 and back, stack from SS0:ESP0',
    bits: 32,
    body:
      user('nop') +
      user('int3') +
      user('int 0x81') +
      user('cli') +
      user('hlt') +
      user('mov eax, cr0') +
      user('db 0x0f, 0x0b'),
    expected: [
      back(3),
      line32(3, undefined, { ...USER32, offset: '+1', flags: 0 }),
      line32(GENERAL, 0x81 * 8 + 2, USER32),
      ...Array(3).fill(line32(GENERAL, 0, USER32)),
      line32(6, undefined, USER32),
    ],
  },
  {
    name: '32-bit rings: IOPL 3 allows CLI and IN',
    bits: 32,
    body:
      user('nop') +
      user('cli').replace('push 2', 'push 0x3002') +
      user('mov edx, 0x71', 'in al, dx').replace('push 2', 'push 0x3002'),
    expected: [
      back(3),
      line32(0x80, undefined, { ...USER32, offset: '+3', flags: 0x30 }),
      line32(0x80, undefined, { ...USER32, offset: '+3', flags: 0x30 }),
    ],
  },
  {
    name: '32-bit call gate with two parameters',
    bits: 32,
    body: `${callGate(0, 'CODE32', 'gate_target', 0xec, 2)} mov dword [user_top - 64], 0\n mov word [user_top - 60], SLOT + 3\n${user('push 0x1111', 'push 0x2222', 'call far [user_top - 64]')}
  jmp gate_done
gate_target:
  mov eax, inner_top
  sub eax, esp
  call show32
  mov eax, [esp + 8]
  call show32
  mov eax, [esp + 12]
  call show32
  mov eax, [esp + 4]
  call show32
  mov eax, [esp + 20]
  call show32
  retf 8
gate_done:`,
    expected: ['00000018', '00002222', '00001111', '00000023', '0000002b', back(8)],
  },
  {
    name: '32-bit far CALL and RETF at the same level, far JMP checks',
    bits: 32,
    body: `
  mov ebx, esp
  call CODE32:far_target
  mov eax, ebx
  sub eax, esp
  call show32
  jmp far_done
far_target:
  mov eax, [esp + 4]
  call show32
  retf
far_done:
  ${descriptor(0, 0x00cf1a00)}${descriptor(1, 0x0040_9a00, 0x10)}
  ${['0', '0x1238', 'DATA', '0x20', 'SLOT', 'SLOT + 8'].map((selector) => `mov dword [user_top - 8], far_never\n mov word [user_top - 4], ${selector}\n${try32('jmp far [user_top - 8]')}`).join('')}
  jmp far_past
far_never:
  jmp finish
far_past:`,
    expected: ['00000008', '00000000', gp(0), gp(0x1238), gp(0x10), gp(0x20), line32(NOT_PRESENT, 0x48), gp(0)],
  },
  {
    name: '32-bit IRET: target checks',
    bits: 32,
    body:
      ['0', '0x1238', 'DATA', '0x20', 'CODE32 + 1']
        .map((cs) =>
          try32('mov ebx, esp', 'push 2', `push ${cs}`, 'push iret_never', 'iretd').replace(
            'mov [resume_rsp], esp\nat',
            'mov [resume_rsp], ebx\nat',
          ),
        )
        .join('') + '\n jmp iret_past\niret_never:\n jmp finish\niret_past:',
    expected: [gp(0), gp(0x1238), gp(0x10), gp(0x20), gp(8)],
  },
  {
    name: '32-bit: CR0.PG without PE, LMSW, SMSW',
    bits: 32,
    body: `${try32('mov eax, 0x80000010', 'mov cr0, eax')} smsw eax${showEax}`,
    expected: [gp(0), '00000011'],
    qemu: 'TCG checks no combination of CR0 (SDM Vol. 3A 2.5)',
  },
  {
    name: '32-bit: SYSENTER and SYSEXIT',
    bits: 32,
    body: `mov ecx, 0x174\n mov eax, 0x48\n xor edx, edx\n wrmsr\n mov ecx, 0x175\n mov eax, inner_top\n wrmsr\n mov ecx, 0x176\n mov eax, fast_entry\n wrmsr
  mov dword [resume], fast_done
  mov dword [at], fast_user
  mov [resume_rsp], esp
  mov dword [fast_kernel], 0
  mov edx, fast_user
  mov ecx, user_top
  sysexit
fast_kernel: dd 0
fast_user:
  sysenter
fast_entry:
  mov eax, cs
  call show32
  mov eax, ss
  call show32
  mov eax, esp
  sub eax, inner_top
  call show32
  jmp CODE32:fast_done
fast_done:
  mov ax, DATA
  mov ss, ax
  mov esp, [resume_rsp]`,
    expected: ['00000048', '00000050', '00000000'],
  },

  {
    name: 'two-level paging: 4 MiB and 4 KiB pages, CR2 and error codes',
    bits: 32,
    body: `${PAGING_32}${try32('mov eax, [0x800000]')}${try32('mov eax, [0x801000]')}${try32('mov [0x801ffc], eax')}${try32('mov [0x40000000], eax')} mov dword [table], user_top - 4096 + 5\n invlpg [0x800000]\n${try32('mov [0x800000], eax')}${WP}${try32('mov [0x800004], eax')}`,
    expected: [
      'ok',
      line32(PAGE, 0, { cr2: 0x801000n }),
      line32(PAGE, 2, { cr2: 0x801ffcn }),
      line32(PAGE, 2, { cr2: 0x40000000n }),
      'ok',
      line32(PAGE, 3, { cr2: 0x800004n }),
    ],
  },
  {
    name: 'two-level paging: accessed and dirty bits',
    bits: 32,
    body: `${PAGING_32} mov eax, [table]\n and eax, 0x60${showEax} mov eax, [0x800000]\n mov eax, [table]\n and eax, 0x60${showEax} mov [0x800000], eax\n mov eax, [table]\n and eax, 0x60${showEax} mov eax, [directory + 8]\n and eax, 0x60${showEax}`,
    expected: ['00000000', '00000020', '00000060', '00000020'],
  },
  {
    name: 'two-level paging: user and supervisor',
    bits: 32,
    body: `${PAGING_32} mov dword [table], user_top - 4096 + 3\n${user('mov al, [0x800000]')} mov dword [table], user_top - 4096 + 5\n invlpg [0x800000]\n${user('mov al, [0x800000]')}${user('mov [0x800000], al')}${user('mov [0x801000], al')}`,
    expected: [
      line32(PAGE, 5, { ...USER32, cr2: 0x800000n }),
      back(7),
      line32(PAGE, 7, { ...USER32, cr2: 0x800000n }),
      line32(PAGE, 6, { ...USER32, cr2: 0x801000n }),
    ],
  },
  {
    name: 'two-level paging: the TLB keeps a stale entry until INVLPG',
    bits: 32,
    body: `${PAGING_32} mov eax, [0x800000]\n mov dword [table], 0\n${try32('mov eax, [0x800000]')} invlpg [0x800000]\n${try32('mov eax, [0x800000]')}`,
    expected: ['ok', line32(PAGE, 0, { cr2: 0x800000n })],
  },
  {
    name: 'PAE paging: 2 MiB and 4 KiB pages, NX, reserved bits',
    bits: 32,
    body: `${PAGING_PAE}${try32('mov eax, [0x800000]')}${try32('mov eax, [0x801000]')} mov dword [user_top - 4096], 0x90c3c3c3\n mov eax, 0x800000\n call eax\n mov dword [table + 4], 0x80000000\n invlpg [0x800000]\n${try32('mov eax, 0x800000', 'mov [at], eax', 'call eax')}${try32('mov eax, [0x800000]')} mov dword [table + 4], 0x00100000\n invlpg [0x800000]\n${try32('mov eax, [0x800000]')}${try32('mov [0x40000000], eax')}`,
    expected: [
      'ok',
      line32(PAGE, 0, { cr2: 0x801000n }),
      line32(PAGE, 0x11, { cr2: 0x800000n }),
      'ok',
      line32(PAGE, 9, { cr2: 0x800000n }),
      line32(PAGE, 2, { cr2: 0x40000000n }),
    ],
    qemu: 'TCG clears P when a reserved bit is set (SDM Vol. 3A 4.7: RSVD can be set only if P is)',
  },
  {
    name: 'PAE paging: reserved bits of a PDPTE are #GP at MOV CR3',
    bits: 32,
    body: `${PAGING_PAE} mov dword [pdpt + 8], page_directories + 7\n${try32('mov eax, pdpt', 'mov cr3, eax')}`,
    expected: [gp(0)],
    qemu: 'TCG reads PDPTEs at each walk (SDM Vol. 3A 4.4.1)',
  },
];
