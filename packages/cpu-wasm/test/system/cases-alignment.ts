/** Alignment checking: CR0.AM, RFLAGS.AC and CPL 3 together (SDM Vol. 3A 6.15 "Interrupt 17", table 6-7). */
import { type Case, type Check, checks, line, line32, USER, USER32, user32With, user64, user64With } from './cases.ts';

const ALIGNMENT = 17;
const AC_FLAG = 0x40002;
const TCG = 'TCG checks no alignment (SDM Vol. 3A 6.15 "Interrupt 17")';
/** CR0.AM; CR4.OSFXSR and OSXMMEXCPT for the vector instructions. */
const SETUP = ' mov rax, cr0\n or eax, 0x40000\n mov cr0, rax\n mov rax, cr4\n or eax, 0x600\n mov cr4, rax\n cld\n';

/** User code that starts with RFLAGS.AC set. */
const aligned = (...lines: string[]): string => user64With(AC_FLAG, ...lines);
const aligned32 = (...lines: string[]): string => user32With(AC_FLAG, 32, ...lines);
const unaligned = (name: string, ...lines: string[]): Check => [
  name,
  aligned(...lines),
  line(ALIGNMENT, 0, { ...USER, flags: 0x500 }),
];
const allowed = (name: string, bytes: number, ...lines: string[]): Check => [
  name,
  aligned(...lines),
  line(0x80, undefined, { ...USER, offset: `+${(bytes + 2).toString(16)}`, flags: 0x400 }),
];
const RDI = 'mov edi, user_page + 64';

export const alignmentCases: readonly Case[] = [
  checks(
    'alignment checks: kinds of accesses',
    64,
    SETUP,
    [
      unaligned('read word', RDI, 'mov ax, [rdi + 1]'),
      unaligned('read doubleword', RDI, 'mov eax, [rdi + 2]'),
      unaligned('read quadword', RDI, 'mov rax, [rdi + 4]'),
      unaligned('write word', RDI, 'mov [rdi + 1], ax'),
      unaligned('write doubleword', RDI, 'mov [rdi + 2], eax'),
      unaligned('write quadword', RDI, 'mov [rdi + 4], rax'),
      unaligned('read-modify-write', RDI, 'add dword [rdi + 1], 1'),
      unaligned('push', 'lea rsp, [rsp - 4]', 'push rax'),
      unaligned('pop', 'lea rsp, [rsp - 12]', 'pop rax'),
      unaligned('call', 'lea rsp, [rsp - 4]', 'mov eax, user_page', 'call rax'),
      unaligned('ret', 'lea rsp, [rsp - 12]', 'ret'),
      unaligned('movsd string', 'mov esi, user_page + 2', RDI, 'movsd'),
      unaligned('stosw', 'mov edi, user_page + 1', 'stosw'),
      unaligned('lodsq', 'mov esi, user_page + 4', 'lodsq'),
      unaligned('scasd', 'mov edi, user_page + 3', 'scasd'),
      unaligned('xchg', RDI, 'xchg [rdi + 1], eax'),
      unaligned('cmpxchg8b', RDI, 'cmpxchg8b [rdi + 4]'),
      unaligned('bt', RDI, 'bt dword [rdi + 1], 1'),
      unaligned('fld of 32 bits', RDI, 'fld dword [rdi + 2]'),
      unaligned('fld of 64 bits', RDI, 'fld qword [rdi + 4]'),
      unaligned('fld of 80 bits', RDI, 'fld tword [rdi + 4]'),
      unaligned('movq', RDI, 'movq xmm0, [rdi + 4]'),
      unaligned('across a page', 'mov edi, user_page + 4095', 'mov eax, [rdi]'),
      allowed('byte', 3, RDI, 'mov al, [rdi + 1]'),
      allowed('aligned word', 4, RDI, 'mov ax, [rdi + 2]'),
      allowed('aligned doubleword', 3, RDI, 'mov eax, [rdi + 4]'),
      allowed('aligned quadword', 4, RDI, 'mov rax, [rdi + 8]'),
      allowed('aligned 80 bits', 3, RDI, 'fld tword [rdi + 8]'),
      allowed('lea', 3, RDI, 'lea eax, [rdi + 1]'),
      allowed('movdqu', 5, RDI, 'movdqu xmm0, [rdi + 1]'),
    ],
    TCG,
  ),
  checks(
    'alignment checks: off without AC, AM or CPL 3; priorities',
    64,
    SETUP,
    [
      ['AC clear', user64(RDI, 'mov eax, [rdi + 1]'), line(0x80, undefined, { ...USER, offset: '+5', flags: 0 })],
      ['CPL 0', ' push 0x40002\n popfq\n mov edi, user_page\n mov eax, [rdi + 1]\n push 2\n popfq\n call ok\n', 'ok'],
      ['#GP first', aligned('mov rdi, 0x800000000001', 'mov eax, [rdi]'), line(13, 0, { ...USER, flags: 0x500 })],
      ['#SS first', aligned('mov rbp, 0x800000000001', 'mov eax, [rbp]'), line(12, 0, { ...USER, flags: 0x500 })],
      ['before #PF', aligned('mov rdi, 0x8000000001', 'mov eax, [rdi]'), line(ALIGNMENT, 0, { ...USER, flags: 0x500 })],
      [
        '#PF when aligned',
        aligned('mov rdi, 0x8000000004', 'mov eax, [rdi]'),
        line(14, 4, { ...USER, flags: 0x500, cr2: 0x8000000004n }),
      ],
      ['128 bits that must be aligned', aligned(RDI, 'movaps xmm0, [rdi + 1]'), line(13, 0, { ...USER, flags: 0x500 })],
      [
        'set by popf',
        user64('push 0x40002', 'popfq', RDI, 'mov eax, [rdi + 1]'),
        line(ALIGNMENT, 0, { ...USER, flags: 0x500 }),
      ],
      [
        'AM clear',
        ` mov rax, cr0\n and eax, 0xfffbffff\n mov cr0, rax\n${aligned(RDI, 'mov eax, [rdi + 1]')}`,
        line(0x80, undefined, { ...USER, offset: '+5', flags: 0x400 }),
      ],
    ],
    TCG,
  ),
  checks(
    'alignment checks: 32-bit code',
    32,
    ' mov eax, cr0\n or eax, 0x40000\n mov cr0, eax\n',
    [
      ['read', aligned32('mov eax, [user_top - 63]'), line32(ALIGNMENT, 0, { ...USER32, flags: 0x500 })],
      ['push', aligned32('lea esp, [esp - 2]', 'push eax'), line32(ALIGNMENT, 0, { ...USER32, flags: 0x500 })],
      [
        'les',
        aligned32('mov edi, user_top - 64', 'les eax, [edi + 2]'),
        line32(ALIGNMENT, 0, { ...USER32, flags: 0x500 }),
      ],
      [
        'aligned',
        aligned32('mov eax, [user_top - 64]'),
        line32(0x80, undefined, { ...USER32, offset: '+7', flags: 0x400 }),
      ],
    ],
    TCG,
  ),
];
