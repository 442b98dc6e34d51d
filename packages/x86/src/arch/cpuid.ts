/**
 * CPUID feature bits (SDM Vol. 2A CPUID, tables 3-8 to 3-20; AMD64 APM Vol. 3 appendix E): where each feature of the
 * instruction table, and each feature of the system that the machine may advertise, is reported.
 */

/** Place of a feature bit. */
export interface CpuidBit {
  readonly leaf: number;
  readonly subleaf: number;
  readonly register: 'eax' | 'ebx' | 'ecx' | 'edx';
  readonly bit: number;
}

const at = (leaf: number, register: CpuidBit['register'], bit: number, subleaf = 0): CpuidBit => ({
  leaf,
  subleaf,
  register,
  bit,
});

// biome-ignore format: one feature, one line
/** Where each feature is reported. Names as in the manual; LAHF64 is LAHF/SAHF in 64-bit mode. */
export const cpuidBits = {
  FPU:        at(0x1, 'edx', 0),
  VME:        at(0x1, 'edx', 1),
  DE:         at(0x1, 'edx', 2),
  PSE:        at(0x1, 'edx', 3),
  TSC:        at(0x1, 'edx', 4),
  MSR:        at(0x1, 'edx', 5),
  PAE:        at(0x1, 'edx', 6),
  MCE:        at(0x1, 'edx', 7),
  CX8:        at(0x1, 'edx', 8),
  APIC:       at(0x1, 'edx', 9),
  SEP:        at(0x1, 'edx', 11),
  MTRR:       at(0x1, 'edx', 12),
  PGE:        at(0x1, 'edx', 13),
  MCA:        at(0x1, 'edx', 14),
  CMOV:       at(0x1, 'edx', 15),
  PAT:        at(0x1, 'edx', 16),
  PSE36:      at(0x1, 'edx', 17),
  CLFSH:      at(0x1, 'edx', 19),
  MMX:        at(0x1, 'edx', 23),
  FXSR:       at(0x1, 'edx', 24),
  SSE:        at(0x1, 'edx', 25),
  SSE2:       at(0x1, 'edx', 26),
  SSE3:       at(0x1, 'ecx', 0),
  PCLMULQDQ:  at(0x1, 'ecx', 1),
  MONITOR:    at(0x1, 'ecx', 3),
  SSSE3:      at(0x1, 'ecx', 9),
  FMA:        at(0x1, 'ecx', 12),
  CMPXCHG16B: at(0x1, 'ecx', 13),
  PCID:       at(0x1, 'ecx', 17),
  SSE41:      at(0x1, 'ecx', 19),
  SSE42:      at(0x1, 'ecx', 20),
  X2APIC:     at(0x1, 'ecx', 21),
  MOVBE:      at(0x1, 'ecx', 22),
  POPCNT:     at(0x1, 'ecx', 23),
  TSC_DEADLINE: at(0x1, 'ecx', 24),
  AESNI:      at(0x1, 'ecx', 25),
  XSAVE:      at(0x1, 'ecx', 26),
  OSXSAVE:    at(0x1, 'ecx', 27),
  AVX:        at(0x1, 'ecx', 28),
  F16C:       at(0x1, 'ecx', 29),
  RDRAND:     at(0x1, 'ecx', 30),
  HYPERVISOR: at(0x1, 'ecx', 31),
  FSGSBASE:   at(0x7, 'ebx', 0),
  TSC_ADJUST: at(0x7, 'ebx', 1),
  BMI1:       at(0x7, 'ebx', 3),
  FDP_EXCEPTION_ONLY: at(0x7, 'ebx', 6),
  ZERO_FCS_FDS: at(0x7, 'ebx', 13),
  AVX2:       at(0x7, 'ebx', 5),
  SMEP:       at(0x7, 'ebx', 7),
  BMI2:       at(0x7, 'ebx', 8),
  ERMS:       at(0x7, 'ebx', 9),
  INVPCID:    at(0x7, 'ebx', 10),
  RDSEED:     at(0x7, 'ebx', 18),
  ADX:        at(0x7, 'ebx', 19),
  SMAP:       at(0x7, 'ebx', 20),
  CLFLUSHOPT: at(0x7, 'ebx', 23),
  CLWB:       at(0x7, 'ebx', 24),
  SHA:        at(0x7, 'ebx', 29),
  UMIP:       at(0x7, 'ecx', 2),
  GFNI:       at(0x7, 'ecx', 8),
  RDPID:      at(0x7, 'ecx', 22),
  SERIALIZE:  at(0x7, 'edx', 14),
  FSRM:       at(0x7, 'edx', 4),
  XSAVEOPT:   at(0xd, 'eax', 0, 1),
  XSAVEC:     at(0xd, 'eax', 1, 1),
  XGETBV1:    at(0xd, 'eax', 2, 1),
  LAHF64:     at(0x80000001, 'ecx', 0),
  LZCNT:      at(0x80000001, 'ecx', 5),
  PREFETCHW:  at(0x80000001, 'ecx', 8),
  SYSCALL:    at(0x80000001, 'edx', 11),
  NX:         at(0x80000001, 'edx', 20),
  PAGE1GB:    at(0x80000001, 'edx', 26),
  RDTSCP:     at(0x80000001, 'edx', 27),
  LM:         at(0x80000001, 'edx', 29),
  INVARIANT_TSC: at(0x80000007, 'edx', 8),
} as const satisfies Record<string, CpuidBit>;

/** Name of a CPUID feature bit. */
export type CpuidName = keyof typeof cpuidBits;
