/**
 * Interrupts and returns that meet something unusual after some of the usual kind, all from and to ring 0 of 64-bit mode: what
 * the processor has at hand by then must not hide a check (SDM Vol. 3A 6.14; Vol. 2 IRET).
 */
import { type Case, type Check, checks, line, try64, USER, user64 } from './cases.ts';

/** Three interrupts that come back, so that gate, descriptors and stack are at hand. */
const USUAL = `
  mov word [idt + 0x81 * 16], back & 0xffff
  mov word [idt + 0x81 * 16 + 6], back >> 16
  int 0x81
  int 0x81
  int 0x81
  jmp usual_done
back:
  iretq
short_idt:
  dw 0x81 * 16 - 1
  dq idt
short_gdt:
  dw 0x7f
  dq gdt
usual_done:
`;

const GATE = 'idt + 0x81 * 16';
const GENERAL_PROTECTION = 13;
/** Error code of a gate: its vector in the IDT. */
const GATE_CODE = 0x81 * 8 + 2;

/** An interrupt through a changed gate, which is mended afterwards. */
const throughGate = (offset: number, value: string, mended: string): string =>
  `mov word [${GATE} + ${offset}], ${value}\n${try64('int 0x81')}mov word [${GATE} + ${offset}], ${mended}\n`;

let returns = 0;

/** IRETQ with these selectors, back to behind it. */
function iretTo(code: string, stack: string): string {
  const to = `iret_to_${returns++}`;
  return (
    try64(`push ${stack}`, 'lea rax, [rsp + 8]', 'push rax', 'push 2', `push ${code}`, `push ${to}`, 'iretq') +
    `add rsp, 40\n${to}:\n`
  );
}

/** A descriptor of type and DPL in a slot: 4 GiB from 0. */
const slot = (number: number, rights: number): string =>
  `mov dword [slot + ${number * 8}], 0xffff\nmov dword [slot + ${number * 8 + 4}], 0x00cf0000 + ${rights << 8}\n`;

/** What is refused with the vector as error code. */
const gates: readonly Check[] = [
  ['IDT cut short', `lidt [short_idt]\n${try64('int 0x81')}lidt [idt_pointer]\n`, line(GENERAL_PROTECTION, GATE_CODE)],
  ['gate not present', throughGate(4, '0x0e00', '0x8e00'), line(11, GATE_CODE)],
  ['call gate', throughGate(4, '0x8c00', '0x8e00'), line(GENERAL_PROTECTION, GATE_CODE)],
];

const entry: readonly Check[] = [['entry not canonical', throughGate(10, '0x8000', '0'), line(GENERAL_PROTECTION, 0)]];

/** The stack of ring 3 is at hand for ring 0, too. */
const TOUCH_USER_STACK = 'mov rax, [user_top - 8]\nmov [user_top - 8], rax\n';

const table: readonly Check[] = [
  [
    'interrupt from ring 3',
    TOUCH_USER_STACK + user64('nop'),
    line(0x80, undefined, { ...USER, offset: '+3', flags: 0 }),
  ],
  ['gate of 32 bits', throughGate(2, 'CODE32', 'CODE64'), line(GENERAL_PROTECTION, 0x08)],
  ['gate to ring 3', throughGate(2, 'USER_CODE64 - 3', 'CODE64'), line(GENERAL_PROTECTION, 0x30)],
  ['gate to the LDT', throughGate(2, 'CODE64 + 4', 'CODE64'), line(GENERAL_PROTECTION, 0x1c)],
  ['gate to data', throughGate(2, 'DATA', 'CODE64'), line(GENERAL_PROTECTION, 0x10)],
  ['gate to null', throughGate(2, '0', 'CODE64'), line(GENERAL_PROTECTION, 0)],
  [
    'GDT cut short',
    `mov rax, 0x00af9b000000ffff\nmov [slot + 56], rax\nmov word [${GATE} + 2], 0x80\nint 0x81\nint 0x81\nlgdt [short_gdt]\n${try64('int 0x81')}lgdt [gdt_pointer]\nmov word [${GATE} + 2], CODE64\n`,
    line(GENERAL_PROTECTION, 0x80),
  ],
  ['return with RPL 3', iretTo('CODE64 + 3', 'DATA'), line(GENERAL_PROTECTION, 0x18)],
  ['return to 32-bit data', iretTo('DATA', 'DATA'), line(GENERAL_PROTECTION, 0x10)],
  ['return to code as stack', iretTo('CODE64', 'CODE64'), line(GENERAL_PROTECTION, 0x18)],
  ['return to a stack of RPL 3', iretTo('CODE64', 'DATA + 3'), line(GENERAL_PROTECTION, 0x10)],
  ['return to a stack of DPL 3', iretTo('CODE64', 'USER_DATA - 3'), line(GENERAL_PROTECTION, 0x28)],
  ['return to a read-only stack', slot(0, 0x91) + iretTo('CODE64', 'SLOT'), line(GENERAL_PROTECTION, 0x48)],
  ['return to ring 3 code by RPL 0', iretTo('USER_CODE64 - 3', 'DATA'), line(GENERAL_PROTECTION, 0x30)],
  [
    'return from ring 3 to ring 0',
    TOUCH_USER_STACK + user64('push DATA', 'push stack_top', 'push 2', 'push CODE64', 'push 0x1000', 'iretq'),
    line(GENERAL_PROTECTION, 0x18, { ...USER, flags: 0x100 }),
  ],
];

export const withinRingCases: readonly Case[] = [
  checks('what interrupts and returns of ring 0 check after usual ones', 64, USUAL, table),
  checks(
    'what gates are refused after usual interrupts',
    64,
    USUAL,
    gates,
    'TCG counts 16 bytes for each vector in the error code; hardware says vector * 8 + 2 (SDM Vol. 3A 6.13)',
  ),
  checks(
    'an entry point that is not canonical after usual interrupts',
    64,
    USUAL,
    entry,
    'TCG faults at the entry point; it is checked before (SDM Vol. 2 INT n, pseudocode of IA-32e mode)',
  ),
  {
    name: 'a gate of the interrupt stack table after usual ones',
    bits: 64,
    body: `${USUAL}
  mov rbx, rsp
  mov byte [${GATE} + 4], 1
  mov dword [${GATE}], 0x180000 + (on_ist & 0xffff)
  mov word [${GATE} + 6], on_ist >> 16
  int 0x81
  call ok
  jmp ist_done
on_ist:
  mov rax, ist1_top - 40
  sub rax, rsp
  call show32
  mov rax, [rsp + 24]
  sub rax, rbx
  call show32
  iretq
ist_done:
`,
    expected: ['00000000', '00000000', 'ok'],
  },
  {
    name: 'frames are aligned to 16 bytes, also behind usual ones',
    bits: 64,
    body: `${USUAL}
  mov word [${GATE}], aligned & 0xffff
  mov word [${GATE} + 6], aligned >> 16
  mov rbx, rsp
  push rax
  and rsp, -16
  sub rsp, 8
  int 0x81
  sub rsp, 8
  int 0x81
  mov rsp, rbx
  call ok
  jmp aligned_done
aligned:
  mov rax, rsp
  and eax, 15
  call show32
  iretq
aligned_done:
`,
    expected: ['00000008', '00000008', 'ok'],
  },
];
