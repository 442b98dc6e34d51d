/**
 * Bits of RFLAGS (SDM Vol. 1 3.4.3), CR0, CR3, CR4 (Vol. 3A 2.5), EFER (2.2.1), XCR0 (2.6) and DR6/DR7 (Vol. 3B 18.2),
 * each as a mask. Bits above 31 are numbers too, made by `**`, since `<<` works on 32 bits.
 */

/** RFLAGS. */
export const RFLAGS = {
  CF: 1 << 0,
  /** Always 1. */
  FIXED: 1 << 1,
  PF: 1 << 2,
  AF: 1 << 4,
  ZF: 1 << 6,
  SF: 1 << 7,
  TF: 1 << 8,
  IF: 1 << 9,
  DF: 1 << 10,
  OF: 1 << 11,
  /** Two bits, see IOPL_SHIFT. */
  IOPL: 3 << 12,
  NT: 1 << 14,
  RF: 1 << 16,
  VM: 1 << 17,
  AC: 1 << 18,
  VIF: 1 << 19,
  VIP: 1 << 20,
  ID: 1 << 21,
} as const;

/** Position of the I/O privilege level in RFLAGS. */
export const IOPL_SHIFT = 12;

/** CR0. */
export const CR0 = {
  PE: 2 ** 0,
  MP: 2 ** 1,
  EM: 2 ** 2,
  TS: 2 ** 3,
  ET: 2 ** 4,
  NE: 2 ** 5,
  WP: 2 ** 16,
  AM: 2 ** 18,
  NW: 2 ** 29,
  CD: 2 ** 30,
  PG: 2 ** 31,
} as const;

/** CR3 outside the address. The PCID (bits 11:0) replaces PWT and PCD when CR4.PCIDE is set. */
export const CR3 = { PWT: 2 ** 3, PCD: 2 ** 4, PCID: 0xfff, NO_FLUSH: 2 ** 63 } as const;

/** CR4. */
export const CR4 = {
  VME: 2 ** 0,
  PVI: 2 ** 1,
  TSD: 2 ** 2,
  DE: 2 ** 3,
  PSE: 2 ** 4,
  PAE: 2 ** 5,
  MCE: 2 ** 6,
  PGE: 2 ** 7,
  PCE: 2 ** 8,
  OSFXSR: 2 ** 9,
  OSXMMEXCPT: 2 ** 10,
  UMIP: 2 ** 11,
  LA57: 2 ** 12,
  VMXE: 2 ** 13,
  SMXE: 2 ** 14,
  FSGSBASE: 2 ** 16,
  PCIDE: 2 ** 17,
  OSXSAVE: 2 ** 18,
  KL: 2 ** 19,
  SMEP: 2 ** 20,
  SMAP: 2 ** 21,
  PKE: 2 ** 22,
  CET: 2 ** 23,
  PKS: 2 ** 24,
} as const;

/** IA32_EFER. */
export const EFER = { SCE: 2 ** 0, LME: 2 ** 8, LMA: 2 ** 10, NXE: 2 ** 11, SVME: 2 ** 12, FFXSR: 2 ** 14 } as const;

/** XCR0, the states that XSAVE manages. */
export const XCR0 = { X87: 2 ** 0, SSE: 2 ** 1, AVX: 2 ** 2 } as const;

/** DR6, why #DB was raised. */
export const DR6 = {
  B0: 2 ** 0,
  B1: 2 ** 1,
  B2: 2 ** 2,
  B3: 2 ** 3,
  BD: 2 ** 13,
  BS: 2 ** 14,
  BT: 2 ** 15,
  FIXED: 0xffff0ff0,
} as const;

/** DR7, which breakpoints are on; R/W and LEN of breakpoint n are at bits 16 + 4n and 18 + 4n. */
export const DR7 = { L0: 2 ** 0, G0: 2 ** 1, LE: 2 ** 8, GE: 2 ** 9, FIXED: 0x400, GD: 2 ** 13 } as const;

/** Values after RESET (SDM Vol. 3A 9.1.1 table 9-1). */
export const RESET = {
  RFLAGS: 0x2,
  RIP: 0xfff0,
  CR0: 0x60000010,
  CS_SELECTOR: 0xf000,
  CS_BASE: 0xffff0000,
  DR6: 0xffff0ff0,
  DR7: 0x400,
} as const;
