/** Control registers and flags, bit by bit. SDM Vol. 1 3.4.3, Vol. 3A 2.2.1, 2.5. */

import { CR0, CR4, EFER, IOPL_SHIFT, RFLAGS } from '@longmode/x86';
import type { CpuMode } from '../api.ts';
import type { InspectedMachine } from './machine-view.ts';

// biome-ignore format: in groups of four, as they are printed
const GENERAL = [
  'rax', 'rbx', 'rcx', 'rdx', 'rsi', 'rdi', 'rbp', 'rsp', 'r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15',
] as const;

const SEGMENTS = ['cs', 'ss', 'ds', 'es', 'fs', 'gs', 'ldtr', 'tr'] as const;

/** A register whose bits have names. */
export interface FlagRegister {
  readonly value: bigint;
  /** Names of the bits that are set, in order of their position. */
  readonly set: readonly string[];
}

/** The registers of the processor. */
export interface RegisterInspection {
  readonly mode: CpuMode;
  readonly privilegeLevel: number;
  readonly rip: bigint;
  readonly general: Readonly<Record<(typeof GENERAL)[number], bigint>>;
  readonly rflags: FlagRegister & { readonly ioPrivilegeLevel: number };
  readonly cr0: FlagRegister;
  /** Address of the last page fault. */
  readonly cr2: bigint;
  readonly cr3: bigint;
  readonly cr4: FlagRegister;
  readonly efer: FlagRegister;
  readonly segments: Readonly<
    Record<(typeof SEGMENTS)[number], { readonly selector: number; readonly base: bigint; readonly limit: number }>
  >;
  readonly gdtr: { readonly base: bigint; readonly limit: number };
  readonly idtr: { readonly base: bigint; readonly limit: number };
}

/** Reads and decodes the registers. */
export function inspectRegisters({ cpu }: InspectedMachine): RegisterInspection {
  const { registers, mode, privilegeLevel } = cpu;
  const { IOPL: _, FIXED: __, ...flags } = RFLAGS;
  return {
    mode,
    privilegeLevel,
    rip: registers.rip,
    general: pick(GENERAL, (name) => registers[name]),
    rflags: {
      ...decode(registers.rflags, flags),
      ioPrivilegeLevel: Number(registers.rflags >> BigInt(IOPL_SHIFT)) & 3,
    },
    cr0: decode(registers.cr0, CR0),
    cr2: registers.cr2,
    cr3: registers.cr3,
    cr4: decode(registers.cr4, CR4),
    efer: decode(registers.efer, EFER),
    segments: pick(SEGMENTS, (name) => {
      const { selector, base, limit } = registers[name];
      return { selector, base, limit };
    }),
    gdtr: { ...registers.gdtr },
    idtr: { ...registers.idtr },
  };
}

function decode(value: bigint, bits: Readonly<Record<string, number>>): FlagRegister {
  const set = Object.entries(bits).filter(([, bit]) => (value & BigInt(bit)) !== 0n);
  return { value, set: set.sort(([, a], [, b]) => a - b).map(([name]) => name) };
}

function pick<N extends string, T>(names: readonly N[], read: (name: N) => T): Record<N, T> {
  return Object.fromEntries(names.map((name) => [name, read(name)])) as Record<N, T>;
}
