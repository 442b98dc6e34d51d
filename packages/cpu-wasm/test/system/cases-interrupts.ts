/** External interrupts. Port 80h asserts INTR only in the harness of guest.ts, so QEMU has no part in this. */
import { type Case, line } from './cases.ts';

const HARNESS = 'only the harness asserts INTR by port 80h (what is tested: SDM Vol. 3A 6.8.1, 6.9)';
const interrupt = (offset: string, flags: number) => line(0x81, undefined, { offset, flags });

/** Runs lines with the interrupt line asserted; `here` is where the interrupt must come. */
const interrupted = (before: string, after: string): string => `
  mov qword [resume], interrupted
  mov qword [at], here
  mov [resume_rsp], rsp
  mov al, 1
  out 0x80, al
  ${before}
here:
  ${after}
  call ok
interrupted:
`;

export const interruptCases: readonly Case[] = [
  {
    name: 'INTR waits while IF is clear',
    bits: 64,
    body: `mov al, 1\n out 0x80, al\n nop\n nop\n call ok\n xor eax, eax\n out 0x80, al\n`,
    expected: ['ok'],
    qemu: HARNESS,
  },
  {
    name: 'INTR comes one instruction after STI',
    bits: 64,
    body: interrupted('sti\n nop', 'nop'),
    expected: [interrupt('+0', 2)],
    qemu: HARNESS,
  },
  {
    name: 'a second STI inhibits nothing',
    bits: 64,
    body: interrupted('sti\n sti', 'nop'),
    expected: [interrupt('+0', 2)],
    qemu: HARNESS,
  },
  {
    name: 'INTR comes right after POPF',
    bits: 64,
    body: interrupted('push 0x202\n popfq', 'nop'),
    expected: [interrupt('+0', 2)],
    qemu: HARNESS,
  },
  {
    name: 'INTR comes right after the OUT that asserts it',
    bits: 64,
    body: interrupted('xor eax, eax\n out 0x80, al\n sti\n inc eax\n out 0x80, al', 'nop'),
    expected: [interrupt('+0', 2)],
    qemu: HARNESS,
  },
  {
    name: 'STI; HLT wakes behind HLT',
    bits: 64,
    body: interrupted('sti\n hlt', 'nop'),
    expected: [interrupt('+0', 2)],
    qemu: HARNESS,
  },
  {
    name: 'STI; CLI lets nothing through',
    bits: 64,
    body: `mov al, 1\n out 0x80, al\n sti\n cli\n nop\n nop\n xor eax, eax\n out 0x80, al\n call ok\n`,
    expected: ['ok'],
    qemu: HARNESS,
  },
  {
    name: 'an interrupt through an empty gate: #GP with EXT',
    bits: 64,
    body: `mov word [idt + 0x81 * 16 + 4], 0\n${interrupted('sti\n nop', 'nop')}`,
    expected: [line(13, 0x81 * 8 + 3, { flags: 0x102 })],
    qemu: HARNESS,
  },
  {
    name: 'INTR is taken before a single-step of the next instruction',
    bits: 64,
    body: interrupted('push 0x302\n popfq', 'nop'),
    expected: [line(0x81, undefined, { flags: 3 })],
    qemu: HARNESS,
  },
  {
    name: 'IRETQ from the handler goes on where the interrupt came',
    bits: 64,
    body: `
  mov word [idt + 0x81 * 16], handler & 0xffff
  mov word [idt + 0x81 * 16 + 6], handler >> 16
  xor ebx, ebx
  mov al, 1
  out 0x80, al
  sti
  mov ecx, 5
count:
  inc ebx
  dec ecx
  jnz count
  jmp counted
handler:
  add ebx, 0x100
  iretq
counted:
  cli
  mov eax, ebx
  call show32`,
    expected: ['00000105'],
    qemu: HARNESS,
  },
];
