/** Which of two faults of one instruction is raised (SDM Vol. 3A table 6-2), and debug traps at transitions. */
import { type Case, type Check, checks, line, line32, try32, try64, USER, USER32, user32, user64 } from './cases.ts';
import { descriptor } from './cases-exceptions.ts';
import { callGate, wrmsr } from './cases-system.ts';

const HOLE = ' mov qword [pd + 3 * 8], 0\n invlpg [0x600000]\n';
const UNITS = ' mov rax, cr4\n or eax, 0x600\n mov cr4, rax\n';
const cr0 = (bits: number, code: string): string =>
  ` mov rax, cr0\n or eax, ${bits}\n mov cr0, rax\n${code} mov rax, cr0\n and eax, ${~bits >>> 0}\n mov cr0, rax\n`;
const user = (...lines: string[]): string => user64(...lines);
const here = (vector: number, code?: number, cr2?: bigint): string =>
  line(vector, code, cr2 === undefined ? {} : { cr2 });
const there = (vector: number, code?: number): string => line(vector, code, USER);

/** A far pointer in `user_page` to `offset` in `selector`. */
const pointer = (selector: string, offset: string): string =>
  ` mov dword [user_page], ${offset}\n mov word [user_page + 4], ${selector}\n`;

/** RBX holds the stack to go on with where a check moves RSP. */
const moved = ([name, code, text]: readonly string[]): Check => [
  name as string,
  (code as string).includes('mov rbx, rsp')
    ? (code as string).replace(/mov \[resume_rsp\], rsp(?=\nat_)/, 'mov [resume_rsp], rbx')
    : (code as string),
  text as string,
];

export const priorityCases: readonly Case[] = [
  checks('fault priorities: decoding', 64, UNITS + HOLE, [
    ['#GP of CPL before #PF', user('lgdt [0x600000]'), there(13, 0)],
    ['#GP of CPL before a bad operand', user('mov rax, 0x800000000000', 'lidt [rax]'), there(13, 0)],
    ['#NM before #PF', cr0(8, try64('fld dword [0x600000]')), here(7)],
    ['#UD by EM before #PF', cr0(4, try64('addps xmm0, [0x600000]')), here(6)],
    ['x87 with EM is #NM', cr0(4, try64('fld dword [0x600000]')), here(7)],
    [
      '#UD without OSFXSR',
      ` mov rax, cr4\n and eax, 0xfffffdff\n mov cr4, rax\n${try64('addps xmm0, [0x600000]')}${UNITS}`,
      here(6),
    ],
    [
      '16 bytes before #UD',
      try64('db 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x0f, 0x0b'),
      here(13, 0),
    ],
  ]),
  checks(
    'fault priorities: what makes an opcode invalid comes first',
    64,
    UNITS + HOLE,
    [
      ['#UD of LOCK before #GP of CPL', user('db 0xf0, 0xf4'), there(6)],
      ['#UD by EM before #NM by TS', cr0(12, try64('addps xmm0, [0x600000]')), here(6)],
    ],
    'TCG asks for CPL and CR0.TS first (SDM Vol. 3A table 6-2)',
  ),
  checks(
    'fault priorities: operands',
    64,
    `${UNITS}${HOLE} mov byte [idt + 14 * 16 + 4], 1\n`,
    [
      ['#PF of the divisor before #DE', try64('xor edx, edx', 'div dword [0x600000]'), here(14, 0, 0x600000n)],
      ['#GP of an unaligned MOVAPS before #PF', try64('movaps xmm0, [0x600001]'), here(13, 0)],
      [
        'the source of PUSH before the stack',
        try64('mov rbx, rsp', 'mov rsp, 0x600100', 'push qword [0x601000]'),
        here(14, 0, 0x601000n),
      ],
      [
        'the stack of POP before the destination',
        try64('mov rbx, rsp', 'mov rsp, 0x600100', 'pop qword [0x601000]'),
        here(14, 0, 0x600100n),
      ],
      ['MOVS reads before it writes', try64('mov esi, 0x600000', 'mov edi, 0x601000', 'movsb'), here(14, 0, 0x600000n)],
      ['the lower page of two', try64('mov eax, [0x600ffe]'), here(14, 0, 0x600ffen)],
      ['REP with a count of 0 touches nothing', try64('xor ecx, ecx', 'mov edi, 0x600000', 'rep stosb'), 'ok'],
      [
        '#DE changes nothing',
        try64('mov eax, 7', 'xor edx, edx', 'xor ecx, ecx', 'div ecx') + ' cmp eax, 7\n',
        here(0),
      ],
    ].map(moved),
  ),
  checks(
    'fault priorities: segments',
    32,
    descriptor(0, 0x0040f200, 0x0fff) + descriptor(1, 0x00cf7200) + descriptor(2, 0x00cf5200),
    [
      ['DPL before presence', user32(32, 'mov ax, SLOT + 16 + 3', 'mov ds, ax'), line32(13, 0x58, USER32)],
      ['presence when allowed', user32(32, 'mov ax, SLOT + 8 + 3', 'mov ds, ax'), line32(11, 0x50, USER32)],
      ['RPL weakens CPL 0', try32('mov ax, SLOT + 16 + 3', 'mov es, ax'), line32(13, 0x58)],
      ['CPL 0 loads DPL 3', try32('mov ax, SLOT', 'mov es, ax', 'nop'), 'ok'],
      [
        'a bad segment leaves the register',
        try32('mov ax, DATA', 'mov es, ax', 'mov ax, 0x1238', 'mov es, ax') + ' mov eax, [es:gdt]\n',
        line32(13, 0x1238),
      ],
      [
        'lss',
        try32('mov dword [user_top - 64], user_top', 'mov word [user_top - 60], 0x1238', 'lss ebp, [user_top - 64]'),
        line32(13, 0x1238),
      ],
      [
        'lfs of an absent segment',
        try32('mov word [user_top - 60], SLOT + 8', 'lfs eax, [user_top - 64]'),
        line32(11, 0x50),
      ],
      ['lgs', try32('mov word [user_top - 60], USER_DATA', 'lgs eax, [user_top - 64]', 'nop'), 'ok'],
    ],
  ),
  checks(
    'conforming code: CPL and RPL',
    64,
    descriptor(0, 0x00af9e00) + descriptor(1, 0x00affe00) + descriptor(2, 0x00af9a00),
    [
      ['of DPL 3 from CPL 0', `${pointer('SLOT + 8', 'finish')}${try64('jmp far dword [user_page]')}`, here(13, 0x50)],
      [
        'of DPL 0 from CPL 3, RPL 0',
        `${pointer('SLOT', 'conforming_1')}${user('jmp far dword [user_page]').replace('int 0x80', 'conforming_1:\n int 0x80')}`,
        line(0x80, undefined, { cs: 0x4b, ss: 0x2b, offset: '+9', flags: 0 }),
      ],
      [
        'of DPL 3 from CPL 3',
        `${pointer('SLOT + 8 + 3', 'conforming_2')}${user('jmp far dword [user_page]').replace('int 0x80', 'conforming_2:\n int 0x80')}`,
        line(0x80, undefined, { cs: 0x53, ss: 0x2b, offset: '+9', flags: 0 }),
      ],
      [
        'nonconforming, RPL above CPL',
        `${pointer('SLOT + 16 + 1', 'finish')}${try64('jmp far dword [user_page]')}`,
        here(13, 0x58),
      ],
    ],
  ),
  checks(
    'a call gate to conforming code',
    64,
    descriptor(0, 0x00af9e00),
    [
      [
        'call gate to conforming code stays at CPL 3',
        `${callGate(4, 'SLOT', 'conforming_3', 0xec)}${pointer('SLOT + 32 + 3', '0')}${user('call far dword [user_page]').replace('int 0x80', 'conforming_3:\n int 0x80')}`,
        line(0x80, undefined, { cs: 0x4b, ss: 0x2b, offset: '+9', flags: 0 }),
      ],
    ],
    'TCG loads CS with RPL 0 (SDM Vol. 3A 5.8.4: CPL does not change)',
  ),
  checks(
    'returns between rings',
    64,
    descriptor(0, 0x00af7a00) + descriptor(1, 0x00cff000),
    [
      [
        'RETF to an absent segment',
        try64('mov rbx, rsp', 'push USER_DATA', 'push user_top', 'push SLOT + 3', 'push finish', 'db 0x48, 0xcb'),
        here(11, 0x48),
      ],
      [
        'RETF with a read-only SS',
        try64('mov rbx, rsp', 'push SLOT + 8 + 3', 'push user_top', 'push USER_CODE64', 'push finish', 'db 0x48, 0xcb'),
        here(13, 0x50),
      ],
      [
        'RETF with an SS of another RPL',
        try64(
          'mov rbx, rsp',
          'push USER_DATA - 3',
          'push user_top',
          'push USER_CODE64',
          'push finish',
          'db 0x48, 0xcb',
        ),
        here(13, 0x28),
      ],
      [
        'RETF with a null SS to CPL 3',
        try64('mov rbx, rsp', 'push 0', 'push user_top', 'push USER_CODE64', 'push finish', 'db 0x48, 0xcb'),
        here(13, 0),
      ],
      ['RETF with a null CS', try64('mov rbx, rsp', 'push 0', 'push finish', 'db 0x48, 0xcb'), here(13, 0)],
      ['RETF to a data segment', try64('mov rbx, rsp', 'push DATA', 'push finish', 'db 0x48, 0xcb'), here(13, 0x10)],
      [
        'IRETQ to an absent segment',
        try64('mov rbx, rsp', 'push USER_DATA', 'push user_top', 'push 2', 'push SLOT + 3', 'push finish', 'iretq'),
        here(11, 0x48),
      ],
    ].map(moved),
  ),
  {
    name: 'single step over SYSCALL, whose mask clears TF, and behind SYSRET, which restores it',
    bits: 64,
    body: `${wrmsr(0xc0000080, 0x501n)}${wrmsr(0xc0000081, 0x0020001800000000n)} mov ecx, 0xc0000082\n mov eax, stepped_entry\n xor edx, edx\n wrmsr\n${wrmsr(0xc0000084, 0x100n)}
  mov word [idt + 16], step_handler & 0xffff
  mov word [idt + 16 + 6], step_handler >> 16
  xor ebx, ebx
  jmp step_ready
step_handler:
  inc ebx
  mov r8, [rsp]
  iretq
stepped_entry:
  mov r9d, ebx
  nop
  sysretq
step_ready:
  ${user64('push 0x102', 'popfq', 'syscall\nstep_return:', 'nop\n push 2\n popfq')}
  mov eax, r9d
  call show32
  mov eax, ebx
  call show32`,
    expected: [line(0x80, undefined, { ...USER, offset: '+6', flags: 0 }), '00000000', '00000004'],
  },
];
