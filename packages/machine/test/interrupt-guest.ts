/**
 * Guests for tests of interrupts, in 32-bit protected mode on the segments of the boot loader. `log` collects what the
 * guest noticed: doublewords at 0x400000, their number in EBP.
 */

import type { Machine } from '../src/index.ts';
import { guest } from './guest.ts';

const IDT = 0x300000;
const LOG = 0x400000;

const gate = (vector: number, handler: string): string => `
        mov eax, ${handler}
        mov [${IDT + 8 * vector}], ax
        mov word [${IDT + 8 * vector + 2}], 0x10
        mov word [${IDT + 8 * vector + 4}], 0x8e00
        shr eax, 16
        mov [${IDT + 8 * vector + 6}], ax
`;

const out = (port: number, ...values: number[]): string =>
  values.map((value) => `mov al, ${value}\n out ${port}, al\n`).join('');

/** Where a handler finds the EIP it will return to. */
export const RETURN_EIP = '[esp + 8]';

/** Appends EAX to the log. */
export const LOG_EAX = `
        mov [${LOG} + ebp * 4], eax
        inc ebp
`;

/**
 * @param mask the masks of both controllers, the slave's in the high byte
 * @param handlers code by IRQ, which ends with `endOfInterrupt`; EAX and EDX are saved, so EIP is at `RETURN_EIP`
 * @param body runs with interrupts off, and goes on with `body_end:` when it falls through
 */
export function interruptGuest(mask: number, handlers: Readonly<Record<number, string>>, body: string): Uint8Array {
  const irqs = Object.keys(handlers).map(Number);
  return guest(`start:
        xor ebp, ebp
        lidt [idt_pointer]
        jmp behind_pointer
idt_pointer:
        dw 0x7ff
        dd ${IDT}
behind_pointer:
        ${irqs.map((irq) => gate(0x20 + irq, `irq${irq}`)).join('')}
        ${out(0x20, 0x11)} ${out(0x21, 0x20, 0x04, 0x01)}
        ${out(0xa0, 0x11)} ${out(0xa1, 0x28, 0x02, 0x01)}
        ${out(0x21, mask & 0xff)} ${out(0xa1, mask >> 8)}
        ${body}
body_end:
        cli
        hlt
        ${irqs.map((irq) => `irq${irq}:\n push eax\n push edx\n ${handlers[irq]}`).join('\n')}
  `);
}

/** Ends an interrupt handler: EOI to the controllers concerned, and back. */
export const endOfInterrupt = (irq: number): string => `
        mov al, 0x20
        ${irq < 8 ? '' : 'out 0xa0, al'}
        out 0x20, al
        pop edx
        pop eax
        iretd
`;

/** What the guest logged. */
export function logOf(machine: Machine): number[] {
  const count = Number(machine.cpu.registers.rbp);
  return Array.from({ length: count }, (_, i) => machine.memory.physical.u32(LOG + 4 * i));
}
