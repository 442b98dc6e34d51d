/** Debug exceptions: breakpoint registers, general detect, single steps, RF, ICEBP (SDM Vol. 3B chapter 17). */
import { type Case, type Check, checks, line, line32, try64, USER, user64 } from './cases.ts';

const DEBUG = 1;
const LONE = { flags: 0 };
/** R/W field of DR7: data writes, I/O, data reads and writes. */
const WRITE = 1;
const PORT = 2;
const ACCESS = 3;
const LENGTHS: Readonly<Record<number, number>> = { 1: 0, 2: 1, 8: 2, 4: 3 };

/** DR7 with breakpoint `n` enabled (L) for `kind` and `bytes`. */
const enable = (n: number, kind: number, bytes: number): number =>
  (1 << (n * 2)) | ((kind | ((LENGTHS[bytes] ?? 0) << 2)) << (16 + n * 4));

/** Sets breakpoint `n` and DR7, clears DR6. */
const arm = (n: number, address: string, dr7: number): string =>
  ` mov rax, ${address}\n mov dr${n}, rax\n xor eax, eax\n mov dr6, rax\n mov eax, ${dr7 >>> 0}\n mov dr7, rax\n`;
const DISARM = ' xor eax, eax\n mov dr7, rax\n';

/** A data access under breakpoint 0: a trap behind it, or nothing. */
function access(
  name: string,
  [kind, address, bytes]: readonly [kind: number, address: string, bytes: number],
  lines: string | readonly string[],
  offset: number | undefined,
): Check {
  const code = typeof lines === 'string' ? [lines] : lines;
  return [
    name,
    `${arm(0, address, enable(0, kind, bytes))}${try64(...code)}${DISARM}`,
    offset === undefined ? 'ok' : line(DEBUG, undefined, { offset: `+${offset.toString(16)}`, ...LONE }),
  ];
}

const W4 = [WRITE, 'user_page', 4] as const;
const A1 = [ACCESS, 'user_page', 1] as const;
const showDr6 = ' mov rax, dr6\n call show\n';

/** Runs code with TF set by POPF; each #DB counts in EBX and goes on. The last label tells where counting stops. */
const counting = (body: string): string => `
  mov word [idt + 16], count_debug & 0xffff
  mov word [idt + 16 + 6], count_debug >> 16
  jmp count_ready
count_debug:
  inc ebx
  mov rax, dr6
  or edi, eax
  iretq
count_ready:
  xor ebx, ebx
  xor edi, edi
  ${body}
`;
const showEbx = '\n mov eax, ebx\n call show32\n';

export const debugCases: readonly Case[] = [
  checks(
    'data breakpoints: what is watched',
    64,
    '',
    [
      access('write', W4, 'mov [user_page], eax', 7),
      access('write of a read-only watch', W4, 'mov eax, [user_page]', undefined),
      access('read', A1, 'mov al, [user_page]', 7),
      access('read and write', A1, 'inc byte [user_page]', 7),
      access('first byte', W4, 'mov [user_page], al', 7),
      access('last byte', W4, 'mov [user_page + 3], al', 7),
      access('byte behind', W4, 'mov [user_page + 4], al', undefined),
      access('byte before', W4, 'mov [user_page - 1], al', undefined),
      access('overlap from below', W4, 'mov [user_page - 1], ax', 8),
      access('overlap from above', W4, 'mov [user_page + 3], ax', 8),
      access('whole quadword around', W4, 'mov [user_page - 2], rax', 8),
      access('one byte', [WRITE, 'user_page + 1', 1], 'mov [user_page], al', undefined),
      access('two bytes', [WRITE, 'user_page + 2', 2], 'mov [user_page + 3], al', 7),
      access('eight bytes', [WRITE, 'user_page', 8], 'mov [user_page + 7], al', 7),
      access('eight bytes, behind', [WRITE, 'user_page', 8], 'mov [user_page + 8], al', undefined),
      access('push', [WRITE, 'user_page', 8], ['mov rbx, rsp', 'mov rsp, user_page + 8', 'push rax'], 1),
    ].map(
      ([name, code, text]): Check => [
        name,
        code.replace(/mov \[resume_rsp\], rsp(?=\nat_\d+:\n {2}push)/, 'mov [resume_rsp], rbx'),
        text,
      ],
    ),
  ),
  checks(
    'data breakpoints: the low bits of an address do not count',
    64,
    '',
    [access('low bits of the address', [WRITE, 'user_page + 3', 4], 'mov [user_page], al', 7)],
    'TCG takes no misaligned breakpoint (SDM Vol. 3B 17.2.5: LEN decides how many low bits of the address do not count)',
  ),
  checks(
    'data breakpoints: instructions',
    64,
    ' cld\n',
    [
      access('xchg', A1, 'xchg [user_page], al', 7),
      access('cmpxchg that fails', W4, ['mov al, [user_page]', 'inc al', 'cmpxchg [user_page], cl'], 8),
      access('movsb', W4, ['mov esi, gdt', 'mov edi, user_page', 'movsb'], 1),
      access('stosd', W4, ['mov edi, user_page', 'stosd'], 1),
      access('lodsb', A1, ['mov esi, user_page', 'lodsb'], 1),
      access(
        'call pushes',
        [WRITE, 'user_page', 8],
        ['mov rbx, rsp', 'mov rsp, user_page + 8', 'mov eax, called', 'call rax'],
        0,
      ),
      access('sgdt', W4, 'sgdt [user_page]', 8),
      access('fild', A1, 'fild word [user_page]', 7),
    ].map(
      ([name, code, text]): Check =>
        name === 'call pushes'
          ? [
              name,
              `${code.replace(/mov \[resume_rsp\], rsp(?=\nat_\d+:\n {2}call rax)/, 'mov [resume_rsp], rbx\n  mov qword [at], called').replace('  call ok', 'called:\n  call ok')}`,
              text,
            ]
          : [name, code, text],
    ),
  ),
  {
    name: 'data breakpoints: the frames of far calls and INT n, not those of exceptions',
    bits: 64,
    body: `${arm(0, 'user_page + 8', enable(0, WRITE, 8))}
  mov qword [resume], far_resumed
  mov qword [at], far_called
  mov [resume_rsp], rsp
  mov rsp, user_page + 16
  mov dword [pt], far_called
  mov word [pt + 4], CODE64
  call far dword [pt]
far_called:
  nop
far_resumed:
  mov eax, [user_page + 8]
  sub eax, far_called
  call show32
  ${showDr6}
${arm(0, 'user_page + 8', enable(0, WRITE, 8))}
  mov qword [resume], int_resumed
  mov qword [at], stub_81
  mov [resume_rsp], rsp
  mov rsp, user_page + 48
  int 0x81
int_resumed:
  mov rax, [user_page + 16]
  call show
  ${showDr6}
${arm(0, 'user_page + 8', enable(0, WRITE, 8))}
  mov qword [resume], fault_resumed
  mov qword [at], fault_at
  mov [resume_rsp], rsp
  mov rsp, user_page + 48
fault_at:
  ud2
fault_resumed:
  ${showDr6}${DISARM}`,
    expected: [
      line(DEBUG, undefined, { ...LONE, offset: '+0' }),
      '00000000',
      '00000000ffff0ff1',
      line(DEBUG, undefined, { ...LONE, offset: '+0' }),
      '0000000000000018',
      '00000000ffff0ff1',
      line(6, undefined),
      '00000000ffff0ff0',
    ],
    qemu: 'TCG ends itself when the frame of INT n meets a breakpoint (SDM Vol. 3B 17.3.1.2)',
  },
  {
    name: 'data breakpoints: DR6, L and G, disabled ones, across pages, in user mode',
    bits: 64,
    body: `${arm(0, 'user_page', enable(0, WRITE, 4))}${try64('mov [user_page], eax')}${showDr6}
${arm(3, 'user_page', (2 << 6) | (WRITE << 28))}${try64('mov [user_page], eax')}${showDr6}
${arm(0, 'user_page', enable(0, WRITE, 4) & ~0xff)}${try64('mov [user_page], eax')}${showDr6}
  mov qword [pd + 3 * 8], pt + 7
  mov qword [pt], user_page + 7
  mov qword [pt + 8], user_page + 7
${arm(0, '0x601000', enable(0, WRITE, 1))}${try64('mov [0x600ffe], eax')}${showDr6}
${arm(0, '0x601000', enable(0, WRITE, 1))}${try64('mov [0x600ffe], ax')}
${arm(0, 'user_page', enable(0, WRITE, 4))}${user64('mov [user_page], eax')}${DISARM}`,
    expected: [
      line(DEBUG, undefined, { offset: '+7', ...LONE }),
      '00000000ffff0ff1',
      line(DEBUG, undefined, { offset: '+7', ...LONE }),
      '00000000ffff0ff8',
      'ok',
      '00000000ffff0ff0',
      line(DEBUG, undefined, { offset: '+7', ...LONE }),
      '00000000ffff0ff1',
      'ok',
      line(DEBUG, undefined, { ...USER, offset: '+7', ...LONE }),
    ],
  },
  {
    name: 'data breakpoints: met in the middle of a loop that has run for long',
    bits: 64,
    body: `
  mov word [idt + 16], met & 0xffff
  mov word [idt + 16 + 6], met >> 16
  jmp met_ready
met:
  inc ebx
  iretq
met_ready:
  xor ebx, ebx
${[WRITE, ACCESS]
  .map(
    (kind) => `
${arm(0, 'user_page + 8 * 700', enable(0, kind, 8))}
  mov edi, user_page
  mov ecx, 1000
met_${kind}:
  mov rax, [rdi]
  inc rax
  mov [rdi], rax
  add edi, 8
  dec ecx
  jnz met_${kind}
${DISARM}${showEbx}`,
  )
  .join('')}`,
    expected: ['00000001', '00000003'],
  },
  {
    name: 'data breakpoints: two at once',
    bits: 64,
    body: `${arm(0, 'user_page', enable(0, WRITE, 4))}${arm(1, 'user_page', enable(0, WRITE, 4) | enable(1, ACCESS, 1))}${try64('mov [user_page], eax')}${showDr6}
`,
    expected: [line(DEBUG, undefined, { offset: '+7', ...LONE }), '00000000ffff0ff3'],
    qemu: 'TCG reports one of them (SDM Vol. 3B 17.2.3: each breakpoint whose condition was met)',
  },
  {
    name: 'data breakpoints: REP traps behind the iteration that hits; a fault comes instead of a trap',
    bits: 64,
    body: `${arm(0, 'user_page + 4', enable(0, WRITE, 4))} cld\n${try64('mov edi, user_page', 'mov ecx, 4', 'xor eax, eax', 'rep stosd')}
  mov eax, ecx
  call show32
  mov rax, rdi
  sub rax, user_page
  call show
  mov qword [pd + 3 * 8], pt + 7
  mov qword [pt], user_page + 7
${arm(0, '0x600ffe', enable(0, WRITE, 1))}${try64('mov [0x600ffe], eax')}${showDr6}`,
    expected: [
      line(DEBUG, undefined, { flags: 0x100 }),
      '00000002',
      '0000000000000008',
      line(14, 2, { cr2: 0x601000n }),
      '00000000ffff0ff0',
    ],
  },
  checks('instruction breakpoints', 64, '', [
    [
      'a fault before it',
      `${arm(0, 'broken_1', 1)}${try64('inc ebx').replace(/(at_\d+:)/, '$1\nbroken_1:')}${DISARM}`,
      line(DEBUG, undefined, LONE),
    ],
    ['DR6', ` mov rax, dr6\n and eax, 15\n call show32\n`, '00000001'],
    [
      'not within an instruction',
      `${arm(0, 'broken_2 + 1', 1)}${try64('mov ebx, 1').replace(/(at_\d+:)/, '$1\nbroken_2:')}${DISARM}`,
      'ok',
    ],
    [
      'in user mode',
      `${arm(2, 'broken_3', 1 << 4)}${user64('nop').replace(/(user_at_\d+:)/, '$1\nbroken_3:')}${DISARM}`,
      line(DEBUG, undefined, { ...USER, ...LONE }),
    ],
    [
      'before #UD',
      `${arm(0, 'broken_4', 1)}${try64('ud2').replace(/(at_\d+:)/, '$1\nbroken_4:')}${DISARM}`,
      line(DEBUG, undefined, LONE),
    ],
    [
      'before a page fault of the fetch',
      `${arm(0, '0x8000000000', 1)}${try64('mov rax, 0x8000000000', 'mov [at], rax', 'jmp rax')}${DISARM}`,
      line(DEBUG, undefined, LONE),
    ],
  ]),
  {
    name: 'instruction breakpoints: RF from IRETQ lets one instruction pass, and only one',
    bits: 64,
    body: `
  mov word [idt + 16], pass_once & 0xffff
  mov word [idt + 16 + 6], pass_once >> 16
  jmp pass_ready
pass_once:
  inc ebx
  or dword [rsp + 16], 0x10000
  iretq
pass_ready:
  xor ebx, ebx
  ${arm(0, 'passed', 1)}
  mov ecx, 3
passed:
  dec ecx
  jnz passed
  ${showEbx}
  ; a repeated instruction breaks before its first iteration only
  xor ebx, ebx
  ${arm(0, 'repeated', 1)}
  mov edi, user_page
  mov ecx, 5
repeated:
  rep stosb
  ${DISARM}${showEbx}
  mov eax, ecx
  call show32`,
    expected: ['00000003', '00000001', '00000000'],
    qemu: 'TCG breaks before every iteration (SDM Vol. 3B 17.3.1.1)',
  },
  {
    name: 'instruction breakpoints: none behind MOV SS; POPF does not set RF; a fault under RF sets it again',
    bits: 64,
    body: `${arm(0, 'shadowed', 1)} mov ax, ss\n${try64('mov ss, ax\nshadowed:\n nop')}${arm(0, 'pop_target', 1)}${try64('push 0x10002\n popfq\npop_target:\n nop').replace('at_', 'at_')}${DISARM}
  mov qword [resume], under_rf
  mov qword [at], rf_target
  mov rbx, rsp
  mov [resume_rsp], rsp
  push DATA
  push rbx
  push 0x10002
  push CODE64
  push rf_target
  iretq
rf_target:
  ud2
under_rf:`,
    expected: ['ok', line(DEBUG, undefined, { offset: '+6', ...LONE }), line(6, undefined)],
    qemu: 'TCG breaks behind MOV SS too (SDM Vol. 3A 6.8.3, Vol. 3B 17.3.1.1)',
  },
  checks(
    'I/O breakpoints do nothing without CR4.DE',
    64,
    '',
    [['without DE', `${arm(0, '0x71', enable(0, PORT, 1))}${try64('in al, 0x71')}`, 'ok']],
    'TCG does not ask for CR4.DE (SDM Vol. 3B 17.2.4)',
  ),
  checks('I/O breakpoints', 64, arm(0, '0x71', enable(0, PORT, 1)), [
    [
      'with DE',
      ` mov rax, cr4\n or eax, 8\n mov cr4, rax\n${try64('in al, 0x71')}`,
      line(DEBUG, undefined, { offset: '+2', ...LONE }),
    ],
    ['another port', try64('in al, 0x72'), 'ok'],
    ['a wider access', try64('in ax, 0x70'), line(DEBUG, undefined, { offset: '+3', ...LONE })],
    [
      'out',
      `${arm(0, '0x80', enable(0, PORT, 1))}${try64('xor eax, eax', 'out 0x80, al')}`,
      line(DEBUG, undefined, { offset: '+2', ...LONE }),
    ],
    [
      'two bytes',
      `${arm(0, '0x80', enable(0, PORT, 2))}${try64('xor eax, eax', 'out 0x81, al')}`,
      line(DEBUG, undefined, { offset: '+2', ...LONE }),
    ],
    ['outsb', ` mov esi, gdt\n mov edx, 0x80\n${try64('outsb')}`, line(DEBUG, undefined, { offset: '+1', ...LONE })],
    ['memory is not a port', try64('mov [0x80], al'), 'ok'],
  ]),
  {
    name: 'general detect: a fault that clears GD; the fixed bits of DR6 and DR7',
    bits: 64,
    body: ` mov eax, 0x2000\n mov dr7, rax\n${try64('mov rax, dr0')}${showDr6} mov rax, dr7\n call show\n xor eax, eax\n mov dr6, rax\n${showDr6} mov eax, -1\n mov dr6, rax\n${showDr6} mov eax, 0xffff0000\n mov dr7, rax\n mov rax, dr7\n call show`,
    expected: [
      line(DEBUG, undefined, LONE),
      '00000000ffff2ff0',
      '0000000000000400',
      '00000000ffff0ff0',
      '00000000ffffefff',
      '00000000ffff0400',
    ],
    qemu: 'TCG has no general detect for reads (SDM Vol. 3B 17.3.1.3)',
  },
  {
    name: 'ICEBP reports nothing in DR6, INT 1 neither',
    bits: 64,
    body: ` xor eax, eax\n mov dr6, rax\n${try64('int1')}${showDr6}${try64('int 1')}${showDr6}`,
    expected: [
      line(DEBUG, undefined, { offset: '+1', ...LONE }),
      '00000000ffff0ff0',
      line(DEBUG, undefined, { offset: '+2', ...LONE }),
      '00000000ffff0ff0',
    ],
    qemu: 'INT1 is #UD there (SDM Vol. 2 INT n/INTO/INT3/INT1)',
  },
  {
    name: 'single step: every iteration of REP, none behind MOV SS, not within handlers',
    bits: 64,
    body: `${counting(` cld\n mov edi, user_page\n mov ecx, 5\n xor eax, eax\n push 0x102\n popfq\n rep stosb\n push 2\n popfq\n`)}${showEbx}
  xor ebx, ebx
  mov ax, ss
  push 0x102
  popfq
  mov ss, ax
  nop
  nop
  push 2
  popfq
  ${showEbx}`,
    expected: ['00000007', '00000004'],
  },
  {
    name: 'single step and a data breakpoint share one #DB',
    bits: 64,
    body: `${arm(0, 'user_page', enable(0, WRITE, 1))}
  mov qword [resume], shared
  mov qword [at], sharing
  mov [resume_rsp], rsp
  push 0x102
  popfq
sharing:
  mov [user_page], al
shared:
  ${showDr6}`,
    expected: [line(DEBUG, undefined, { offset: '+7', flags: 1 }), '00000000ffff4ff1'],
    qemu: 'TCG loses the single step (SDM Vol. 3B 17.2.3)',
  },
  {
    name: 'a data breakpoint at the load of SS waits for the instruction behind',
    bits: 64,
    body: ` mov word [user_page], DATA\n${arm(0, 'user_page', enable(0, ACCESS, 1))}${try64('mov ss, [user_page]\n nop')}${DISARM}`,
    expected: [line(DEBUG, undefined, { offset: '+8', ...LONE })],
    qemu: 'TCG traps at once (SDM Vol. 3A 6.8.3)',
  },
];

/** Kept apart: 32-bit guests. */
export const debugLegacyCases: readonly Case[] = [
  {
    name: '32-bit: a data breakpoint and a step in protected mode without paging',
    bits: 32,
    body: ` mov eax, user_top - 64\n mov dr0, eax\n mov eax, ${enable(0, WRITE, 4)}\n mov dr7, eax
  mov dword [resume], legacy_seen
  mov dword [at], legacy_at
  mov [resume_rsp], esp
legacy_at:
  mov [user_top - 64], eax
  jmp finish
legacy_seen:
  mov eax, dr6
  call show32`,
    expected: [line32(DEBUG, undefined, { offset: '+5', flags: 0 }), 'ffff0ff1'],
  },
];
