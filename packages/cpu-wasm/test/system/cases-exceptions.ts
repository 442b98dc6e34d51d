/** Exceptions and interrupts in 64-bit mode: vectors, error codes, saved RIP and flags, stacks, double faults. */
import { type Case, line, try64, USER, user64 } from './cases.ts';

const GENERAL = 13;
const NOT_PRESENT = 11;
const STACK = 12;
const PAGE = 14;

/** Sets the attribute word of an IDT gate. */
const gate = (vector: number, attributes: number): string => `mov word [idt + ${vector} * 16 + 4], ${attributes}\n`;
const gateSelector = (vector: number, selector: string): string => `mov word [idt + ${vector} * 16 + 2], ${selector}\n`;
/** Sets both words of a descriptor in a free slot of the GDT. */
export const descriptor = (index: number, high: number, low: number | string = 0xffff): string =>
  `mov dword [slot + ${index * 8}], ${low}\n  mov dword [slot + ${index * 8 + 4}], ${high}\n`;

export const exceptionCases: readonly Case[] = [
  {
    name: '#DE is a fault: RIP at the DIV, RF saved',
    bits: 64,
    body: try64('xor ecx, ecx', 'div ecx'),
    expected: [line(0, undefined)],
  },
  {
    name: '#DE when the quotient does not fit',
    bits: 64,
    body: try64('mov edx, 5', 'mov ecx, 5', 'div ecx'),
    expected: [line(0, undefined)],
  },
  { name: '#UD by UD2', bits: 64, body: try64('ud2'), expected: [line(6, undefined)] },
  {
    name: '#UD by an opcode that 64-bit mode lacks (PUSHA)',
    bits: 64,
    body: try64('db 0x60'),
    expected: [line(6, undefined)],
  },
  { name: '#UD by LOCK where it is illegal', bits: 64, body: try64('db 0xf0, 0x90'), expected: [line(6, undefined)] },
  {
    name: 'INT3 is a trap: RIP behind it, RF clear',
    bits: 64,
    body: try64('int3'),
    expected: [line(3, undefined, { offset: '+1', flags: 0 })],
  },
  {
    name: 'INT 80h: RIP behind it',
    bits: 64,
    body: try64('int 0x80'),
    expected: [line(0x80, undefined, { offset: '+2', flags: 0 })],
  },
  {
    name: 'INT1',
    bits: 64,
    body: try64('int1'),
    expected: [line(1, undefined, { offset: '+1', flags: 0 })],
    qemu: 'icebp is #UD there (SDM Vol. 2 INT n/INTO/INT3/INT1)',
  },
  {
    name: '#GP: an instruction longer than 15 bytes',
    bits: 64,
    body: try64('db 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x90'),
    expected: [line(GENERAL, 0)],
  },
  {
    name: '#GP(0): non-canonical address, +0 kept',
    bits: 64,
    body: try64('mov rax, 0x800000000000', 'mov [rax], al'),
    expected: [line(GENERAL, 0)],
  },
  {
    name: '#SS(0): non-canonical address by RBP',
    bits: 64,
    body: try64('mov rbp, 0x800000000000', 'mov al, [rbp]'),
    expected: [line(STACK, 0)],
    qemu: 'TCG raises #GP for every non-canonical address (SDM Vol. 3A 6.15 "Interrupt 12")',
  },
  {
    name: '#SS(0): PUSH to a non-canonical stack',
    bits: 64,
    body:
      `mov byte [idt + 12 * 16 + 4], 1\n` +
      try64('mov rbx, rsp', 'mov rsp, 0xffff800000000000', 'push rax').replace(
        'mov [resume_rsp], rsp\nat',
        'mov [resume_rsp], rbx\nat',
      ),
    expected: [line(STACK, 0)],
    qemu: 'TCG raises #GP for every non-canonical address, here without a stack to push to (SDM Vol. 3A 6.15 "Interrupt 12")',
  },
  {
    name: '#GP(0): jump to a non-canonical address',
    bits: 64,
    body: try64('mov rax, 0x800000000000', 'jmp rax'),
    expected: [line(GENERAL, 0)],
    qemu: 'TCG jumps and faults at the target (SDM Vol. 2 JMP: #GP(0) at the jump)',
  },
  {
    name: '#PF: read and write of a page that is not present',
    bits: 64,
    body: try64('mov rax, 0x8000000123', 'mov bl, [rax]') + try64('mov rax, 0x8000000123', 'mov [rax], bl'),
    expected: [line(PAGE, 0, { cr2: 0x8000000123n }), line(PAGE, 2, { cr2: 0x8000000123n })],
  },
  {
    name: '#PF: a read-modify-write reports a write',
    bits: 64,
    body: try64('mov rax, 0x8000000123', 'inc byte [rax]'),
    expected: [line(PAGE, 2, { cr2: 0x8000000123n })],
    qemu: 'TCG reads first, so W is clear (SDM Vol. 3A 4.7)',
  },
  {
    name: '#PF: an access across pages gives the first address of the second',
    bits: 64,
    body: `mov qword [pd + 3 * 8], pt + 7\n mov qword [pt], user_page + 7\n${try64('mov rax, 0x600ffe', 'mov [rax], ebx')}`,
    expected: [line(PAGE, 2, { cr2: 0x601000n })],
  },
  {
    name: '#PF: instruction fetch, without and with NXE',
    bits: 64,
    body: `${try64('mov rax, 0x8000000000', 'mov [at], rax', 'jmp rax')}
  mov ecx, 0xc0000080
  rdmsr
  or eax, 0x800
  wrmsr
${try64('mov rax, 0x8000000000', 'mov [at], rax', 'jmp rax')}`,
    expected: [line(PAGE, 0, { cr2: 0x8000000000n }), line(PAGE, 0x10, { cr2: 0x8000000000n })],
  },
  {
    name: 'a faulting store changes no register: REP MOVSB stops at the page',
    bits: 64,
    body: `mov qword [pd + 3 * 8], pt + 7\n mov qword [pt], user_page + 7
${try64('mov rdi, 0x600ffc', 'mov esi, gdt', 'mov ecx, 16', 'rep movsb')}
  mov eax, ecx
  call show32
  mov rax, rdi
  call show`,
    expected: [line(PAGE, 2, { cr2: 0x601000n }), '0000000c', '0000000000601000'],
  },

  {
    name: 'IDT: vector beyond the limit is #GP(vector, IDT)',
    bits: 64,
    body: try64('int 0x90'),
    expected: [line(GENERAL, 0x90 * 8 + 2)],
    qemu: 'TCG counts 16 bytes for each vector in the error code; hardware says vector * 8 + 2 (SDM Vol. 3A 6.13)',
  },
  {
    name: 'IDT: empty gate is #GP(vector, IDT)',
    bits: 64,
    body: try64('int 0x21'),
    expected: [line(GENERAL, 0x21 * 8 + 2)],
    qemu: 'TCG counts 16 bytes for each vector in the error code; hardware says vector * 8 + 2 (SDM Vol. 3A 6.13)',
  },
  {
    name: 'IDT: gate not present is #NP(vector, IDT)',
    bits: 64,
    body: gate(0x22, 0x0e00) + try64('int 0x22'),
    expected: [line(NOT_PRESENT, 0x22 * 8 + 2)],
    qemu: 'TCG counts 16 bytes for each vector in the error code; hardware says vector * 8 + 2 (SDM Vol. 3A 6.13)',
  },
  {
    name: 'IDT: gate types of other modes are #GP',
    bits: 64,
    body: [0x8500, 0x8600, 0x8c00, 0x8900].map((type) => gate(0x22, type) + try64('int 0x22')).join(''),
    expected: Array(4).fill(line(GENERAL, 0x22 * 8 + 2)),
    qemu: 'TCG counts 16 bytes for each vector in the error code; hardware says vector * 8 + 2 (SDM Vol. 3A 6.13)',
  },
  {
    name: 'IDT: null code selector is #GP(0)',
    bits: 64,
    body: gateSelector(0x80, '0') + try64('int 0x80'),
    expected: [line(GENERAL, 0)],
  },
  {
    name: 'IDT: code selector beyond the GDT',
    bits: 64,
    body: gateSelector(0x80, '0x1238') + try64('int 0x80'),
    expected: [line(GENERAL, 0x1238)],
  },
  {
    name: 'IDT: data selector, 32-bit code, DPL 3 code',
    bits: 64,
    body: ['DATA', 'CODE32', 'USER_CODE64'].map((name) => gateSelector(0x80, name) + try64('int 0x80')).join(''),
    expected: [line(GENERAL, 0x10), line(GENERAL, 8), line(GENERAL, 0x30)],
  },
  {
    name: 'IDT: code segment not present is #NP(selector)',
    bits: 64,
    body: descriptor(0, 0x00af1a00) + gateSelector(0x80, 'SLOT') + try64('int 0x80'),
    expected: [line(NOT_PRESENT, 0x48)],
  },
  {
    name: 'an interrupt gate clears IF, TF and NT, a trap gate leaves IF',
    bits: 64,
    body: `
  mov word [idt + 0x80 * 16], flags_handler & 0xffff
  mov word [idt + 0x80 * 16 + 6], flags_handler >> 16
  push 0x4202
  popfq
  int 0x80
  ${gate(0x80, 0x8f00)}
  push 0x4202
  popfq
  int 0x80
  jmp flags_done
flags_handler:
  pushfq
  pop rax
  and eax, 0x4300
  call show32
  ; NT is set in the frame: IRET would be #GP
  and dword [rsp + 16], 0xffffbfff
  iretq
flags_done:
  cli`,
    expected: ['00000000', '00000200'],
  },
  {
    name: 'the frame is pushed on a stack aligned to 16 bytes',
    bits: 64,
    body: `
  mov rbx, rsp
  sub rsp, 5
  mov [resume_rsp], rbx
  mov qword [resume], aligned
  mov qword [at], aligned
  int3
aligned:
  mov rax, [frame_rsp]
  add eax, 6 * 8 + 5 * 8
  and eax, 15
  call show32
  mov rax, rbx
  sub rax, [saved_rsp]
  call show32`,
    expected: [line(3, undefined, { flags: 0 }), '00000000', '00000005'],
  },
  {
    name: 'IST: the stack of the TSS, also without a change of CPL',
    bits: 64,
    body: `mov byte [idt + 3 * 16 + 4], 1\n mov byte [idt + 6 * 16 + 4], 2\n${try64('int3')}
  mov eax, ist1_top
  sub rax, [frame_rsp]
  call show32
  ${try64('ud2')}
  mov eax, ist2_top
  sub rax, [frame_rsp]
  call show32`,
    expected: [line(3, undefined, { offset: '+1', flags: 0 }), '00000058', line(6, undefined), '00000058'],
  },
  {
    name: 'IST beyond the TSS limit is #TS(TR)',
    bits: 64,
    body: `mov byte [idt + 3 * 16 + 4], 7\n mov word [tss_descriptor], 0x50\n mov byte [tss_descriptor + 5], 0x89\n mov ax, TSS\n ltr ax\n${try64('int3')}`,
    expected: [line(10, 0x38)],
  },
  {
    name: 'EXT: a fault within the delivery of an exception sets bit 0',
    bits: 64,
    body: `${gate(6, 0)}${try64('ud2')}${gate(6, 0x0e00)}${try64('ud2')}${gate(6, 0x8e00)}\n${gateSelector(6, 'DATA')}${try64('ud2')}${gateSelector(6, '0')}${try64('ud2')}`,
    expected: [line(GENERAL, 6 * 8 + 3), line(NOT_PRESENT, 6 * 8 + 3), line(GENERAL, 0x11), line(GENERAL, 1)],
    qemu: 'TCG never sets EXT, and counts 16 bytes for each vector (SDM Vol. 3A 6.13)',
  },
  {
    name: 'EXT is clear for INT n, INT3, set for INT1',
    bits: 64,
    body: `${gate(3, 0)}${try64('int3')}${gate(1, 0)}${try64('int1')}`,
    expected: [line(GENERAL, 3 * 8 + 2), line(GENERAL, 1 * 8 + 3)],
    qemu: 'INT1 is #UD there (SDM Vol. 2 INT n/INTO/INT3/INT1)',
  },

  {
    name: 'double fault: contributory after contributory',
    bits: 64,
    body: gate(0, 0) + try64('xor ecx, ecx', 'div ecx'),
    expected: [line(8, 0, { flags: 0 })],
  },
  {
    name: 'double fault: #GP whose gate is not present',
    bits: 64,
    body: gate(13, 0x0e00) + try64('mov rax, 0x800000000000', 'mov [rax], al'),
    expected: [line(8, 0, { flags: 0 })],
  },
  {
    name: 'double fault: #PF whose gate is not present',
    bits: 64,
    body: gate(14, 0x0e00) + try64('mov rax, 0x8000000000', 'mov [rax], al'),
    expected: [line(8, 0, { flags: 0 })],
  },
  {
    name: 'double fault: #PF within the delivery of #PF, on an IST stack',
    bits: 64,
    body: `mov byte [idt + 8 * 16 + 4], 1\n${try64('mov rbx, rsp', 'mov rsp, 0x8000000000', 'push rax').replace('mov [resume_rsp], rsp\nat', 'mov [resume_rsp], rbx\nat')}
  mov rax, cr2
  call show
  mov rax, [saved_rsp]
  call show`,
    expected: [line(8, 0, { flags: 0 }), '0000007ffffffff8', '0000008000000000'],
  },
  {
    name: 'serial: #PF within the delivery of #DE is delivered as #PF',
    bits: 64,
    body: `mov byte [idt + 4], 1\n mov rax, 0x8000000000\n mov [tss + 36], rax\n${try64('xor ecx, ecx', 'div ecx')}`,
    expected: [line(PAGE, 2, { cr2: 0x7ffffffff8n })],
  },
  {
    name: 'serial: #GP within the delivery of #UD',
    bits: 64,
    body: `${gate(6, 0x8900)}${try64('ud2')}`,
    expected: [line(GENERAL, 6 * 8 + 3)],
    qemu: 'TCG never sets EXT, and counts 16 bytes for each vector (SDM Vol. 3A 6.13)',
  },
  {
    name: 'INT 13 is benign: its own fault is no double fault',
    bits: 64,
    body: `mov word [idt + 14 * 16 + 2], 0${try64('int 14')}`,
    expected: [line(GENERAL, 0)],
  },

  {
    name: 'CPL 3: INT 80h through a DPL 3 gate',
    bits: 64,
    body: user64('nop'),
    expected: [line(0x80, undefined, { ...USER, offset: '+3', flags: 0 })],
  },
  {
    name: 'CPL 3: the stack comes from RSP0, SS becomes null',
    bits: 64,
    body: `
  mov word [idt + 0x81 * 16 + 4], 0xee00
  mov word [idt + 0x81 * 16], ring0_stack & 0xffff
  mov word [idt + 0x81 * 16 + 6], ring0_stack >> 16
  ${user64('nop', 'int 0x81')}
  jmp ring0_done
ring0_stack:
  mov ax, ss
  movzx eax, ax
  call show32
  mov eax, inner_top
  sub eax, esp
  call show32
  iretq
ring0_done:`,
    expected: ['00000000', '00000028', line(0x80, undefined, { ...USER, offset: '+4', flags: 0 })],
  },
  {
    name: 'CPL 3: INT n through a DPL 0 gate is #GP(vector, IDT)',
    bits: 64,
    body: user64('int 0x81') + user64('int 14'),
    expected: [line(GENERAL, 0x81 * 8 + 2, USER), line(GENERAL, 14 * 8 + 2, USER)],
    qemu: 'TCG counts 16 bytes for each vector in the error code; hardware says vector * 8 + 2 (SDM Vol. 3A 6.13)',
  },
  {
    name: 'CPL 3: INT3 through a DPL 3 gate',
    bits: 64,
    body: user64('int3'),
    expected: [line(3, undefined, { ...USER, offset: '+1', flags: 0 })],
  },
  {
    name: 'CPL 3: privileged instructions are #GP(0), SYSRET without EFER.SCE is #UD',
    bits: 64,
    body: [
      'hlt',
      'cli',
      'sti',
      'lgdt [gdt_pointer]',
      'lidt [idt_pointer]',
      'ltr ax',
      'lldt ax',
      'mov rax, cr0',
      'mov cr3, rax',
      'mov cr8, rax',
      'mov rax, dr7',
      'clts',
      'lmsw ax',
      'invlpg [rax]',
      'wbinvd',
      'invd',
      'rdmsr',
      'wrmsr',
      'swapgs',
      'in al, dx',
      'out 0x80, al',
      'insb',
      'outsb',
      'rdpmc',
      'sysretq',
      'sysexit',
    ]
      .map((text) => user64('xor ecx, ecx', text))
      .join(''),
    expected: [...Array(24).fill(line(GENERAL, 0, USER)), line(6, undefined, USER), line(GENERAL, 0, USER)],
    qemu: 'SYSEXIT is #UD in long mode there, as on processors of AMD (SDM Vol. 2 SYSEXIT)',
  },
  {
    name: 'CPL 3: STAC and CLAC are #UD',
    bits: 64,
    body: user64('stac') + user64('clac'),
    expected: [line(6, undefined, USER), line(6, undefined, USER)],
  },
  {
    name: 'CPL 3: SGDT, SIDT, SLDT, STR, SMSW under UMIP',
    bits: 64,
    body: `${user64('sgdt [user_page]')}\n mov rax, cr4\n or eax, 0x800\n mov cr4, rax\n${['sgdt [user_page]', 'sidt [user_page]', 'sldt ax', 'str ax', 'smsw ax'].map((text) => user64(text)).join('')}`,
    expected: [line(0x80, undefined, { ...USER, offset: '+a', flags: 0 }), ...Array(5).fill(line(GENERAL, 0, USER))],
  },
  {
    name: 'CPL 3: POPF changes neither IF nor IOPL',
    bits: 64,
    body: user64('push 0x3202', 'popfq', 'nop'),
    expected: [line(0x80, undefined, { ...USER, offset: '+3', flags: 0 })],
  },
  {
    name: 'CPL 3: supervisor pages are #PF with U set',
    bits: 64,
    body: `mov qword [pd + 3 * 8], 0x600000 + 0x83\n invlpg [0x600000]\n${user64('mov al, [0x600000]')}${user64('mov [0x600008], al')}`,
    expected: [line(PAGE, 5, { ...USER, cr2: 0x600000n }), line(PAGE, 7, { ...USER, cr2: 0x600008n })],
  },
  {
    name: 'CPL 3: a TSS without I/O map, and one that allows a port',
    bits: 64,
    body: `${user64('mov edx, 0x71', 'in al, dx')}
  mov word [tss_descriptor], 103 + 16
  mov byte [tss_descriptor + 5], 0x89
  mov ax, TSS
  ltr ax
  mov byte [tss + 104 + 14], 0xfd
  ${user64('mov edx, 0x71', 'in al, dx')}${user64('mov edx, 0x71', 'in ax, dx')}${user64('mov edx, 0x72', 'in al, dx')}${user64('mov edx, 0x78', 'in al, dx')}`,
    expected: [
      line(GENERAL, 0, USER),
      line(0x80, undefined, { ...USER, offset: '+3', flags: 0 }),
      line(GENERAL, 0, USER),
      line(GENERAL, 0, USER),
      line(GENERAL, 0, USER),
    ],
  },

  {
    name: 'single step: #DB behind each instruction, from the one after POPF',
    bits: 64,
    body: `
  mov qword [resume], stepped
  mov qword [at], stepping
  mov [resume_rsp], rsp
  push 0x102
  popfq
stepping:
  nop
  nop
stepped:
  mov rax, dr6
  call show`,
    expected: [line(1, undefined, { offset: '+1', flags: 1 }), '00000000ffff4ff0'],
  },
  {
    name: 'single step: none between MOV SS and the next instruction',
    bits: 64,
    body: `
  mov qword [resume], stepped
  mov qword [at], stepping
  mov [resume_rsp], rsp
  mov ax, DATA
  push 0x102
  popfq
stepping:
  mov ss, ax
  nop
  nop
stepped:`,
    expected: [line(1, undefined, { offset: '+3', flags: 1 })],
  },
  {
    name: 'INT n with TF set: no trap in the handler, TF saved',
    bits: 64,
    body: `
  mov qword [resume], stepped
  mov qword [at], stepping
  mov [resume_rsp], rsp
  push 0x102
  popfq
stepping:
  int 0x80
stepped:`,
    expected: [line(0x80, undefined, { offset: '+2', flags: 1 })],
  },
  {
    name: 'DR7.GD: access to a debug register is #DB, DR6.BD set, GD cleared',
    bits: 64,
    body: `mov eax, 0x2000\n mov dr7, rax\n${try64('mov rax, dr0')}
  mov rax, dr7
  call show
  mov rax, dr6
  call show`,
    expected: [line(1, undefined, { flags: 0 }), '0000000000000400', '00000000ffff2ff0'],
    qemu: 'TCG has no general detect (SDM Vol. 3B 17.3.1.3)',
  },
];
