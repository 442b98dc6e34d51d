/**
 * The one definition of the core's state in linear memory: names, types and meaning of every field that AssemblyScript and
 * TypeScript share. `gen.ts` prints it twice: as an unmanaged AssemblyScript class at a fixed address, and as a table of
 * offsets for TypeScript. The state lies below 64 KiB so that a decoded record can name a register by a 16-bit address.
 */

/** Scalar types of a state field, with their size in bytes. */
export const sizeBytes = { u8: 1, u16: 2, u32: 4, i32: 4, u64: 8, i64: 8 } as const;
export type FieldType = keyof typeof sizeBytes;

export interface StateField {
  readonly name: string;
  readonly type: FieldType;
  readonly doc: string;
}

const field = (name: string, type: FieldType, doc: string): StateField => ({ name, type, doc });

/** General-purpose registers in encoding order (SDM Vol. 2A table 3-1). */
export const registerNames = [
  'rax',
  'rcx',
  'rdx',
  'rbx',
  'rsp',
  'rbp',
  'rsi',
  'rdi',
  'r8',
  'r9',
  'r10',
  'r11',
  'r12',
  'r13',
  'r14',
  'r15',
] as const;

/** Segment registers in encoding order, then the two system segments (SDM Vol. 3A 3.4.3, 2.4). */
export const segmentNames = ['es', 'cs', 'ss', 'ds', 'fs', 'gs', 'ldtr', 'tr'] as const;

/** Hidden part of a segment register; `rights` holds descriptor bits 40-55 with the limit nibble cleared. */
const segmentFields = (name: string): StateField[] => [
  field(`${name}Base`, 'u64', `${name.toUpperCase()} base, linear address.`),
  field(`${name}Limit`, 'u32', `${name.toUpperCase()} limit in bytes, inclusive, granularity applied.`),
  field(
    `${name}Rights`,
    'u32',
    `${name.toUpperCase()} rights: descriptor bits 40-55 >> 40 (type, S, DPL, P, AVL, L, D/B, G); 0 = unusable.`,
  ),
  field(`${name}Selector`, 'u32', `${name.toUpperCase()} selector.`),
  field(`${name}Reserved`, 'u32', 'Pads the segment to 24 bytes.'),
];

/**
 * A physical x87 data register, 16 bytes: R0 to R7 in order, so register n lies at the address of `x87Significand0` plus 16 n
 * (SDM Vol. 1 8.1.2). ST(i) is R((TOP + i) & 7). The significand is also the MMX register: MMn is Rn whatever TOP is, and an
 * MMX write sets the sign and exponent to FFFFH, TOP to 0 and all tags to valid (Vol. 1 9.2.1, 9.5).
 */
const x87RegisterFields = (n: number): StateField[] => [
  field(`x87Significand${n}`, 'u64', `R${n}: significand with its explicit integer bit; also MMX register MM${n}.`),
  field(`x87SignExponent${n}`, 'u64', `R${n}: sign (bit 15) and biased exponent (bits 0-14); the upper 48 bits are 0.`),
];

/**
 * A vector register, 32 bytes: YMM0 to YMM15 in order, so register n lies at the address of `xmm0Low` plus 32 n. The first half
 * is XMMn (SDM Vol. 1 14.1.1).
 */
const vectorRegisterFields = (n: number): StateField[] => [
  field(`xmm${n}Low`, 'u64', `XMM${n} bits 63-0.`),
  field(`xmm${n}High`, 'u64', `XMM${n} bits 127-64.`),
  field(`ymm${n}Low`, 'u64', `YMM${n} bits 191-128.`),
  field(`ymm${n}High`, 'u64', `YMM${n} bits 255-192.`),
];

/** Fixed-range MTRRs: size of a part and first address (SDM Vol. 3A table 12-9). */
export const fixedMtrrNames = [
  '64K_00000',
  '16K_80000',
  '16K_A0000',
  '4K_C0000',
  '4K_C8000',
  '4K_D0000',
  '4K_D8000',
  '4K_E0000',
  '4K_E8000',
  '4K_F0000',
  '4K_F8000',
] as const;

/** All fields in address order. Hot ones first. */
export const stateFields: readonly StateField[] = [
  ...registerNames.map((name) => field(name, 'u64', `General-purpose register ${name.toUpperCase()}.`)),
  field('zero', 'u64', 'Always 0: stands for an absent base or index register.'),
  field('rip', 'u64', 'Instruction pointer; exact whenever the run loop is left, and while a system instruction runs.'),
  field('flagResult', 'i64', 'Result of the last flag setter, sign-extended: ZF = (it is 0).'),
  field('flagCarries', 'u64', 'Carry chain of the last flag setter, aligned left: CF = bit 63, OF = bit 63 ^ bit 62.'),
  field('flagAux', 'u64', 'Bit 4 = AF; bits 8-15 are xored into the parity byte; bit 16 is xored into SF.'),
  field(
    'flagsSystem',
    'u64',
    'RFLAGS without the six arithmetic flags: TF IF DF IOPL NT RF VM AC VIF VIP ID and bit 1.',
  ),
  field('cr0', 'u64', 'CR0.'),
  field('cr2', 'u64', 'CR2: linear address of the last page fault.'),
  field('cr3', 'u64', 'CR3.'),
  field('cr4', 'u64', 'CR4.'),
  field('cr8', 'u64', 'CR8: task priority.'),
  field('efer', 'u64', 'IA32_EFER.'),
  ...segmentNames.flatMap(segmentFields),
  field('gdtrBase', 'u64', 'GDTR base, linear address.'),
  field('gdtrLimit', 'u64', 'GDTR limit in bytes, inclusive.'),
  field('idtrBase', 'u64', 'IDTR base, linear address.'),
  field('idtrLimit', 'u64', 'IDTR limit in bytes, inclusive.'),
  field('star', 'u64', 'IA32_STAR.'),
  field('lstar', 'u64', 'IA32_LSTAR.'),
  field('cstar', 'u64', 'IA32_CSTAR.'),
  field('fmask', 'u64', 'IA32_FMASK.'),
  field('kernelGsBase', 'u64', 'IA32_KERNEL_GS_BASE.'),
  field('sysenterCs', 'u64', 'IA32_SYSENTER_CS.'),
  field('sysenterEsp', 'u64', 'IA32_SYSENTER_ESP.'),
  field('sysenterEip', 'u64', 'IA32_SYSENTER_EIP.'),
  field('tscAux', 'u64', 'IA32_TSC_AUX.'),
  field('tscOffset', 'u64', 'Added to the count of retired instructions to give the time-stamp counter.'),
  field('pat', 'u64', 'IA32_PAT.'),
  field('apicBase', 'u64', 'IA32_APIC_BASE.'),
  field('miscEnable', 'u64', 'IA32_MISC_ENABLE.'),
  field('tscAdjust', 'u64', 'IA32_TSC_ADJUST: sum of what writes have moved the time-stamp counter by.'),
  field('mcgStatus', 'u64', 'IA32_MCG_STATUS.'),
  field('mcgCtl', 'u64', 'IA32_MCG_CTL.'),
  ...[0, 1, 2, 3].map((n) => field(`mc${n}Ctl`, 'u64', `IA32_MC${n}_CTL.`)),
  field('mtrrDefType', 'u64', 'IA32_MTRR_DEF_TYPE.'),
  ...[0, 1, 2, 3, 4, 5, 6, 7].flatMap((n) => [
    field(`mtrrPhysBase${n}`, 'u64', `IA32_MTRR_PHYSBASE${n}.`),
    field(`mtrrPhysMask${n}`, 'u64', `IA32_MTRR_PHYSMASK${n}.`),
  ]),
  ...fixedMtrrNames.map((name) => field(`mtrrFix${name}`, 'u64', `IA32_MTRR_FIX${name}.`)),
  field('xcr0', 'u64', 'XCR0.'),
  field('cr4Supported', 'u64', 'Bits that CR4 may have in this processor model.'),
  field('eferSupported', 'u64', 'Bits that IA32_EFER may have in this processor model.'),
  field('xcr0Supported', 'u64', 'Bits that XCR0 may have in this processor model; 0 without XSAVE.'),
  field('randomState', 'u64', 'State of the generator behind RDRAND and RDSEED; its start is the seed.'),
  ...[0, 1, 2, 3, 6, 7].map((n) => field(`dr${n}`, 'u64', `DR${n}.`)),
  ...[0, 1, 2, 3].map((n) => field(`pdpte${n}`, 'u64', `PDPTE register ${n} of PAE paging (SDM Vol. 3A 4.4.1).`)),
  ...[0, 1, 2, 3, 4, 5, 6, 7].flatMap(x87RegisterFields),
  field('x87InstructionPointer', 'u64', 'FIP: offset of the last x87 instruction that was no control instruction.'),
  field(
    'x87DataPointer',
    'u64',
    'FDP: offset of the memory operand of the last x87 instruction with an unmasked exception.',
  ),
  field('x87Control', 'u32', 'FCW: exception masks, precision control, rounding control; bit 6 reads as 1.'),
  field('x87Status', 'u32', 'FSW: exception flags, SF, ES, C0-C3, TOP (bits 11-13), B (equal to ES).'),
  field('x87Tags', 'u32', 'Abridged FTW as in FXSAVE: bit n = 1 when Rn is not empty.'),
  field('x87Opcode', 'u32', 'FOP: low 11 opcode bits of the last x87 instruction with an unmasked exception.'),
  field('mxcsr', 'u32', 'MXCSR: exception flags, DAZ, exception masks, rounding control, FTZ (SDM Vol. 1 10.2.3).'),
  field('vectorReserved', 'u32', 'Aligns the vector registers to 16 bytes.'),
  ...Array.from({ length: 16 }, (_, n) => n).flatMap(vectorRegisterFields),
  field('instructions', 'u64', 'Instructions retired before the current call of run(); guest time.'),
  field('cpl', 'u32', 'Current privilege level.'),
  field('msrFeatures', 'u32', 'CPUID features of this processor model that MSRs belong to, one bit each (gen/msr.ts).'),
  field('ignoreNumericError', 'u32', 'IGNNE# is asserted: with CR0.NE = 0 pending x87 exceptions are passed over.'),
  field('modeKey', 'u32', 'Everything the decoder depends on, see mode.ts.'),
  field('budgetStart', 'i32', 'Budget with which the current run began.'),
  field('budget', 'i32', 'Instructions that may still be retired; charged per block.'),
  field('exitReason', 'u32', 'Why the run loop was left, see ExitReason.'),
  field('attention', 'u32', 'Not 0: look at the fields below before the next block.'),
  field('interruptLine', 'u32', 'INTR from the interrupt controller is asserted.'),
  field(
    'interruptShadow',
    'u32',
    'Inhibits interrupts for one instruction: 1 by STI, 2 by a load of SS, which inhibits debug traps too.',
  ),
  field('stepPending', 'u32', 'RFLAGS.TF was set when the last instruction began: a single-step trap is due.'),
  field('stopRequested', 'u32', 'The host wants to leave the run loop after this instruction.'),
  field(
    'currentRecord',
    'u32',
    'Record of the system instruction that is being executed, 0 during exception delivery.',
  ),
  field('faultPending', 'u32', 'An exception waits for delivery at the start of the run loop.'),
  field('faultVector', 'u32', 'Its vector.'),
  field('faultErrorCode', 'u32', 'Its error code.'),
  field('faultHasErrorCode', 'u32', '1 when the vector pushes an error code.'),
  field(
    'deliveringVector',
    'u32',
    'Vector whose delivery is under way, 256 = none (contributory and double fault rules).',
  ),
  field('deliveryStep', 'u32', 'What the delivery was doing when it failed, see DeliveryStep.'),
  field('deliveringKind', 'u32', 'Where that event comes from, see eventKinds in gen/delivery.ts.'),
  field('unimplementedFeature', 'u32', 'What the run needed when it ended as unimplemented, see gen/delivery.ts.'),
  field('chainCount', 'u32', 'Entries used in the shutdown chain.'),
  field('ringIndex', 'u32', 'Next slot of the ring of block addresses.'),
  field('cpuidIndex', 'u32', 'Length of the CPUID table that the host wrote, in entries.'),
  field('debugPending', 'u32', 'DR6 bits of a debug trap that is due behind the current instruction.'),
  field('runsAlone', 'u32', '1: the current instruction runs alone, 2: the next one must; see system/breakpoints.ts.'),
];

/** Address of the state in linear memory. */
export const stateBase = 0x400;
