/**
 * The model-specific registers of the core, one row each (SDM Vol. 4 table 2-2). RDMSR, WRMSR, RESET and the page
 * `docs/msrs.md` come from this table; what a row cannot say is a hook in assembly/system/msr.ts. A number without a row, or of a
 * feature that the processor model lacks, is unknown: #GP(0), and the host is told.
 *
 * Left out: the local APIC and with it IA32_TSC_DEADLINE and x2APIC, performance counters, IA32_DEBUGCTL (last branches and
 * single-stepping of branches), speculation control, VMX, SGX, CET and IA32_XSS. None of them is advertised by CPUID.
 */

import { type CpuidName, MSR, PHYSICAL_ADDRESS_BITS } from '@longmode/x86';
import { fixedMtrrNames } from './state.ts';

/** One register. Its value is a state field, or a constant. */
export interface Msr {
  /** Name in the manual; its number is in the vocabulary of @longmode/x86. */
  readonly name: keyof typeof MSR;
  /** The register exists if CPUID advertises one of these; without them always. */
  readonly features?: readonly CpuidName[];
  /** State field that holds it (gen/state.ts). */
  readonly field?: string;
  /** Value of a register that has no field. */
  readonly constant?: bigint;
  /** Value after RESET. */
  readonly reset: bigint;
  /** Bits that must be written as 0, else #GP(0). */
  readonly reserved: bigint;
  /** Bits whose written value is dropped; they read as 0. */
  readonly ignored?: bigint;
  /** Read-only bits: what is written there is dropped, the value stays. */
  readonly fixed?: bigint;
  /** Writing: #GP(0) whatever the value, or #GP(0) for all but 0. Without it the checks of the other columns decide. */
  readonly writable?: 'never' | 'zero';
  /** The value must be a canonical address, else #GP(0). */
  readonly canonical?: true;
  /** Bytes, as a mask, that must hold a memory type (SDM Vol. 3A 12.11.2.1, 12.12.2), else #GP(0); PAT has UC- too. */
  readonly memoryTypes?: { readonly bytes: bigint; readonly kind: 'MTRR' | 'PAT' };
  /** Function `read...(r): u64` instead of the field. */
  readonly readHook?: string;
  /** Function `write...(r, value)` instead of the field, after the checks. */
  readonly writeHook?: string;
  /** What there is to say beyond the columns, for the page of the docs. */
  readonly note?: string;
}

const ALL = 0xffffffffffffffffn;
const UPPER_HALF = 0xffffffff00000000n;
const NONE = 0n;
/** Everything but the bits of `mask`. */
const allBut = (mask: bigint): bigint => ALL & ~mask;
/** Bits of a page's physical address. */
const PAGE_ADDRESS = (1n << BigInt(PHYSICAL_ADDRESS_BITS)) - 0x1000n;
/** IA32_MCG_CAP: four banks, and IA32_MCG_CTL exists (SDM Vol. 3B 16.3.1.1). */
const MACHINE_CHECK_BANKS = [0, 1, 2, 3] as const;
const MCG_CAP = 0x104n;
/** IA32_MTRRCAP: eight variable ranges, fixed ranges, write-combining (SDM Vol. 3A 12.11.1). */
const VARIABLE_RANGES = [0, 1, 2, 3, 4, 5, 6, 7] as const;
const MTRRCAP = 0x508n;
/** IA32_MISC_ENABLE: fast strings can be switched; there is no branch trace and no PEBS (bits 11 and 12, read-only). */
const MISC_ENABLE_UNAVAILABLE = 0x1800n;

const MTRR: readonly CpuidName[] = ['MTRR'];
const MCA: readonly CpuidName[] = ['MCA'];
const SEP: readonly CpuidName[] = ['SEP'];
const SYSCALL: readonly CpuidName[] = ['SYSCALL'];

// biome-ignore format: one row, one register
export const msrs: readonly Msr[] = [
  { name: 'IA32_P5_MC_ADDR', features: MCA, constant: 0n, reset: 0n, reserved: NONE, writable: 'zero' },
  { name: 'IA32_P5_MC_TYPE', features: MCA, constant: 0n, reset: 0n, reserved: NONE, writable: 'zero' },
  { name: 'IA32_TIME_STAMP_COUNTER', features: ['TSC'], reset: 0n, reserved: NONE, readHook: 'readTimeStampCounter', writeHook: 'writeTimeStampCounter', note: 'One tick for each retired instruction; IA32_TSC_ADJUST moves along.' },
  { name: 'IA32_PLATFORM_ID', constant: 0n, reset: 0n, reserved: NONE, writable: 'never', note: 'Read by loaders of microcode.' },
  { name: 'IA32_APIC_BASE', field: 'apicBase', reset: 0xfee00100n, reserved: allBut(PAGE_ADDRESS | 0x100n), fixed: 0x100n, note: 'There is no local APIC: EN and EXTD cannot be set.' },
  { name: 'MSR_EBL_CR_POWERON', constant: 0n, reset: 0n, reserved: NONE, writable: 'zero', note: 'Bus ratios of old processors; read early by systems of the BSD family.' },
  { name: 'IA32_TSC_ADJUST', features: ['TSC_ADJUST'], field: 'tscAdjust', reset: 0n, reserved: NONE, writeHook: 'writeTscAdjust', note: 'What is added to it is added to the time-stamp counter.' },
  { name: 'IA32_BIOS_SIGN_ID', constant: 0n, reset: 0n, reserved: NONE, writable: 'zero', note: 'No microcode update is loaded.' },
  { name: 'IA32_MTRRCAP', features: MTRR, constant: MTRRCAP, reset: MTRRCAP, reserved: NONE, writable: 'never', note: 'Eight variable ranges, fixed ranges, write-combining.' },
  { name: 'IA32_SYSENTER_CS', features: SEP, field: 'sysenterCs', reset: 0n, reserved: NONE, ignored: UPPER_HALF },
  { name: 'IA32_SYSENTER_ESP', features: SEP, field: 'sysenterEsp', reset: 0n, reserved: NONE, canonical: true },
  { name: 'IA32_SYSENTER_EIP', features: SEP, field: 'sysenterEip', reset: 0n, reserved: NONE, canonical: true },
  { name: 'IA32_MCG_CAP', features: MCA, constant: MCG_CAP, reset: MCG_CAP, reserved: NONE, writable: 'never', note: 'Four banks, which never report anything.' },
  { name: 'IA32_MCG_STATUS', features: MCA, field: 'mcgStatus', reset: 0n, reserved: allBut(0x7n) },
  { name: 'IA32_MCG_CTL', features: MCA, field: 'mcgCtl', reset: ALL, reserved: NONE },
  { name: 'IA32_MISC_ENABLE', field: 'miscEnable', reset: 1n | MISC_ENABLE_UNAVAILABLE, reserved: allBut(1n | MISC_ENABLE_UNAVAILABLE), fixed: MISC_ENABLE_UNAVAILABLE, note: 'Bit 0, fast strings; bits 11 and 12 say that there is no branch trace and no PEBS.' },
  ...VARIABLE_RANGES.flatMap((n): Msr[] => [
    { name: `IA32_MTRR_PHYSBASE${n}`, features: MTRR, field: `mtrrPhysBase${n}`, reset: 0n, reserved: allBut(PAGE_ADDRESS | 0xffn), memoryTypes: { bytes: 0xffn, kind: 'MTRR' } },
    { name: `IA32_MTRR_PHYSMASK${n}`, features: MTRR, field: `mtrrPhysMask${n}`, reset: 0n, reserved: allBut(PAGE_ADDRESS | 0x800n) },
  ]),
  ...fixedMtrrNames.map((name): Msr => ({ name: `IA32_MTRR_FIX${name}`, features: MTRR, field: `mtrrFix${name}`, reset: 0n, reserved: NONE, memoryTypes: { bytes: ALL, kind: 'MTRR' } })),
  { name: 'IA32_PAT', features: ['PAT'], field: 'pat', reset: 0x0007040600070406n, reserved: NONE, memoryTypes: { bytes: ALL, kind: 'PAT' }, note: 'Memory types have no effect: there are no caches.' },
  { name: 'IA32_MTRR_DEF_TYPE', features: MTRR, field: 'mtrrDefType', reset: 0n, reserved: allBut(0xcffn), memoryTypes: { bytes: 0xffn, kind: 'MTRR' } },
  ...MACHINE_CHECK_BANKS.flatMap((n): Msr[] => [
    { name: `IA32_MC${n}_CTL`, features: MCA, field: `mc${n}Ctl`, reset: ALL, reserved: NONE },
    { name: `IA32_MC${n}_STATUS`, features: MCA, constant: 0n, reset: 0n, reserved: NONE, writable: 'zero' },
    { name: `IA32_MC${n}_ADDR`, features: MCA, constant: 0n, reset: 0n, reserved: NONE, writable: 'zero' },
    { name: `IA32_MC${n}_MISC`, features: MCA, constant: 0n, reset: 0n, reserved: NONE, writable: 'zero' },
  ]),
  { name: 'IA32_EFER', field: 'efer', reset: 0n, reserved: allBut(0xd01n), writeHook: 'writeEfer', note: 'SCE, LME and NXE as CPUID says; LMA is read-only; LME cannot change while paging is on.' },
  { name: 'IA32_STAR', features: SYSCALL, field: 'star', reset: 0n, reserved: NONE },
  { name: 'IA32_LSTAR', features: SYSCALL, field: 'lstar', reset: 0n, reserved: NONE, canonical: true },
  { name: 'IA32_CSTAR', features: SYSCALL, field: 'cstar', reset: 0n, reserved: NONE, canonical: true, note: 'Kept; SYSCALL exists in 64-bit mode only.' },
  { name: 'IA32_FMASK', features: SYSCALL, field: 'fmask', reset: 0n, reserved: UPPER_HALF },
  { name: 'IA32_FS_BASE', field: 'fsBase', reset: 0n, reserved: NONE, canonical: true, writeHook: 'writeFsBase' },
  { name: 'IA32_GS_BASE', field: 'gsBase', reset: 0n, reserved: NONE, canonical: true, writeHook: 'writeGsBase' },
  { name: 'IA32_KERNEL_GS_BASE', field: 'kernelGsBase', reset: 0n, reserved: NONE, canonical: true },
  { name: 'IA32_TSC_AUX', features: ['RDTSCP', 'RDPID'], field: 'tscAux', reset: 0n, reserved: UPPER_HALF },
];

/** Features that rows ask for; the position is the bit in the state field `msrFeatures`. */
export const msrFeatures: readonly CpuidName[] = [...new Set(msrs.flatMap(({ features }) => features ?? []))].sort();

const hex = (value: number | bigint): string => `0x${value.toString(16)}`;
const u64 = (value: bigint): string => `(<u64>${hex(value)})`;

/** Leaves the switch, to where unknown registers go, when the model has none of the features. */
function printGuard({ features }: Msr): string {
  if (features === undefined) return '';
  const bits = features.reduce((sum, name) => sum | (1 << msrFeatures.indexOf(name)), 0);
  return `      if ((cpu.msrFeatures & ${hex(bits)}) == 0) break;\n`;
}

function printRead(msr: Msr): string {
  const { name, field, constant, readHook } = msr;
  const value = readHook ? `${readHook}(r)` : field ? `cpu.${field}` : hex(constant ?? 0n);
  return `    case ${hex(MSR[name])}: // ${name}\n${printGuard(msr)}      return ${value};\n`;
}

function printChecks({ reserved, canonical, memoryTypes, writable }: Msr): string[] {
  const refuse = 'faultWithCode(r, GP, 0);';
  const lines: string[] = [];
  if (writable === 'never') lines.push(refuse);
  if (writable === 'zero') lines.push(`if (value != 0) ${refuse}`);
  if (reserved !== NONE) lines.push(`if ((value & ${hex(reserved)}) != 0) ${refuse}`);
  if (canonical) lines.push(`if (!isCanonical(value)) ${refuse}`);
  if (memoryTypes) {
    lines.push(`if (!areMemoryTypes(value, ${hex(memoryTypes.bytes)}, ${memoryTypes.kind === 'PAT'})) ${refuse}`);
  }
  return lines;
}

function printWrite(msr: Msr): string {
  const { name, field, ignored, fixed, writeHook } = msr;
  const lines = printChecks(msr);
  if (writeHook) lines.push(`${writeHook}(r, value);`);
  else if (field) {
    const dropped = (ignored ?? 0n) | (fixed ?? 0n);
    const kept = dropped === 0n ? 'value' : `(value & ~${u64(dropped)})`;
    lines.push(`cpu.${field} = ${kept}${fixed === undefined ? '' : ` | (cpu.${field} & ${u64(fixed)})`};`);
  }
  const body = [...lines, 'return;'].map((line) => `      ${line}\n`).join('');
  return `    case ${hex(MSR[name])}: // ${name}\n${printGuard(msr)}${body}`;
}

/** The AssemblyScript module `assembly/generated/msr.ts`. */
export function printMsr(): string {
  const hooks = msrs.flatMap(({ readHook, writeHook }) => [readHook ?? [], writeHook ?? []].flat()).sort();
  return `// GENERATED by gen/gen.ts from gen/msr.ts. Do not edit.
// Reads and writes of model-specific registers.

import { faultWithCode } from "../fault";
import { GP } from "./vectors";
import { isCanonical } from "../slow-memory";
import { areMemoryTypes, readUnknownMsr, ${hooks.join(', ')}, writeUnknownMsr } from "../system/msr";
import { cpu } from "./state";

/** Value of a register. */
export function readMsr(r: usize, number: u32): u64 {
  switch (number) {
${msrs.map(printRead).join('')}  }
  return readUnknownMsr(r, number);
}

/** Checks and writes a register. */
export function writeMsr(r: usize, number: u32, value: u64): void {
  switch (number) {
${msrs.map(printWrite).join('')}  }
  writeUnknownMsr(r, number, value);
}
`;
}

/** The TypeScript module `src/generated/msrs.ts`. */
export function printMsrList(): string {
  const rows = msrs.map(
    ({ name, field, reset }) =>
      `  { number: ${hex(MSR[name])}, name: '${name}', field: ${field ? `'${field}'` : 'undefined'}, reset: ${hex(reset)}n },\n`,
  );
  return `// GENERATED by gen/gen.ts from gen/msr.ts. Do not edit.
// Names, state fields and reset values of the model-specific registers.

export const msrs = [
${rows.join('')}] as const;

/** CPUID features that registers belong to; the position is the bit in the state field \`msrFeatures\`. */
export const msrFeatures = [${msrFeatures.map((name) => `'${name}'`).join(', ')}] as const;
`;
}

/** Column "writing" of the page. */
function describeWrite({ reserved, ignored, fixed, writable, canonical, memoryTypes }: Msr): string {
  if (writable === 'never') return '#GP';
  if (writable === 'zero') return '0 only';
  const parts = [
    ...(reserved === NONE ? [] : [`reserved \`${hex(reserved)}\``]),
    ...(ignored === undefined ? [] : [`ignored \`${hex(ignored)}\``]),
    ...(fixed === undefined ? [] : [`read-only \`${hex(fixed)}\``]),
    ...(canonical ? ['canonical'] : []),
    ...(memoryTypes ? ['memory types'] : []),
  ];
  return parts.length === 0 ? 'any' : parts.join(', ');
}

/** The page `docs/msrs.md`. */
export function printMsrPage(): string {
  const rows = [...msrs]
    .sort((a, b) => MSR[a.name] - MSR[b.name])
    .map((msr) => {
      const { name, features = [], reset, note = '' } = msr;
      return `| \`${hex(MSR[name])}\` | ${name} | ${features.join(' or ')} | \`${hex(reset)}\` | ${describeWrite(msr)} | ${note} |`;
    });
  return `<!-- GENERATED by packages/cpu-wasm/gen/gen.ts from gen/msr.ts. Do not edit. -->

# Model-specific registers

Every register that RDMSR and WRMSR know. One that belongs to a CPUID feature exists only where the processor model has it. Writing
1 to a reserved bit, an address that is not canonical or a byte that is no memory type is #GP(0); ignored bits read as 0; read-only bits
stay as they are.

Any other number is unknown: #GP(0), as on hardware. A trace says so (\`--trace msr\`, \`machine.trace(['msr'], ...)\`) with number,
value and address. With \`--ignore-msrs\` (\`boot({ ignoreMsrs: true })\`) unknown registers read as 0 and take every value instead, for kernels
that expect some model's registers.

There is no local APIC. CPUID does not advertise it, nor TSC-deadline, so \`IA32_TSC_DEADLINE\` (\`0x6e0\`) and the x2APIC registers are unknown.

| number | name | CPUID | after RESET | writing | |
|---|---|---|---|---|---|
${rows.join('\n')}
`;
}
