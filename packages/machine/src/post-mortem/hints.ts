/**
 * What most probably went wrong, from the mistakes that kernels really make on their way to a triple fault. A hint is
 * only given when the state proves its premise.
 */

import { CR0, CR4, EFER, PAGE_FAULT, PTE, VECTOR } from '@longmode/x86';
import type { CpuRegisters } from '../register-file.ts';
import type { FaultReport, PostMortem } from './types.ts';

/** What hints are drawn from. */
export type HintSource = Pick<PostMortem, 'faults' | 'stack'> & { readonly registers: CpuRegisters };

const PAGE_BYTES = 0x1000n;
/** A push or a stack frame of this size below the stack counts as the stack's overflow. */
const STACK_REACH_BYTES = 0x4000n;
/** MOVUPS to MOVHPS, MOVAPS to COMISS, and the packed instructions: what compilers emit for SSE. */
const SSE_INSTRUCTION = /^(66|f2|f3)?(4.)?0f(1[0-7]|2[89a-f]|5[0-9a-f]|6[0-9a-f]|7[0-6ef]|c[2456]|[d-f][0-9a-f])/;

type Hint = (source: HintSource, first: FaultReport) => string | undefined;

/** Vectors that the firmware gives to IRQ 0 to 7, and the processor to exceptions. */
const FIRMWARE_VECTORS = { first: 8, last: 15 } as const;

const HINTS: readonly Hint[] = [
  (_, { isExternal, vector }) =>
    isExternal && vector >= FIRMWARE_VECTORS.first && vector <= FIRMWARE_VECTORS.last
      ? `IRQ ${vector - FIRMWARE_VECTORS.first} came as vector ${vector}, which belongs to an exception: the interrupt ` +
        "controllers still have the firmware's vectors; before STI, give them others (ICW2) or mask them (ports 0x21, 0xa1)"
      : undefined,

  ({ registers }) =>
    registers.idtr.limit === 0
      ? 'no IDT is loaded, so any exception at all ends in a triple fault; load one early to see faults reported'
      : undefined,

  ({ registers }, first) => {
    if (first.vector !== VECTOR.PF || !((first.errorCode ?? 0) & PAGE_FAULT.RSVD)) return undefined;
    const usesNoExecute = first.walk.some(({ entry }) => entry & BigInt(PTE.XD));
    return usesNoExecute && !(registers.efer & BigInt(EFER.NXE))
      ? 'bit 63 (no-execute) is set in a paging entry, but EFER.NXE is 0, which makes that bit reserved: set EFER.NXE'
      : 'a reserved bit is set in a paging entry: is the address in it within the physical address width?';
  },

  ({ stack }, first) => {
    const overflow =
      first.cr2 !== undefined &&
      first.cr2 < stack.pointer + PAGE_BYTES &&
      first.cr2 + STACK_REACH_BYTES > stack.pointer;
    if (!overflow || ((first.errorCode ?? 0) & (PAGE_FAULT.P | PAGE_FAULT.ID)) !== 0) return undefined;
    return `the stack pointer 0x${stack.pointer.toString(16)} is at an unmapped page: a stack overflow into a guard page?`;
  },

  ({ faults, stack }) => {
    const doubleFault = faults.find(({ vector }) => vector === VECTOR.DF);
    return doubleFault?.deliveryFailure && !stack.isMapped
      ? 'the double fault was to be delivered on the same broken stack: give vector 8 a stack of its own (IST)'
      : undefined;
  },

  ({ registers }, first) => {
    if (first.vector !== VECTOR.UD && first.vector !== VECTOR.NM) return undefined;
    const bytes = Array.from(first.instruction?.bytes ?? [], (byte) => byte.toString(16).padStart(2, '0')).join('');
    if (!SSE_INSTRUCTION.test(bytes)) return undefined;
    const missing = [
      ...(registers.cr4 & BigInt(CR4.OSFXSR) ? [] : ['CR4.OSFXSR = 0']),
      ...(registers.cr0 & BigInt(CR0.EM) ? ['CR0.EM = 1'] : []),
      ...(registers.cr0 & BigInt(CR0.TS) ? ['CR0.TS = 1'] : []),
    ].join(', ');
    return missing === ''
      ? undefined
      : `an SSE instruction while SSE is off (${missing}): enable SSE, or compile the kernel without it`;
  },

  (_, first) =>
    first.cr2 !== undefined && first.cr2 < PAGE_BYTES && !((first.errorCode ?? 0) & PAGE_FAULT.P)
      ? `address 0x${first.cr2.toString(16)} is in the first page: a null pointer?`
      : undefined,

  ({ registers }, first) => {
    const writesProtected = PAGE_FAULT.P | PAGE_FAULT.WR;
    return first.vector === VECTOR.PF &&
      ((first.errorCode ?? 0) & (writesProtected | PAGE_FAULT.US)) === writesProtected &&
      registers.cr0 & BigInt(CR0.WP)
      ? 'CR0.WP is 1, so the kernel itself cannot write to read-only pages'
      : undefined;
  },
];

/** The hints whose premise holds; none for a guest without faults. */
export function findHints(source: HintSource): string[] {
  const [first] = source.faults;
  if (!first) return [];
  return HINTS.map((hint) => hint(source, first)).filter((hint) => hint !== undefined);
}
