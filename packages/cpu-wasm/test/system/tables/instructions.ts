/**
 * System instructions one by one: what is privileged, what CR4 allows to programs, what a processor without the feature does not know,
 * and the rules by which CR0, CR3, CR4 and IA32_EFER change outside long mode (SDM Vol. 2, "Protected Mode Exceptions" of each
 * instruction; Vol. 3A 2.5, 4.1, 5.9). A row prepares, runs one instruction, prints `ok` or the vector, and cleans up.
 */
import type { Check, CheckTable } from './table.ts';

interface Row {
  readonly name: string;
  readonly cpl: 0 | 3;
  readonly before?: string;
  readonly instruction: string;
  readonly after?: string;
  readonly expected: 'ok' | '#06' | '#0c' | '#0d';
  readonly qemu?: string;
}

const CAUGHT = [6, 7, 12, 13, 14];
const WITH_CODE: readonly number[] = [12, 13, 14];

/** #SS and #GP take a stack of their own, because RSP may be what is wrong. */
const STACKS = 'mov byte [idt + 12 * 16 + 4], 1\n  mov byte [idt + 13 * 16 + 4], 1';

function rowText(bits: 32 | 64, { cpl, before = '', instruction, after = '' }: Row, n: number): string {
  const [word, sp, iret, code] =
    bits === 64 ? ['qword', 'rsp', 'iretq', 'USER_CODE64'] : ['dword', 'esp', 'iretd', 'USER_CODE32'];
  const user = `
  push USER_DATA
  push user_top
  push 2
  push ${code}
  push user_${n}
  ${iret}
user_${n}:
  ${bits === 32 ? 'mov cx, USER_DATA\n  mov ds, cx' : ''}
  ${instruction}
  int 0x81`;
  return `
  ${before}
  mov ${word} [continue_at], after_${n}
  mov [kernel_stack], ${sp}
  ${cpl === 3 ? user : `${instruction}\n  call ok`}
after_${n}:
  ${after}
`;
}

function tableOf(name: string, bits: 32 | 64, rows: readonly Row[]): CheckTable[] {
  const [a, si, sp] = bits === 64 ? ['rax', 'rsi', 'rsp'] : ['eax', 'esi', 'esp'];
  const gateBytes = bits === 64 ? 16 : 8;
  const gate = (vector: number, handler: string): string => `
  mov eax, ${handler}
  mov [idt + ${vector} * ${gateBytes}], ax
  shr eax, 16
  mov [idt + ${vector} * ${gateBytes} + 6], ax
`;
  const body = (list: readonly Row[]): string => `
  ${CAUGHT.map((vector) => gate(vector, `caught_${vector}`)).join('')}
  ${bits === 64 ? STACKS : ''}
  ${gate(0x81, 'succeeded')}
  mov word [idt + 0x81 * ${gateBytes} + 4], 0xee00
  ${list.map((row, n) => rowText(bits, row, n)).join('')}
  jmp table_end
${CAUGHT.map((vector) => `caught_${vector}:\n  ${WITH_CODE.includes(vector) ? `add ${sp}, 4` : ''}\n  mov ebp, ${vector}\n  jmp caught\n`).join('')}
caught:
  mov ${sp}, [kernel_stack]
  mov cx, DATA
  mov ds, cx
  mov es, cx
  mov al, '#'
  call putc
  mov eax, ebp
  mov ecx, 2
  call hex
  call newline
  jmp [continue_at]
succeeded:
  mov ${sp}, [kernel_stack]
  mov cx, DATA
  mov ds, cx
  mov es, cx
  call ok
  mov ${a}, [continue_at]
  mov ${si}, ${a}
  jmp ${si}
align 8
continue_at: dq 0
kernel_stack: dq 0
align 16
operand: dq 0, 0, 0, 0
align 64
area: times 1024 db 0
table_end:
`;
  const checkOf = (row: Row): Check => ({
    name: `${row.name}${row.cpl === 3 ? ' at CPL 3' : ''}`,
    expected: row.expected,
    ...(row.qemu !== undefined && { qemu: row.qemu }),
  });
  // Rows in which TCG differs are a guest of their own, which QEMU does not run.
  return [
    { name, list: rows.filter(({ qemu }) => qemu === undefined) },
    { name: `${name}, where TCG differs`, list: rows.filter(({ qemu }) => qemu !== undefined) },
  ]
    .filter(({ list }) => list.length > 0)
    .map((part) => ({ name: part.name, bits, body: body(part.list), checks: part.list.map(checkOf) }));
}

const setBit = (register: string, bit: number): string =>
  `mov rax, ${register}\n  bts rax, ${bit}\n  mov ${register}, rax`;
const clearBit = (register: string, bit: number): string =>
  `mov rax, ${register}\n  btr rax, ${bit}\n  mov ${register}, rax`;

/** Bits of CR4. */
const TSD = 2;
const PCE = 8;
const UMIP = 11;
const FSGSBASE = 16;
const OSXSAVE = 18;

const with4 = (bit: number, row: Row): Row => ({ ...row, before: setBit('cr4', bit), after: clearBit('cr4', bit) });

const atBoth = (instruction: string, expected: Row['expected'], atUser: Row['expected'], qemu?: string): Row[] =>
  ([0, 3] as const).map((cpl) => ({
    name: instruction,
    cpl,
    instruction,
    expected: cpl === 0 ? expected : atUser,
    ...(qemu !== undefined && { qemu }),
  }));

const PRIVILEGED = [
  'mov rax, cr0',
  'mov rax, cr2',
  'mov cr2, rax',
  'mov rax, cr3',
  'mov rax, cr4',
  'mov rax, cr8',
  'mov rax, dr7',
  'mov rax, dr0',
  'mov dr0, rax',
  'clts',
  'invlpg [operand]',
  'invd',
  'wbinvd',
  'swapgs',
  'cli',
  'in al, 0x80',
  'out 0x80, al',
];
/** At CPL 0 they would end or change too much. */
const PRIVILEGED_FOR_USERS = [
  'mov cr0, rax',
  'mov cr3, rax',
  'mov cr4, rax',
  'mov cr8, rax',
  'mov dr7, rax',
  'lmsw ax',
  'lgdt [operand]',
  'lidt [operand]',
  'lldt ax',
  'ltr ax',
  'hlt',
  'sti',
  'rdmsr',
  'wrmsr',
];
const FOR_EVERYBODY = [
  'cpuid',
  'rdtsc',
  'rdtscp',
  'rdrand rax',
  'rdseed rax',
  'smsw ax',
  'sgdt [operand]',
  'sidt [operand]',
  'sldt ax',
  'str ax',
  'clflush [operand]',
  'clflushopt [operand]',
  'clwb [operand]',
  'prefetchw [operand]',
  'prefetcht0 [0]',
  'pause',
  'mfence',
];

/** Bytes of instructions whose feature CPUID denies. */
const DENIED: readonly (readonly [string, string, string?])[] = [
  ['xsaves [area]', '0x0f, 0xc7, 0x2c, 0x25\n  dd area'],
  ['xrstors [area]', '0x0f, 0xc7, 0x1c, 0x25\n  dd area'],
  [
    'vaesenc ymm0, ymm1, ymm2',
    '0xc4, 0xe2, 0x75, 0xdc, 0xc2',
    'TCG has VAES (SDM Vol. 2 VAESENC: #UD unless CPUID has it)',
  ],
  ['vpclmulqdq ymm0, ymm1, ymm2, 0', '0xc4, 0xe3, 0x75, 0x44, 0xc2, 0x00'],
  ['rdpkru', '0x0f, 0x01, 0xee'],
  ['wrpkru', '0x0f, 0x01, 0xef'],
  ['vmcall', '0x0f, 0x01, 0xc1', 'QEMU has SVM (SDM Vol. 3C 30.3 VMCALL: #UD outside VMX operation)'],
  ['vmlaunch', '0x0f, 0x01, 0xc2'],
  ['vmread rax, rax', '0x0f, 0x78, 0xc0'],
  ['getsec', '0x0f, 0x37'],
  ['rsm', '0x0f, 0xaa'],
  ['encls', '0x0f, 0x01, 0xcf'],
  ['enclu', '0x0f, 0x01, 0xd7'],
  ['vmrun', '0x0f, 0x01, 0xd8', 'QEMU has SVM (SDM Vol. 2 appendix A: not defined)'],
  ['stgi', '0x0f, 0x01, 0xdc', 'QEMU has SVM (SDM Vol. 2 appendix A: not defined)'],
  ['monitor', '0x0f, 0x01, 0xc8', 'QEMU has MONITOR (SDM Vol. 2 MONITOR, MWAIT: #UD unless CPUID has them)'],
  ['mwait', '0x0f, 0x01, 0xc9', 'QEMU has MONITOR (SDM Vol. 2 MONITOR, MWAIT: #UD unless CPUID has them)'],
  ['monitorx', '0x0f, 0x01, 0xfa'],
  ['clzero', '0x0f, 0x01, 0xfc'],
  ['rdpru', '0x0f, 0x01, 0xfd'],
  ['xbegin', '0xc7, 0xf8, 0, 0, 0, 0', 'TCG has RTM, which always aborts (SDM Vol. 2 XBEGIN: #UD unless CPUID has it)'],
  ['xend', '0x0f, 0x01, 0xd5'],
  [
    'tpause eax',
    '0x66, 0x0f, 0xae, 0xf0',
    'TCG takes it for MFENCE (SDM Vol. 2 TPAUSE, UMONITOR: #UD unless CPUID has it)',
  ],
  [
    'umonitor rax',
    '0xf3, 0x0f, 0xae, 0xf0',
    'TCG takes it for MFENCE (SDM Vol. 2 TPAUSE, UMONITOR: #UD unless CPUID has it)',
  ],
  ['ptwrite eax', '0xf3, 0x0f, 0xae, 0xe0'],
  ['movdiri [rax], eax', '0x0f, 0x38, 0xf9, 0x00'],
  ['movdir64b rax, [rax]', '0x66, 0x0f, 0x38, 0xf8, 0x00'],
  ['enqcmd rax, [rax]', '0xf2, 0x0f, 0x38, 0xf8, 0x00'],
  ['setssbsy', '0xf3, 0x0f, 0x01, 0xe8'],
  [
    'incsspq rax',
    '0xf3, 0x48, 0x0f, 0xae, 0xe8',
    'TCG takes it for LFENCE (SDM Vol. 2 INCSSPQ: #UD unless CPUID has it)',
  ],
  ['hreset', '0xf3, 0x0f, 0x3a, 0xf0, 0xc0, 0x00'],
  ['vaddps zmm0, zmm1, zmm2', '0x62, 0xf1, 0x74, 0x48, 0x58, 0xc2'],
  ['ud2', '0x0f, 0x0b'],
];

const enableXsave = `${setBit('cr4', OSXSAVE)}\n  xor ecx, ecx\n  xor edx, edx\n  mov eax, 7\n  xsetbv`;

/** QEMU's processor calls itself AMD's. */
const NOT_ON_AMD =
  'TCG has no SYSENTER and SYSEXIT in long mode, as processors of AMD have not (SDM Vol. 2 SYSENTER, SYSEXIT)';

const LONG_MODE: readonly Row[] = [
  ...PRIVILEGED.flatMap((instruction) => atBoth(instruction, 'ok', '#0d')),
  ...PRIVILEGED_FOR_USERS.map((instruction): Row => ({ name: instruction, cpl: 3, instruction, expected: '#0d' })),
  ...FOR_EVERYBODY.flatMap((instruction) => atBoth(instruction, 'ok', 'ok')),
  ...atBoth('serialize', 'ok', 'ok', 'TCG has no SERIALIZE (SDM Vol. 2 SERIALIZE)'),
  ...atBoth('rdpid rax', 'ok', 'ok', 'TCG has no RDPID (SDM Vol. 2 RDPID)'),
  { name: 'sysexit', cpl: 3, instruction: 'sysexit', expected: '#0d', qemu: NOT_ON_AMD },
  ...atBoth('invpcid rax, [operand]', '#0d', '#0d', 'TCG has no INVPCID (SDM Vol. 2 INVPCID)').map((row) => ({
    ...row,
    before: 'nop',
    instruction: `mov eax, 4\n  ${row.instruction}`,
  })),
  ...[
    'sgdt [operand]',
    'sidt [operand]',
    'sldt ax',
    'str ax',
    'smsw ax',
    'sldt [operand]',
    'str [operand]',
    'smsw [operand]',
  ].flatMap((instruction) =>
    atBoth(instruction, 'ok', '#0d').map((row) => ({ ...with4(UMIP, row), name: `${row.name}, CR4.UMIP` })),
  ),
  ...['rdtsc', 'rdtscp'].flatMap((instruction) =>
    atBoth(instruction, 'ok', '#0d').map((row) => ({ ...with4(TSD, row), name: `${row.name}, CR4.TSD` })),
  ),
  ...atBoth('rdpmc', '#0d', '#0d', 'TCG knows no RDPMC (SDM Vol. 2 RDPMC: #GP for a counter that is not there)').map(
    (row) => with4(PCE, row),
  ),
  { name: 'rdpmc without CR4.PCE', cpl: 3, instruction: 'rdpmc', expected: '#0d' },
  ...['stac', 'clac'].flatMap((instruction) => atBoth(instruction, 'ok', '#06')),
  ...atBoth('lock stac', '#06', '#06', 'TCG does not check LOCK here (SDM Vol. 2 STAC)').map((row) => ({
    ...row,
    instruction: 'db 0xf0, 0x0f, 0x01, 0xcb',
  })),
  ...['rdfsbase rax', 'rdgsbase rax', 'wrfsbase rax', 'wrgsbase rax'].flatMap((instruction) => [
    ...atBoth(instruction, '#06', '#06'),
    ...atBoth(instruction, 'ok', 'ok').map((row) => ({
      ...with4(FSGSBASE, row),
      name: `${row.name}, CR4.FSGSBASE`,
      instruction: `xor eax, eax\n  ${instruction}`,
    })),
  ]),
  ...['wrfsbase rax', 'wrgsbase rax'].flatMap((instruction) =>
    atBoth(
      `${instruction} of an address that is not canonical`,
      '#0d',
      '#0d',
      'TCG does not check it (SDM Vol. 2 WRFSBASE/WRGSBASE)',
    ).map((row) => ({
      ...with4(FSGSBASE, row),
      instruction: `mov rax, 0x800000000000\n  ${instruction}`,
    })),
  ),
  ...['xgetbv', 'xsetbv'].flatMap((instruction) =>
    atBoth(
      `${instruction} without CR4.OSXSAVE`,
      '#06',
      '#06',
      instruction === 'xsetbv' ? 'TCG looks at the CPL first (SDM Vol. 3A table 6-2, Vol. 2 XSETBV)' : undefined,
    ).map((row) => ({ ...row, instruction: `xor ecx, ecx\n  ${instruction}` })),
  ),
  ...(
    [
      [0, 'ok'],
      [1, 'ok'],
      [2, '#0d'],
      [0xffffffff, '#0d'],
    ] as const
  ).flatMap(([index, expected]) =>
    atBoth(`xgetbv of ${index}`, expected, expected).map((row) => ({
      ...with4(OSXSAVE, row),
      instruction: `mov ecx, ${index}\n  xgetbv`,
    })),
  ),
  ...(
    [
      [0, 'ok'],
      [1, '#0d'],
    ] as const
  ).flatMap(([index, expected]) =>
    atBoth(`xsetbv of ${index}`, expected, '#0d').map((row) => ({
      ...with4(OSXSAVE, row),
      instruction: `mov ecx, ${index}\n  mov eax, 1\n  xor edx, edx\n  xsetbv`,
    })),
  ),
  ...atBoth('syscall without EFER.SCE', '#06', '#06').map((row) => ({ ...row, instruction: 'syscall' })),
  ...atBoth('sysretq without EFER.SCE', '#06', '#06').map((row) => ({ ...row, instruction: 'sysretq' })),
  ...atBoth('sysenter with IA32_SYSENTER_CS 0', '#0d', '#0d', NOT_ON_AMD).map((row) => ({
    ...row,
    instruction: 'sysenter',
  })),
  ...DENIED.flatMap(([name, bytes, qemu]) =>
    atBoth(name, '#06', '#06', qemu).map((row) => ({
      ...row,
      before: enableXsave,
      after: clearBit('cr4', OSXSAVE),
      instruction: `db ${bytes}`,
    })),
  ),
];

/** An address that is not canonical, with room below it for what is pushed. */
const BAD = '0x800000001000';
const bad = (
  name: string,
  instruction: string,
  expected: Row['expected'],
  { qemu, register = 'rbx' }: { readonly qemu?: string; readonly register?: string } = {},
): Row[] =>
  ([0, 3] as const).map((cpl) => ({
    name: `${name}, not canonical`,
    cpl,
    instruction: `mov ${register}, ${BAD}\n  ${instruction}`,
    expected,
    ...((qemu !== undefined || expected === '#0c') && {
      qemu: qemu ?? 'TCG raises #GP for stacks too (SDM Vol. 3A 6.15 "Interrupt 12")',
    }),
  }));
const NO_CHECK = 'TCG does not check operands that it does not access (SDM Vol. 2 CLFLUSH)';

/** Addresses that are not canonical (SDM Vol. 1 3.3.7.1): #GP, by way of the stack segment #SS; where nothing is accessed nothing. */
const CANONICAL: readonly Row[] = [
  ...bad('a load', 'mov al, [rbx]', '#0d'),
  ...bad('a store', 'mov [rbx], al', '#0d'),
  ...bad('read and write', 'lock inc qword [rbx]', '#0d'),
  ...bad('a load by RBP', 'mov al, [rbp]', '#0c', { register: 'rbp' }),
  ...bad('a load by RSP', 'mov al, [rsp]', '#0c', { register: 'rsp' }),
  ...bad('a load by RBP with a DS prefix, which means nothing', 'db 0x3e\n  mov al, [rbp]', '#0c', { register: 'rbp' }),
  ...bad('a load by RBP with FS', 'mov al, [fs:rbp]', '#0d', { register: 'rbp' }),
  ...bad('PUSH', 'push rax', '#0c', { register: 'rsp' }),
  ...bad('POP', 'pop rax', '#0c', { register: 'rsp' }),
  ...bad('CALL, its stack', 'call rax', '#0c', { register: 'rsp' }),
  ...bad('RET, its stack', 'ret', '#0c', { register: 'rsp' }),
  ...bad('LEAVE', 'leave', '#0c', { register: 'rbp' }),
  ...bad('JMP to it', 'jmp rbx', '#0d'),
  ...bad('CALL of it', 'call rbx', '#0d'),
  ...bad('RET to it', 'push rbx\n  ret', '#0d'),
  ...bad('LODSB', 'lodsb', '#0d', { register: 'rsi' }),
  ...bad('STOSB', 'stosb', '#0d', { register: 'rdi' }),
  ...bad('REP MOVSB of no byte', 'xor ecx, ecx\n  rep movsb', 'ok', { register: 'rsi' }),
  ...bad('LEA', 'lea rax, [rbx]', 'ok'),
  ...bad('a long NOP', 'nop dword [rbx]', 'ok'),
  ...bad('PREFETCHT0', 'prefetcht0 [rbx]', 'ok'),
  ...bad('CLFLUSH', 'clflush [rbx]', '#0d', { qemu: NO_CHECK }),
  { name: 'INVLPG, not canonical', cpl: 0, instruction: `mov rbx, ${BAD}\n  invlpg [rbx]`, expected: 'ok' },
  {
    name: 'LGDT with a base that is not canonical',
    cpl: 0,
    before: `mov rax, ${BAD}\n  mov word [operand], 0xff\n  mov [operand + 2], rax`,
    instruction: 'lgdt [operand]',
    expected: '#0d',
    qemu: 'TCG does not check it (SDM Vol. 2 LGDT/LIDT)',
  },
  {
    name: 'LIDT with a base that is not canonical',
    cpl: 0,
    before: `mov rax, ${BAD}\n  mov word [operand], 0xfff\n  mov [operand + 2], rax`,
    instruction: 'lidt [operand]',
    expected: '#0d',
    qemu: 'TCG does not check it (SDM Vol. 2 LGDT/LIDT)',
  },
  {
    name: 'IRETQ to an address that is not canonical',
    cpl: 0,
    instruction: `mov rbx, ${BAD}\n  push DATA\n  push stack_top\n  push 2\n  push CODE64\n  push rbx\n  iretq`,
    expected: '#0d',
  },
];

/** Bits of control registers for 32-bit code. */
const set32 = (register: string, bit: number): string =>
  `mov eax, ${register}\n  bts eax, ${bit}\n  mov ${register}, eax`;
const clear32 = (register: string, bit: number): string =>
  `mov eax, ${register}\n  btr eax, ${bit}\n  mov ${register}, eax`;
const efer = (bit: number, verb: 'bts' | 'btr'): string =>
  `mov ecx, 0xc0000080\n  rdmsr\n  ${verb} eax, ${bit}\n  wrmsr`;
const PG = 31;
const PAE = 5;
const PGE = 7;
const SMEP = 20;
/** PAE paging over an identity map of 2 MiB pages. */
const PAE_ON = `
  mov dword [pdpt], page_directories + 1
  mov dword [pdpt + 4], 0
  mov dword [page_directories], 0x83
  mov dword [page_directories + 4], 0
  mov dword [page_directories + 8], 0x200083
  mov dword [page_directories + 12], 0
  ${set32('cr4', PAE)}
  mov eax, pdpt
  mov cr3, eax`;
const PAE_OFF = `
  ${clear32('cr0', PG)}
  ${clear32('cr4', PAE)}
  mov eax, cr4
  and eax, 0xffefff7f
  mov cr4, eax
  mov dword [pdpt + 8], 0`;
/** A present entry with a reserved bit. */
const SPOIL = 'mov dword [pdpt + 8], 3';
const PDPTE = 'TCG does not check PDPTEs (SDM Vol. 3A 4.4.1)';

const row32 = (name: string, instruction: string, expected: Row['expected'], options: Partial<Row> = {}): Row => ({
  name,
  cpl: 0,
  instruction,
  expected,
  ...options,
});

const PROTECTED_MODE: readonly Row[] = [
  row32('CR0.PG without PE', 'mov eax, 0x80000010\n  mov cr0, eax', '#0d', {
    qemu: 'TCG does as it is told (SDM Vol. 3A 2.5)',
  }),
  row32('CR0.NW without CD', 'mov eax, cr0\n  btr eax, 30\n  bts eax, 29\n  mov cr0, eax', '#0d', {
    qemu: 'TCG does not check it (SDM Vol. 3A 2.5)',
  }),
  row32('CR0.NW with CD', 'mov eax, cr0\n  or eax, 0x60000000\n  mov cr0, eax', 'ok', {
    after: 'mov eax, cr0\n  and eax, 0x9fffffff\n  mov cr0, eax',
  }),
  row32('CR0.PG with EFER.LME and without CR4.PAE', set32('cr0', PG), '#0d', {
    before: efer(8, 'bts'),
    after: efer(8, 'btr'),
    qemu: 'TCG ignores the write (SDM Vol. 3A 2.2.1, 4.1.2)',
  }),
  row32('CR4.PCIDE outside long mode', set32('cr4', 17), '#0d', { qemu: 'TCG has no PCID (SDM Vol. 3A 4.10.1)' }),
  ...[12, 13, 14, 15, 19, 22, 23, 24, 25, 28, 31].map((bit) =>
    row32(`CR4 bit ${bit}`, set32('cr4', bit), '#0d', {
      qemu: 'TCG ignores it, or has the feature (SDM Vol. 3A 2.5: reserved bits must be 0)',
    }),
  ),
  row32('CR3 takes every bit without paging', 'mov eax, 0xffffffff\n  mov cr3, eax', 'ok', {
    after: 'xor eax, eax\n  mov cr3, eax',
  }),
  row32('EFER.LME on and off without paging', `${efer(8, 'bts')}\n  ${efer(8, 'btr')}`, 'ok'),
  row32('EFER.LME under PAE paging', efer(8, 'bts'), '#0d', {
    before: `${PAE_ON}\n  ${set32('cr0', PG)}`,
    after: PAE_OFF,
    qemu: 'TCG does not check it (SDM Vol. 3A 2.2.1)',
  }),
  row32('PAE paging on', set32('cr0', PG), 'ok', { before: PAE_ON, after: PAE_OFF }),
  row32('PAE paging on with a bad PDPTE', set32('cr0', PG), '#0d', {
    before: `${PAE_ON}\n  ${SPOIL}`,
    after: PAE_OFF,
    qemu: PDPTE,
  }),
  ...(
    [
      ['MOV to CR3', 'mov eax, cr3\n  mov cr3, eax', '#0d'],
      ['CR4.PGE changes', set32('cr4', PGE), '#0d'],
      ['CR4.PSE changes', set32('cr4', 4), '#0d'],
      ['CR4.SMEP changes', set32('cr4', SMEP), '#0d'],
      ['CR0.CD changes', set32('cr0', 30), '#0d'],
      ['CR4.TSD changes, which loads no PDPTEs', set32('cr4', TSD), 'ok'],
      ['CR0.TS changes, which loads no PDPTEs', 'mov eax, cr0\n  bts eax, 3\n  mov cr0, eax\n  clts', 'ok'],
    ] as const
  ).map(([name, instruction, expected]) =>
    row32(`a bad PDPTE: ${name}`, instruction, expected, {
      before: `${PAE_ON}\n  ${set32('cr0', PG)}\n  ${SPOIL}`,
      after: `${PAE_OFF}\n  ${clear32('cr4', TSD)}\n  ${clear32('cr4', 4)}\n  ${clear32('cr0', 30)}`,
      ...(expected === '#0d' && { qemu: PDPTE }),
    }),
  ),
  row32('CR4.PAE off under PAE paging', clear32('cr4', PAE), 'ok', {
    before: `${PAE_ON}\n  mov dword [directory], 0x83\n  ${set32('cr4', 4)}\n  ${set32('cr0', PG)}\n  mov dword [pdpt], 0x83`,
    after: `${PAE_OFF}\n  ${clear32('cr4', 4)}`,
    qemu: 'TCG walks on with what it has cached (SDM Vol. 3A 4.3, 4.10.4.1)',
  }),
  ...[
    'sysexit',
    'rdmsr',
    'mov eax, cr0',
    'hlt',
    'invlpg [operand]',
    'lgdt [operand]',
    'cli',
    'in al, 0x80',
    'wbinvd',
  ].map((instruction) => row32(instruction, instruction, '#0d', { cpl: 3 })),
  ...['cpuid', 'rdtsc', 'smsw ax', 'sgdt [operand]', 'rdrand eax'].map((instruction) =>
    row32(instruction, instruction, 'ok', { cpl: 3 }),
  ),
  row32('syscall, which exists in 64-bit mode only', 'db 0x0f, 0x05', '#06', {
    before: efer(0, 'bts'),
    after: efer(0, 'btr'),
    qemu: 'TCG has it as AMD does (SDM Vol. 2 SYSCALL)',
  }),
  row32('swapgs, which exists in 64-bit mode only', 'db 0x0f, 0x01, 0xf8', '#06'),
  row32('mov eax, cr8 by LOCK, which AMD has', 'db 0xf0, 0x0f, 0x20, 0xc0', '#06', {
    qemu: 'TCG has it as AMD does (SDM Vol. 2 MOV to control registers, LOCK)',
  }),
  row32('rdfsbase, which exists in 64-bit mode only', 'db 0xf3, 0x0f, 0xae, 0xc0', '#06'),
];

export const instructionTables: readonly CheckTable[] = [
  ...tableOf('system instructions in 64-bit mode', 64, LONG_MODE),
  ...tableOf('canonical addresses', 64, CANONICAL),
  ...tableOf('control registers and instructions in 32-bit mode', 32, PROTECTED_MODE),
];
