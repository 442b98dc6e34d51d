/**
 * Code that is reached through several code segments (SDM Vol. 3A 5.3 limit checking, 3.4.3 segment registers): what has been decoded
 * or linked under one base and limit must not be run under another. Every segment here has 32 bits; `inside` gives an
 * offset in one whose base is the load address.
 */
import { type Case, line32 } from './cases.ts';
import { descriptor } from './cases-exceptions.ts';
import { PAGING_32 } from './cases-legacy.ts';

const GENERAL = 13;
const NO_LIMITS = 'TCG checks no limits (SDM Vol. 3A 5.3)';
/** Selectors of the first two slots. */
const [FIRST, SECOND] = [0x48, 0x50];
const gp = (cs: number) => line32(GENERAL, 0, { cs });
const inside = (label: string): string => `${label} - 0x100000`;
/** A code segment in a slot, whose last byte is the one before `end`. */
const upTo = (index: number, end: string): string => descriptor(index, 0x00409a10, `${inside(end)} - 1`);
const showEax = '\n  call show32\n';

let serial = 0;

/** A far call that prints `ok` when it returns, else the exception, whose RIP is told relative to `at`. */
function attemptCall(selector: number, label: string, at: string): string {
  const n = serial++;
  return `
  mov dword [resume], called_${n}
  mov dword [at], ${inside(at)}
  mov [resume_rsp], esp
  call ${selector}:${inside(label)}
  call ok
called_${n}:
`;
}

/** The same routine through the first segment, the second one, and again through each. */
const inTurns = (label: string, at: string): string =>
  [FIRST, FIRST, SECOND, SECOND, FIRST, SECOND].map((selector) => attemptCall(selector, label, at)).join('');
const IN_TURNS = ['ok', 'ok', gp(SECOND), gp(SECOND), 'ok', gp(SECOND)];

/** A branch to `beyond`, which lies outside the second segment; the branch itself faults. */
const branch = (name: string, ...lines: readonly string[]): Case => ({
  name: `code segments: ${name} beyond the limit of one and within that of the other`,
  bits: 32,
  body: `
  jmp branch_begin
branch_routine:
  ${lines.slice(0, -1).join('\n  ')}
branch_at:
  ${lines.at(-1)}
  retf
branch_beyond:
  retf
branch_leaf:
  ret
branch_begin:
  ${upTo(0, 'branch_begin')}${upTo(1, 'branch_beyond')}
  ${inTurns('branch_routine', 'branch_at')}`,
  expected: IN_TURNS,
  qemu: NO_LIMITS,
});

export const codeSegmentCases: readonly Case[] = [
  {
    name: 'code segments: a straight way beyond the limit of one and within that of the other',
    bits: 32,
    body: `
  jmp straight_begin
straight_routine:
  inc eax
  inc eax
straight_cut:
  mov ebx, 0x12345678
  retf
straight_begin:
  ${upTo(0, 'straight_begin')}${upTo(1, 'straight_cut + 1')}
  ${inTurns('straight_routine', 'straight_cut')}`,
    expected: IN_TURNS,
    qemu: NO_LIMITS,
  },
  branch('JMP', 'jmp branch_beyond'),
  branch('Jcc', 'xor ecx, ecx', 'jz branch_beyond'),
  branch('LOOP', 'mov ecx, 2', 'loop branch_beyond'),
  branch('JECXZ', 'xor ecx, ecx', 'jecxz branch_beyond'),
  branch('CALL', 'call branch_leaf'),
  branch('RET', `push ${inside('branch_beyond')}`, 'ret'),
  {
    name: 'code segments: one selector, whose descriptor gets another limit',
    bits: 32,
    body: `
  jmp reload_begin
reload_routine:
  inc eax
reload_cut:
  inc eax
  retf
reload_begin:
  ${['reload_begin', 'reload_cut', 'reload_begin', 'reload_cut + 1', 'reload_cut']
    .map((end) => upTo(0, end) + attemptCall(FIRST, 'reload_routine', 'reload_cut'))
    .join('')}`,
    expected: ['ok', gp(FIRST), 'ok', line32(GENERAL, 0, { cs: FIRST, offset: '+1' }), gp(FIRST)],
    qemu: NO_LIMITS,
  },
  {
    name: 'code segments: more limits than are told apart at a time',
    bits: 32,
    // Each round gives the segment a limit of its own, and in every second one the routine does not fit.
    body: `
  jmp many_begin
many_routine:
  inc ebx
many_cut:
  inc ebx
  retf
many_fault:
  inc esi
  mov esp, edi
  jmp many_next
many_begin:
  mov word [idt + 13 * 8], many_fault & 0xffff
  mov word [idt + 13 * 8 + 6], many_fault >> 16
  ${descriptor(0, 0x00409a10)}
  xor ebx, ebx
  xor esi, esi
  mov edi, esp
  mov ecx, 1500
many_again:
  mov eax, ecx
  add eax, ${inside('many_begin')}
  test ecx, 1
  jz many_set
  mov eax, ${inside('many_cut')} - 1
many_set:
  mov [slot], ax
  call ${FIRST}:${inside('many_routine')}
many_next:
  dec ecx
  jnz many_again
  mov eax, ebx${showEax}  mov eax, esi${showEax}`,
    expected: [(750 * 3).toString(16).padStart(8, '0'), (750).toString(16).padStart(8, '0')],
    qemu: NO_LIMITS,
  },
  {
    name: 'code segments: one offset within a page, bases less than a page apart',
    bits: 32,
    body: `
  jmp bases_begin
align 64
bases_routine:
  add eax, 1
  retf
align 16
  add eax, 0x100
  retf
align 16
  add eax, 0x10000
  retf
bases_begin:
  ${descriptor(0, 0x00409a10)}${descriptor(1, 0x00409a10, 0x0010ffff)}${descriptor(2, 0x00409a10, 0x0020ffff)}
  xor eax, eax
  mov ecx, 3
bases_again:
  call ${FIRST}:${inside('bases_routine')}
  call ${SECOND}:${inside('bases_routine')}
  call ${SECOND}:${inside('bases_routine')}
  call 0x58:${inside('bases_routine')}
  dec ecx
  jnz bases_again${showEax}`,
    expected: ['00030603'],
  },
  {
    name: 'code segments: the limit comes before a page that is not present',
    bits: 32,
    // One page at 800000h; INC EAX is its last byte, then its last two bytes begin MOV EAX, imm32.
    body: `${PAGING_32}${descriptor(0, 0x00409a80, 0x0fff)}
  mov word [0x800ffe], 0x4040
  mov dword [resume], page_1
  mov dword [at], 0x1000
  mov [resume_rsp], esp
  jmp ${FIRST}:0xffe
page_1:
  mov word [0x800ffe], 0xb890
  mov dword [resume], page_2
  mov dword [at], 0xfff
  jmp ${FIRST}:0xffe
page_2:
  ${descriptor(0, 0x00409a80, 0x1003)}
  mov dword [resume], page_3
  mov dword [at], 0xfff
  jmp ${FIRST}:0xffe
page_3:`,
    expected: [gp(FIRST), gp(FIRST), line32(14, 0, { cs: FIRST, cr2: 0x801000n })],
    qemu: NO_LIMITS,
  },
  {
    name: 'code segments: a branch within a page of offsets that leaves the page of memory',
    bits: 32,
    // Offsets 700h and 900h are in two pages, because of the base, and in one frame at first; then the second page gets another one.
    body: `${PAGING_32}${descriptor(0, 0x00409a80, 0x0800ffff)}
  jmp link_begin
align 4
link_first:
  inc eax
  jmp link_first + 0x200
link_second:
  add eax, 0x100
  retf
link_other:
  add eax, 0x10000
  retf
link_begin:
  mov dword [table + 4], user_top - 4096 + 7
  mov dword [table + 8], user_top - 8192 + 7
  cld
  mov esi, link_first
  mov edi, 0x800f00
  movsd
  movsd
  mov esi, link_second
  mov edi, 0x801100
  movsd
  movsd
  mov esi, link_other
  mov edi, 0x802100
  movsd
  movsd
  xor eax, eax
  mov ecx, 3
link_again:
  call ${FIRST}:0x700
  dec ecx
  jnz link_again
  mov dword [table + 4], user_top - 8192 + 7
  invlpg [0x801000]
  call ${FIRST}:0x700${showEax}`,
    expected: ['00010304'],
  },
];
