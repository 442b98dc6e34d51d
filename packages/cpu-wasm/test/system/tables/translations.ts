/**
 * What removes a cached translation (SDM Vol. 3A 4.10.4.1; Vol. 2 INVLPG, INVPCID): the guest reads a page, changes its entry to
 * another frame without telling anybody, does one operation, and reads again: `new` must be seen where the manual demands it. Where a
 * translation may stay, this core keeps it (`old`), so that a forgotten INVLPG shows; QEMU may do as it likes there.
 */
import type { Check, CheckTable } from './table.ts';

/** One operation, before which the translation was cached under the current PCID (1 with PCIDs) or another one (2). */
interface Row {
  readonly name: string;
  readonly operation: string;
  readonly isGlobal: boolean;
  readonly usesPcids: boolean;
  readonly expected: 'old' | 'new';
  /** The manual allows the other answer too. */
  readonly isFree?: true;
}

const toggleCr4 = (bit: number): string => `
  mov rax, cr4
  btc rax, ${bit}
  mov cr4, rax
  btc rax, ${bit}
  mov cr4, rax`;
const reloadCr3 = 'mov rax, cr3\n  mov cr3, rax';
const keepingCr3 = 'mov rax, cr3\n  bts rax, 63\n  mov cr3, rax';
/** Leaves for PCID 2 and comes back; the translations of PCID 1 are kept by bit 63 on the way back or not. */
const awayAndBack = (keeps: boolean): string =>
  `mov rax, cr3\n  mov rbx, rax\n  xor eax, 3\n  mov cr3, rax\n  ${keeps ? 'bts rbx, 63' : 'nop'}\n  mov cr3, rbx`;
const invpcid = (type: number, pcid: number, address = 'PAGE'): string =>
  `mov qword [descriptor], ${pcid}\n  mov rax, ${address}\n  mov [descriptor + 8], rax\n  mov eax, ${type}\n  invpcid rax, [descriptor]`;

function rows(
  name: string,
  operation: string,
  results: Partial<Record<'plain' | 'global' | 'pcid' | 'pcidGlobal', 'old' | 'new' | 'free'>>,
): Row[] {
  return Object.entries(results).map(([kind, result]) => ({
    name: `${name}${kind.toLowerCase().includes('global') ? ', global page' : ''}${kind.startsWith('pcid') ? ', PCIDs on' : ''}`,
    operation,
    isGlobal: kind.toLowerCase().includes('global'),
    usesPcids: kind.startsWith('pcid'),
    expected: result === 'new' ? 'new' : 'old',
    ...(result !== 'new' && { isFree: true as const }),
  }));
}

const PGE = 7;
const ROWS: readonly Row[] = [
  ...rows('nothing', 'nop', { plain: 'free', global: 'free', pcid: 'free', pcidGlobal: 'free' }),
  ...rows('INVLPG of the page', 'invlpg [PAGE]', { plain: 'new', global: 'new', pcid: 'new', pcidGlobal: 'new' }),
  ...rows('INVLPG within the page', 'invlpg [PAGE + 0xfff]', { plain: 'new', global: 'new' }),
  ...rows('INVLPG of the next page', 'invlpg [PAGE + 0x1000]', { plain: 'free', global: 'free', pcid: 'free' }),
  ...rows('MOV to CR3', reloadCr3, { plain: 'new', global: 'free', pcid: 'new', pcidGlobal: 'free' }),
  ...rows('MOV to CR3 with bit 63', keepingCr3, { pcid: 'free', pcidGlobal: 'free' }),
  ...rows('another PCID and back', awayAndBack(false), { pcid: 'new', pcidGlobal: 'free' }),
  ...rows('another PCID and back with bit 63', awayAndBack(true), { pcid: 'free', pcidGlobal: 'free' }),
  ...rows('CR4.PGE off and on', toggleCr4(PGE), { plain: 'new', global: 'new', pcid: 'new', pcidGlobal: 'new' }),
  ...rows('INVPCID 0 of the page', invpcid(0, 1), { pcid: 'new' }),
  ...rows('INVPCID 0 of another page', invpcid(0, 1, 'PAGE + 0x1000'), { pcid: 'free' }),
  ...rows('INVPCID 0 of the page in another PCID', invpcid(0, 2), { pcid: 'free', pcidGlobal: 'free' }),
  ...rows('INVPCID 1 of the PCID', invpcid(1, 1), { pcid: 'new', pcidGlobal: 'free' }),
  ...rows('INVPCID 1 of another PCID', invpcid(1, 2), { pcid: 'free', pcidGlobal: 'free' }),
  ...rows('INVPCID 2', invpcid(2, 0), { plain: 'new', global: 'new', pcid: 'new', pcidGlobal: 'new' }),
  ...rows('INVPCID 3', invpcid(3, 0), { plain: 'new', global: 'free', pcid: 'new', pcidGlobal: 'free' }),
  ...rows('INVPCID 0 of PCID 0', invpcid(0, 0), { plain: 'new' }),
  ...rows('INVPCID 1 of PCID 0', invpcid(1, 0), { plain: 'new', global: 'free' }),
];

const PAGE = 0x600000;
const GLOBAL = 0x100;

function guestRow({ operation, isGlobal, usesPcids }: Row): string {
  const flags = 3 | (isGlobal ? GLOBAL : 0);
  return `
  ; CR3 with PCID 0, then PCIDs on or off, everything forgotten
  mov rax, cr4
  btr rax, 17
  bts rax, 7
  mov cr4, rax
  mov eax, pml4
  mov cr3, rax
  ${usesPcids ? 'mov rax, cr4\n  bts rax, 17\n  mov cr4, rax\n  mov eax, pml4 + 1\n  mov cr3, rax' : ''}
  ${toggleCr4(PGE)}
  mov dword [pt], first_frame + ${flags}
  invlpg [PAGE]
  mov al, [PAGE]
  mov dword [pt], second_frame + ${flags}
  ${operation}
  mov al, [PAGE]
  call show_frame
`;
}

/** A row of the faults of INVPCID: the descriptor, the type, whether PCIDs are on; `#0d` or `ok`. */
const FAULTS = (
  [
    ['type 4', 4, 0n, 0n, false],
    ['type 2^32', 0x100000000, 0n, 0n, false],
    ['a reserved bit of the descriptor', 2, 0x1000n, 0n, true],
    ['PCID 1 without PCIDs, type 0', 0, 1n, 0n, false],
    ['PCID 1 without PCIDs, type 1', 1, 1n, 0n, false],
    ['an address that is not canonical, type 0', 0, 1n, 0x800000000000n, true],
  ] as const
).map((fault) => ({ fault, expected: '#0d' }));
const GOOD = (
  [
    ['PCID 1 without PCIDs, type 2', 2, 1n, 0n, false],
    ['an address that is not canonical, type 1', 1, 1n, 0x800000000000n, true],
    ['an address that is not canonical, type 3', 3, 0n, 0x800000000000n, true],
    ['PCID 4095', 1, 0xfffn, 0n, true],
  ] as const
).map((fault) => ({ fault, expected: 'ok' }));
const FAULT_ROWS = [...FAULTS, ...GOOD];

const faultRow = ([, type, pcid, address, usesPcids]: (typeof FAULT_ROWS)[number]['fault'], index: number): string => `
  mov rax, cr4
  ${usesPcids ? 'bts' : 'btr'} rax, 17
  mov cr4, rax
  mov rax, ${pcid}
  mov [descriptor], rax
  mov rax, ${address}
  mov [descriptor + 8], rax
  mov rax, ${type}
  mov qword [continue_at], after_fault_${index}
  mov [kernel_stack], rsp
  invpcid rax, [descriptor]
  call ok
after_fault_${index}:
`;

const body = (parts: string): string => `
PAGE equ ${PAGE}
  mov qword [pd + 3 * 8], pt + 7
  mov eax, general_protection
  mov [idt + 13 * 16], ax
  shr eax, 16
  mov [idt + 13 * 16 + 6], ax
  mov byte [first_frame], 'o'
  mov byte [second_frame], 'n'
  ${parts}
  jmp translations_end
; prints which frame AL was read from
show_frame:
  mov esi, old_text
  cmp al, 'o'
  je .print
  mov esi, new_text
.print:
  jmp text
old_text: db "old", 10, 0
new_text: db "new", 10, 0
fault_text: db "#0d", 10, 0
general_protection:
  mov rsp, [kernel_stack]
  mov esi, fault_text
  call text
  jmp [continue_at]
align 16
descriptor: dq 0, 0
continue_at: dq 0
kernel_stack: dq 0
align 4096
first_frame: resb 4096
second_frame: resb 4096
translations_end:
`;

const NO_PCID = 'TCG has neither PCIDs nor INVPCID (SDM Vol. 3A 4.10.1, Vol. 2 INVPCID)';
const isForQemu = ({ usesPcids, operation, isFree }: Row): boolean =>
  !usesPcids && !operation.includes('invpcid') && isFree === undefined;
const checkOf = (row: Row): Check => ({
  name: row.name,
  expected: row.expected,
  ...(!isForQemu(row) && { qemu: row.isFree ? 'the manual allows both (SDM Vol. 3A 4.10.2, 4.10.4)' : NO_PCID }),
});

const tableOf = (name: string, list: readonly Row[]): CheckTable => ({
  name,
  bits: 64,
  body: body(list.map(guestRow).join('')),
  checks: list.map(checkOf),
});

export const translationTables: readonly CheckTable[] = [
  tableOf('cached translations', ROWS.filter(isForQemu)),
  tableOf(
    'cached translations, PCIDs',
    ROWS.filter((row) => !isForQemu(row)),
  ),
  {
    name: 'INVPCID: faults',
    bits: 64,
    body: body(FAULT_ROWS.map(({ fault }, index) => faultRow(fault, index)).join('')),
    checks: FAULT_ROWS.map(({ fault: [name], expected }) => ({ name: `INVPCID, ${name}`, expected, qemu: NO_PCID })),
  },
];
