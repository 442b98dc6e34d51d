/**
 * Model-specific and control registers bit by bit: which writes are #GP(0), and what is read afterwards. The masks are those of
 * SDM Vol. 4 table 2-2, Vol. 3A 2.5 (control registers), 2.6 (XCR0), 12.11 (MTRRs), 12.12 (PAT) and Vol. 3B 16.3 (machine check),
 * written down here once more so that the table in gen/msr.ts is not its own judge.
 */
import { CR0, CR4, MSR } from '@longmode/x86';
import { parseCpuModel } from '../../../src/index.ts';
import { type RegisterRecord, registersGuest } from './registers-guest.ts';
import type { Check, CheckTable } from './table.ts';

/** A record with what it must print. */
interface Row extends RegisterRecord {
  readonly name: string;
  /** The value afterwards, or the vector of the exception. */
  readonly expected: bigint | '#GP' | '#UD';
  readonly qemu?: string;
}

const ALL = 0xffffffffffffffffn;
const BITS = Array.from({ length: 64 }, (_, bit) => bit);
/** Bits 12 to 39: a page's physical address. */
const PAGE = 0xfffffff000n;
const maximum = parseCpuModel('max').features;

const UNCHECKED = 'TCG does not check the value (SDM Vol. 2 WRMSR: #GP for reserved bits and values; Vol. 4 table 2-2)';
const KEPT = 'TCG has not got the register, or keeps other bits of it (SDM Vol. 4 table 2-2)';

const write = (name: keyof typeof MSR, value: bigint, expected: Row['expected'], qemu?: string): Row => ({
  access: 'wrmsr',
  number: MSR[name],
  value,
  isToggle: false,
  name: `WRMSR ${name}, 0x${value.toString(16)}`,
  expected,
  ...(qemu !== undefined && { qemu }),
});

const read = (name: string, number: number, expected: Row['expected'], qemu?: string): Row => ({
  access: 'rdmsr',
  number,
  value: 0n,
  isToggle: false,
  name: `RDMSR ${name}`,
  expected,
  ...(qemu !== undefined && { qemu }),
});

/** One bit at a time, on top of `base`; `writable` ones are read back, `ignored` ones read as in `base`, all others are #GP. */
function eachBit(
  name: keyof typeof MSR,
  { base = 0n, writable, ignored = 0n, qemu }: { base?: bigint; writable: bigint; ignored?: bigint; qemu?: string },
): Row[] {
  return BITS.map((bit) => {
    const mask = 1n << BigInt(bit);
    const value = base | mask;
    if ((mask & (writable | ignored)) === 0n) return write(name, value, '#GP', qemu);
    return write(name, value, (mask & ignored) === 0n ? value : base, (mask & ignored) === 0n ? undefined : qemu);
  });
}

/** Every value of one byte; the memory types are 0, 1, 4, 5, 6, and in the PAT 7. */
function memoryTypes(name: keyof typeof MSR, shift: number, types: readonly number[]): Row[] {
  return [0, 1, 2, 3, 4, 5, 6, 7, 8, 0x86, 0xff].map((type) => {
    const value = BigInt(type) << BigInt(shift);
    return types.includes(type) ? write(name, value, value) : write(name, value, '#GP', UNCHECKED);
  });
}

const MTRR_TYPES = [0, 1, 4, 5, 6];

const canonical = (name: keyof typeof MSR): Row[] => [
  write(name, 0x7fffffffffffn, 0x7fffffffffffn),
  write(name, 0xffff800000000000n, 0xffff800000000000n),
  write(name, 0x800000000000n, '#GP', UNCHECKED),
  write(name, 0xffff7fffffffffffn, '#GP', UNCHECKED),
  write(name, 0x8000000000000000n, '#GP', UNCHECKED),
];

const msrRows: readonly Row[] = [
  ...eachBit('IA32_EFER', {
    base: 0x500n,
    writable: 0xd01n,
    qemu: 'TCG ignores reserved bits (SDM Vol. 2 WRMSR, Vol. 3A 2.2.1)',
  }),
  write('IA32_EFER', 0n, '#GP', 'TCG changes LME while paging is on (SDM Vol. 3A 2.2.1)'),
  write('IA32_EFER', 0x100n, 0x500n),
  ...eachBit('IA32_APIC_BASE', {
    base: 0xfee00100n,
    writable: PAGE | 0x100n,
    qemu: 'QEMU has a local APIC (SDM Vol. 3A 10.4.4)',
  }).map((row) => ({
    ...row,
    qemu: 'QEMU has a local APIC (SDM Vol. 3A 10.4.4)',
  })),
  ...eachBit('IA32_FMASK', { writable: 0xffffffffn, qemu: UNCHECKED }),
  ...eachBit('IA32_TSC_AUX', { writable: 0xffffffffn, qemu: UNCHECKED }),
  ...eachBit('IA32_SYSENTER_CS', { writable: 0xffffffffn, ignored: 0xffffffff00000000n, qemu: KEPT }).map((row) => ({
    ...row,
    ...(row.value > 0xffffn && { qemu: KEPT }),
  })),
  ...eachBit('IA32_STAR', { writable: ALL }),
  ...(['IA32_LSTAR', 'IA32_CSTAR', 'IA32_SYSENTER_ESP', 'IA32_SYSENTER_EIP'] as const).flatMap(canonical),
  ...(['IA32_FS_BASE', 'IA32_GS_BASE', 'IA32_KERNEL_GS_BASE'] as const).flatMap(canonical),
  ...eachBit('IA32_MISC_ENABLE', { base: 0x1801n, writable: 0x1801n, qemu: KEPT }).map((row) => ({
    ...row,
    qemu: KEPT,
  })),
  write('IA32_MISC_ENABLE', 0n, 0x1800n, KEPT),
  ...BITS.filter((bit) => bit % 8 === 0).flatMap((shift) => memoryTypes('IA32_PAT', shift, [...MTRR_TYPES, 7])),
  ...BITS.filter((bit) => bit % 8 === 0).flatMap((shift) => memoryTypes('IA32_MTRR_FIX64K_00000', shift, MTRR_TYPES)),
  ...(['IA32_MTRR_FIX16K_80000', 'IA32_MTRR_FIX4K_C0000', 'IA32_MTRR_FIX4K_F8000'] as const).flatMap((name) =>
    memoryTypes(name, 0, MTRR_TYPES),
  ),
  ...memoryTypes('IA32_MTRR_DEF_TYPE', 0, MTRR_TYPES),
  ...eachBit('IA32_MTRR_DEF_TYPE', { writable: 0xc05n, qemu: UNCHECKED }),
  ...(['IA32_MTRR_PHYSBASE0', 'IA32_MTRR_PHYSBASE7'] as const).flatMap((name) => [
    ...memoryTypes(name, 0, MTRR_TYPES),
    ...eachBit(name, { writable: PAGE | 5n, qemu: UNCHECKED }),
  ]),
  ...(['IA32_MTRR_PHYSMASK0', 'IA32_MTRR_PHYSMASK7'] as const).flatMap((name) =>
    eachBit(name, { writable: PAGE | 0x800n, qemu: UNCHECKED }),
  ),
  read('IA32_MTRRCAP', MSR.IA32_MTRRCAP, 0x508n),
  write('IA32_MTRRCAP', 0x508n, '#GP', UNCHECKED),
  read(
    'IA32_MCG_CAP',
    MSR.IA32_MCG_CAP,
    0x104n,
    'QEMU has ten banks (SDM Vol. 3B 15.3.1.1: IA32_MCG_CAP tells how many there are)',
  ),
  write('IA32_MCG_CAP', 0x104n, '#GP', UNCHECKED),
  ...eachBit('IA32_MCG_STATUS', { writable: 7n, qemu: UNCHECKED }),
  write('IA32_MCG_CTL', 0n, 0n),
  write('IA32_MCG_CTL', ALL, ALL),
  ...([0, 1, 2, 3] as const).flatMap((n) => [
    write(`IA32_MC${n}_CTL`, 0n, 0n),
    write(`IA32_MC${n}_CTL`, ALL, ALL),
    ...(['STATUS', 'ADDR', 'MISC'] as const).flatMap((part) => [
      write(`IA32_MC${n}_${part}`, 0n, 0n),
      write(`IA32_MC${n}_${part}`, 1n, '#GP', UNCHECKED),
    ]),
  ]),
  read(
    'IA32_MC4_CTL, beyond the banks',
    0x410,
    '#GP',
    'QEMU has ten banks (SDM Vol. 3B 15.3.1.1: IA32_MCG_CAP tells how many there are)',
  ),
  read('IA32_PLATFORM_ID', MSR.IA32_PLATFORM_ID, 0n),
  write('IA32_PLATFORM_ID', 0n, '#GP', UNCHECKED),
  read('IA32_BIOS_SIGN_ID', MSR.IA32_BIOS_SIGN_ID, 0n, 'QEMU has a microcode revision (SDM Vol. 3A 9.11.7)'),
  write('IA32_BIOS_SIGN_ID', 0n, 0n, 'QEMU has a microcode revision (SDM Vol. 3A 9.11.7)'),
  read('MSR_EBL_CR_POWERON', MSR.MSR_EBL_CR_POWERON, 0n),
  read('IA32_P5_MC_TYPE', MSR.IA32_P5_MC_TYPE, 0n),
  write('IA32_TSC_ADJUST', 0x123n, 0x123n, KEPT),
  ...([0x1234, 0x40000000, 0x4b564d00, 0x6e0, 0x802, 0xc0000104, 0xc0010015, 0xffffffff] as const).map((number) =>
    read(
      `0x${number.toString(16)}, which is unknown`,
      number,
      '#GP',
      'TCG reads unknown registers as 0 (SDM Vol. 2 RDMSR)',
    ),
  ),
];

const toggle = (
  access: 'cr0' | 'cr3' | 'cr4' | 'cr8' | 'xcr0',
  what: string,
  value: bigint,
  expected: Row['expected'],
  qemu?: string,
): Row => ({
  access,
  number: 0,
  value,
  isToggle: true,
  name: `${access.toUpperCase()}, ${what} toggled`,
  expected,
  ...(qemu !== undefined && { qemu }),
});

/** The guest runs with PE, ET and PG (and NE, WP ... as the boot left them: 0). */
const CR0_NOW = 0x80000011n;
const CR0_DEFINED = BigInt(CR0.MP | CR0.EM | CR0.TS | CR0.NE | CR0.WP | CR0.AM);
const cr0Rows: readonly Row[] = BITS.map((bit) => {
  const mask = 1n << BigInt(bit);
  const name = Object.entries(CR0).find(([, value]) => BigInt(value) === mask)?.[0] ?? `bit ${bit}`;
  const set = (expected: Row['expected'], qemu?: string): Row => toggle('cr0', name, mask, expected, qemu);
  if (bit >= 32) return set('#GP', 'TCG ignores the upper half (SDM Vol. 3A 2.5)');
  if (name === 'PE' || name === 'PG') return set('#GP', 'TCG does as it is told (SDM Vol. 3A 2.5)');
  if (name === 'NW') return set('#GP', 'TCG does not check NW without CD (SDM Vol. 3A 2.5)');
  if (name === 'ET') return set(CR0_NOW);
  if (name === 'CD') return set(CR0_NOW | mask);
  // The reserved bits below 32 are ignored.
  return (mask & CR0_DEFINED) !== 0n ? set(CR0_NOW | mask) : set(CR0_NOW, 'TCG keeps reserved bits (SDM Vol. 3A 2.5)');
});

/** PAE, OSFXSR, OSXSAVE. */
const CR4_NOW = 0x40220n;
/** Bits that the model has besides; VME and PVI only with the feature. */
const CR4_FREE =
  [CR4.TSD, CR4.DE, CR4.PSE, CR4.MCE, CR4.PGE, CR4.PCE, CR4.OSFXSR, CR4.OSXMMEXCPT].reduce((sum, bit) => sum | bit, 0) |
  [CR4.UMIP, CR4.FSGSBASE, CR4.PCIDE, CR4.OSXSAVE, CR4.SMEP, CR4.SMAP].reduce((sum, bit) => sum | bit, 0) |
  (maximum.has('VME') ? CR4.VME | CR4.PVI : 0);
const cr4Rows: readonly Row[] = BITS.map((bit) => {
  const mask = 1n << BigInt(bit);
  const name = Object.entries(CR4).find(([, value]) => BigInt(value) === mask)?.[0] ?? `bit ${bit}`;
  // The kernel of this guest is in user pages.
  if (name === 'SMEP' || name === 'SMAP') return toggle('cr4', 'nothing', 0n, CR4_NOW);
  if (name === 'PAE') return toggle('cr4', name, mask, '#GP', 'TCG leaves long mode (SDM Vol. 3A 4.1.2)');
  if ((mask & BigInt(CR4_FREE)) === 0n)
    return toggle(
      'cr4',
      name,
      mask,
      '#GP',
      'TCG ignores it, or has the feature (SDM Vol. 3A 2.5: reserved bits must be 0)',
    );
  return toggle(
    'cr4',
    name,
    mask,
    CR4_NOW ^ mask,
    name === 'PCIDE' ? 'TCG has no PCID (SDM Vol. 3A 4.10.1)' : undefined,
  );
});

const cr3Rows: readonly Row[] = [
  ...BITS.filter((bit) => bit >= 40).map((bit) =>
    toggle(
      'cr3',
      `bit ${bit}`,
      1n << BigInt(bit),
      '#GP',
      'TCG masks the address (SDM Vol. 3A 4.5, Vol. 2 MOV to control registers)',
    ),
  ),
];

const cr8Rows: readonly Row[] = BITS.map((bit) => {
  const mask = 1n << BigInt(bit);
  return toggle(
    'cr8',
    `bit ${bit}`,
    mask,
    bit < 4 ? mask : '#GP',
    bit < 4 ? undefined : 'TCG masks the value (SDM Vol. 3A 10.8.6)',
  );
});

const xcr0 = (value: bigint, expected: Row['expected'], qemu?: string): Row => ({
  access: 'xcr0',
  number: 0,
  value,
  isToggle: false,
  name: `XSETBV 0x${value.toString(16)}`,
  expected,
  ...(qemu !== undefined && { qemu }),
});
const xcr0Rows: readonly Row[] = [
  // x87 cannot be switched off, AVX needs SSE.
  ...[0n, 1n, 2n, 3n, 4n, 5n, 6n, 7n].map((value) => xcr0(value, [1n, 3n, 7n].includes(value) ? value : '#GP')),
  ...BITS.filter((bit) => bit >= 3).map((bit) =>
    xcr0(
      7n | (1n << BigInt(bit)),
      '#GP',
      [3, 4, 9].includes(bit) ? 'TCG has MPX or protection keys (SDM Vol. 2 XSETBV)' : undefined,
    ),
  ),
];

const text = (expected: Row['expected']): string => {
  if (expected === '#GP') return '#0d';
  return expected === '#UD' ? '#06' : expected.toString(16).padStart(16, '0');
};

/** Rows in which TCG differs are a guest of their own, which QEMU does not run: it might not survive them. */
function tablesOf(name: string, rows: readonly Row[]): CheckTable[] {
  const parts = [
    tableOf(
      name,
      rows.filter(({ qemu }) => qemu === undefined),
    ),
    tableOf(
      `${name}, where TCG differs`,
      rows.filter(({ qemu }) => qemu !== undefined),
    ),
  ];
  return parts.filter(({ checks }) => checks.length > 0);
}

function tableOf(name: string, rows: readonly Row[]): CheckTable {
  const checks: Check[] = rows.map((row) => ({
    name: row.name,
    expected: text(row.expected),
    ...(row.qemu !== undefined && { qemu: row.qemu }),
  }));
  return { name, bits: 64, body: registersGuest(rows), checks };
}

export const registerTables: readonly CheckTable[] = [
  ...tablesOf('model-specific registers', msrRows),
  ...tablesOf('CR0', cr0Rows),
  ...tablesOf('CR3', cr3Rows),
  ...tablesOf('CR4', cr4Rows),
  ...tablesOf('CR8', cr8Rows),
  ...tablesOf('XCR0', xcr0Rows),
];
