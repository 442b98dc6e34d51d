/** Virtual-8086 mode: ways in and out, what IOPL and the I/O bitmap allow, virtual interrupts (SDM Vol. 3B chapter 20). */
import { type Case, type Check, checks, line32, try32, USER32, user32, user32With, VIRTUAL, virtual } from './cases.ts';
import { descriptor } from './cases-exceptions.ts';

const GENERAL = 13;
const VM = 0x20002;
const IOPL_3 = 0x23002;
export const NO_VME = 'TCG has no CR4.VME and CR4.PVI (SDM Vol. 3B 20.3, 20.4)';

/** The line of a fault in virtual-8086 mode; VM and RF are set in the frame. */
const fault = (vector: number, code?: number, flags = 0x300) => line32(vector, code, { ...VIRTUAL, flags });
/** The line of the INT3 that ends `virtual`, `offset` bytes behind the last line. */
const back = (offset: number, flags = 0x200) =>
  line32(3, undefined, { ...VIRTUAL, offset: `+${(offset + 1).toString(16)}`, flags });

const instruction = (name: string, line: string, flags = VM): Check => [name, virtual(flags, name), line];
const cr4 = (bits: number): string => `mov eax, cr4\n or eax, ${bits}\n mov cr4, eax\n`;
/** A TSS with room for redirection and I/O bitmaps, all bits of both set: bitmaps begin at 68h and 88h. */
const bitmaps = `
  mov word [tss_descriptor], 104 + 32 + 31
  mov byte [tss_descriptor + 5], 0x89
  mov word [tss + 102], 136
  mov edi, tss + 104
  mov ecx, 64
  mov al, 0xff
  rep stosb
  mov ax, TSS
  ltr ax
`;
/** The vector table of the 8086 program: INT 21h goes to a handler at FFFF:x. */
const vectorTable = `
  mov word [0x21 * 4], redirected - 0xffff0
  mov word [0x21 * 4 + 2], 0xffff
  jmp redirection_ready
bits 16
redirected:
  mov bp, sp
  mov ax, [bp + 4]
  iret
bits 32
redirection_ready:
`;

export const virtual8086Cases: readonly Case[] = [
  checks('virtual-8086: what IOPL 0 forbids and IOPL 3 allows', 32, '', [
    ...['cli', 'sti', 'pushf', 'popf', 'iret', 'int 0x80', 'pushfd', 'popfd', 'iretd'].map((name) =>
      instruction(name, fault(GENERAL, 0)),
    ),
    ['cli IOPL 3', virtual(IOPL_3, 'cli'), back(1, 0x230)],
    ['sti IOPL 3', virtual(IOPL_3, 'sti'), back(1, 0x232)],
    ['pushf IOPL 3', virtual(IOPL_3, 'pushf'), back(1, 0x230)],
    ['popf keeps IOPL', virtual(IOPL_3, 'push 0x4002', 'popf'), back(1, 0x270)],
    ['popfd keeps VM, IOPL', virtual(IOPL_3, 'push dword 0x240002', 'popfd'), back(2, 0x2630)],
    [
      'int 0x80 IOPL 3',
      virtual(IOPL_3, 'int 0x80'),
      line32(0x80, undefined, { ...VIRTUAL, offset: '+2', flags: 0x230 }),
    ],
    ['int n, gate of DPL 0', virtual(IOPL_3, 'int 0x81'), fault(GENERAL, 0x81 * 8 + 2, 0x330)],
  ]),
  checks('virtual-8086: privileged instructions, and those that only protected mode has', 32, '', [
    ...[
      'hlt',
      'clts',
      'invd',
      'wbinvd',
      'rdmsr',
      'wrmsr',
      'mov eax, cr0',
      'mov cr3, eax',
      'mov eax, dr7',
      'lmsw ax',
    ].map((name) => instruction(name, fault(GENERAL, 0))),
    ...['lgdt [0x500]', 'lidt [0x500]', 'invlpg [0x500]'].map((name) => instruction(name, fault(GENERAL, 0))),
    ...['sldt ax', 'str ax', 'lldt ax', 'ltr ax', 'lar ax, cx', 'lsl ax, cx', 'verr ax', 'verw ax'].map((name) =>
      instruction(name, fault(6)),
    ),
    ['arpl ax, cx', virtual(VM, 'db 0x63, 0xc8'), fault(6)],
    ['smsw ax', virtual(VM, 'smsw ax'), back(3)],
  ]),
  checks('virtual-8086: exceptions reach ring 0', 32, '', [
    ['#DE', virtual(VM, 'xor cx, cx', 'div cx'), fault(0)],
    ['#BP', virtual(VM, 'int3'), back(0)],
    [
      '#OF',
      virtual(VM, 'mov al, 127', 'inc al', 'into'),
      line32(4, undefined, { ...VIRTUAL, offset: '+1', flags: 0x200 }),
    ],
    ['#UD', virtual(VM, 'ud2'), fault(6)],
    ['#BR', virtual(VM, 'mov dword [0x500], 0x00010000', 'mov ax, 2', 'bound ax, [0x500]'), fault(5)],
    ['#NM', `mov eax, cr0\n or eax, 8\n mov cr0, eax\n${virtual(VM, 'fnop')} clts\n`, fault(7)],
    [
      'segments shift',
      virtual(VM, 'mov ax, 0x50', 'mov es, ax', 'mov byte [es:0x20], 1', 'cmp byte [0x520], 1'),
      back(5),
    ],
    ['far call and return', virtual(VM, 'mov word [0x500], 0xffff', 'les bx, [0x500]', 'nop'), back(1)],
  ]),
  checks(
    'virtual-8086: segment limits, ICEBP',
    32,
    '',
    [
      ['#GP at FFFFh', virtual(VM, 'mov bx, 0xffff', 'mov ax, [bx]'), fault(GENERAL, 0)],
      ['#SS at FFFFh', virtual(VM, 'mov bp, 0xffff', 'mov ax, [bp]'), fault(12, 0)],
      ['#SS by push', virtual(VM, 'mov sp, 1', 'push ax'), fault(12, 0)],
      ['32-bit address', virtual(VM, 'mov ebx, 0x10000', 'mov al, [ebx]'), fault(GENERAL, 0)],
      ['int1', virtual(VM, 'int1'), line32(1, undefined, { ...VIRTUAL, offset: '+1', flags: 0x200 })],
    ],
    'TCG checks no limits; INT1 is #UD there (SDM Vol. 3B 20.1.1, Vol. 2 INT n/INTO/INT3/INT1)',
  ),
  {
    name: 'virtual-8086: the frame in ring 0, and null data segments',
    bits: 32,
    body: `
  mov word [idt + 0x80 * 8], virtual_handler & 0xffff
  mov word [idt + 0x80 * 8 + 6], virtual_handler >> 16
  ${virtual(IOPL_3, 'mov ax, 0x1234', 'int 0x80')}
  jmp virtual_frame_done
virtual_handler:
  mov eax, ds
  shl eax, 16
  mov ebx, es
  or eax, ebx
  mov ebx, fs
  or eax, ebx
  mov ebx, gs
  or eax, ebx
  mov ecx, ss
  mov ds, ecx
  call show32
  mov eax, inner_top
  sub eax, esp
  call show32
  mov ecx, 1
frame_word:
  mov eax, [esp + ecx * 4]
  push ecx
  call show32
  pop ecx
  inc ecx
  cmp ecx, 9
  jne frame_word
  iretd
virtual_frame_done:`,
    expected: [
      '00000000',
      '00000024',
      '0000ffff',
      '00023002',
      '00001000',
      '00002000',
      '00003000',
      '00000000',
      '00004000',
      '00005000',
      back(2, 0x230),
    ],
  },
  checks(
    'virtual-8086: the handler must be nonconforming code of ring 0',
    32,
    descriptor(0, 0x00cf9e00) + descriptor(1, 0x00cfba00),
    [
      [
        'conforming',
        `mov word [idt + 0x80 * 8 + 2], SLOT\n${virtual(IOPL_3, 'int 0x80')}`,
        fault(GENERAL, 0x48, 0x330),
      ],
      [
        'DPL 3',
        `mov word [idt + 0x80 * 8 + 2], USER_CODE32\n${virtual(IOPL_3, 'int 0x80')}`,
        fault(GENERAL, 0x20, 0x330),
      ],
    ],
  ),
  checks(
    'virtual-8086: the handler must not be code of ring 1',
    32,
    descriptor(1, 0x00cfba00),
    [['DPL 1', `mov word [idt + 0x80 * 8 + 2], SLOT + 8\n${virtual(IOPL_3, 'int 0x80')}`, fault(GENERAL, 0x50, 0x330)]],
    'TCG looks for a stack of ring 1 and raises #TS (SDM Vol. 3B 20.3.1.1)',
  ),
  checks('virtual-8086: the I/O bitmap decides at every IOPL', 32, `${bitmaps} mov byte [tss + 136 + 14], 0xfd\n`, [
    ['allowed', virtual(VM, 'mov dx, 0x71', 'in al, dx'), back(1)],
    ['one byte of two', virtual(VM, 'mov dx, 0x71', 'in ax, dx'), fault(GENERAL, 0)],
    ['denied', virtual(VM, 'mov dx, 0x72', 'in al, dx'), fault(GENERAL, 0)],
    ['denied at IOPL 3', virtual(IOPL_3, 'mov dx, 0x72', 'in al, dx'), fault(GENERAL, 0, 0x330)],
    ['beyond the TSS', virtual(IOPL_3, 'mov dx, 0x3f8', 'in al, dx'), fault(GENERAL, 0, 0x330)],
  ]),
  checks(
    'VME: flags and interrupts of IOPL 0',
    32,
    `${bitmaps}${cr4(1)}${vectorTable} mov byte [tss + 104 + 4], 0xfd\n`,
    [
      ['sti sets VIF', virtual(VM, 'sti'), back(1, 0xa00)],
      ['cli clears VIF', virtual(VM | 0x80000, 'cli'), back(1)],
      ['sti with VIP', virtual(VM | 0x100000, 'sti'), fault(GENERAL, 0, 0x1300)],
      [
        'pushf shows VIF as IF',
        virtual(VM | 0x80000, 'pushf', 'pop ax', 'cmp ax, 0x3202', 'setz [0x500]', 'nop'),
        back(1, 0xa00),
      ],
      ['popf moves IF to VIF', virtual(VM, 'push 0x202', 'popf'), back(1, 0xa00)],
      ['popf with TF', virtual(VM, 'push 0x102', 'popf'), fault(GENERAL, 0)],
      ['popf with VIP', virtual(VM | 0x100000, 'push 0x202', 'popf'), fault(GENERAL, 0, 0x1300)],
      ['popfd', virtual(VM, 'popfd'), fault(GENERAL, 0)],
      ['cli with VIP', virtual(VM | 0x100000, 'cli'), back(1, 0x1200)],
      ['popf with VIP and IF clear', virtual(VM | 0x100000, 'push 2', 'popf'), back(1, 0x1200)],
      ['iretd to VIF and VIP', virtual(VM | 0x180000, 'nop'), fault(GENERAL, 0, 0x1b00)],
      ['iretd to VIF and VIP at IOPL 3', virtual(IOPL_3 | 0x180000, 'nop'), back(1, 0x1a30)],
      ['popf to VIF at IOPL 3', virtual(IOPL_3 | 0x100000, 'push 0x202', 'popf'), back(1, 0x1232)],
      ['int 21h stays in the task', virtual(VM | 0x80000, 'int 0x21', 'nop'), back(1, 0xa00)],
      [
        'int 21h clears VIF',
        `mov word [0x21 * 4], redirected_stop - 0xffff0\n jmp past_stop\nredirected_stop:\n int3\npast_stop:\n mov dword [user_top - 8], 0\n${virtual(VM | 0x80000, 'int 0x21').replace(/mov dword \[at\], \w+ - 0xffff0/, 'mov dword [at], redirected_stop - 0xffff0')}`,
        line32(3, undefined, { ...VIRTUAL, offset: '+1', flags: 0x200 }),
      ],
      ['int 20h is not redirected', virtual(VM, 'int 0x20'), fault(GENERAL, 0)],
      [
        'int 80h at IOPL 3, not redirected',
        virtual(IOPL_3, 'int 0x80'),
        line32(0x80, undefined, { ...VIRTUAL, offset: '+2', flags: 0x230 }),
      ],
      [
        'iret moves IF to VIF',
        virtual(VM, 'push 0x202', 'push cs', 'push iret_target - 0xffff0', 'iret').replace(
          'iret\n  int3',
          'iret\niret_target:\n  int3',
        ),
        back(1, 0xa00),
      ],
    ],
    NO_VME,
  ),
  checks(
    'PVI: CLI and STI of ring 3 act on VIF',
    32,
    cr4(2),
    [
      ['sti sets VIF', user32(32, 'sti'), line32(0x80, undefined, { ...USER32, offset: '+3', flags: 0x800 })],
      ['cli clears VIF', user32(32, 'sti', 'cli'), line32(0x80, undefined, { ...USER32, offset: '+3', flags: 0 })],
      ['sti with VIP', user32With(0x100002, 32, 'sti'), line32(GENERAL, 0, { ...USER32, flags: 0x1100 })],
      [
        'cli with VIP',
        user32With(0x100002, 32, 'cli'),
        line32(0x80, undefined, { ...USER32, offset: '+3', flags: 0x1000 }),
      ],
      [
        'iretd to VIF and VIP',
        user32With(0x180002, 32, 'nop'),
        line32(GENERAL, 0, { ...USER32, offset: 'far', flags: 0x1900 }),
      ],
      [
        'iretd to VIF and VIP at IOPL 3',
        user32With(0x183002, 32, 'nop'),
        line32(0x80, undefined, { ...USER32, offset: '+3', flags: 0x1830 }),
      ],
      [
        'popf leaves both',
        user32(32, 'push 0x80202', 'popfd'),
        line32(0x80, undefined, { ...USER32, offset: '+3', flags: 0 }),
      ],
      ['ring 0 uses IF', try32('sti', 'cli'), 'ok'],
    ],
    NO_VME,
  ),
  {
    name: 'virtual-8086: an interrupt of a device, in ring 0 and back',
    bits: 32,
    body: `${bitmaps} mov dword [tss + 136 + 16], 0
  mov word [idt + 0x81 * 8], device_handler & 0xffff
  mov word [idt + 0x81 * 8 + 6], device_handler >> 16
  ${virtual(VM | 0x200, 'mov al, 1', 'out 0x80, al', 'nop')}
  jmp device_done
device_handler:
  mov eax, ss
  mov ds, eax
  mov eax, [esp + 8]
  call show32
  iretd
device_done:`,
    expected: ['00020202', back(1, 0x202)],
    qemu: 'port 80h asserts nothing there (what is tested: SDM Vol. 3B 20.3.1.1)',
  },
  {
    name: 'virtual-8086: SYSENTER leaves it; an IRETD with an EIP above FFFFh does not enter it',
    bits: 32,
    body: `mov ecx, 0x174\n mov eax, CODE32\n xor edx, edx\n wrmsr\n mov ecx, 0x175\n mov eax, inner_top\n wrmsr\n mov ecx, 0x176\n mov eax, from_virtual\n wrmsr
  ${virtual(VM, 'sysenter')}
from_virtual:
  mov eax, DATA
  mov ds, eax
  mov es, eax
  pushfd
  pop eax
  shr eax, 16
  call show32
  mov eax, cs
  call show32
  mov esp, [resume_rsp]
  ${try32('mov ebx, esp', 'push 0\n push 0\n push 0\n push 0\n push 0\n push 0\n push 0x20002\n push 0\n push 0x10000', 'iretd').replace('mov [resume_rsp], esp\nat', 'mov [resume_rsp], ebx\nat')}`,
    expected: ['00000000', '00000008', line32(GENERAL, 0)],
    qemu: 'TCG does not check EIP (SDM Vol. 2 IRET)',
  },
];
