/** CPUID and RESET: what is advertised is there, what is there is advertised, and the guest reads the table. */
import { type CpuidName, instructions } from '@longmode/x86';
import { describe, expect, test } from 'vitest';
import { cpuFeatures, cpuidTable } from '../src/index.ts';
import { engines } from './engines.ts';
import { boot, build } from './system/guest.ts';

/** Instructions that exist without their feature bit: Intel's own way of hiding them, or a bit for something larger. */
const UNADVERTISED: Readonly<Record<string, string>> = {
  SSE: 'PREFETCHh and SFENCE are harmless without the rest of SSE',
  SSE2: 'MOVNTI, LFENCE, MFENCE are harmless without the rest of SSE2',
  SSE42: 'CRC32 comes before the rest of SSE4.2',
  MONITOR: '#UD',
  XSAVE: '#UD',
  RDRAND: 'ends the run as unimplemented',
  RDSEED: 'ends the run as unimplemented',
};

test('every feature of the instruction table is advertised, or its absence is justified', () => {
  const advertised: ReadonlySet<string> = new Set(cpuFeatures);
  const missing = new Set(
    instructions.flatMap(({ cpuid }) => (cpuid === undefined || advertised.has(cpuid) ? [] : [cpuid])),
  );
  expect([...missing].sort()).toEqual(Object.keys(UNADVERTISED).sort());
});

test('no advertised instruction is without a body', () => {
  const advertised: ReadonlySet<string> = new Set(cpuFeatures);
  const broken = instructions.filter(
    ({ cpuid, implemented }) => cpuid !== undefined && advertised.has(cpuid) && !implemented,
  );
  expect(broken.map(({ key }) => key)).toEqual([]);
});

test('what is not there yet is denied', () => {
  const denied: readonly CpuidName[] = [
    'FPU',
    'MMX',
    'SSE',
    'SSE2',
    'FXSR',
    'XSAVE',
    'AVX',
    'APIC',
    'MCE',
    'MCA',
    'VME',
    'RDRAND',
    'X2APIC',
  ];
  expect(cpuFeatures.filter((name) => denied.includes(name))).toEqual([]);
});

describe.each(engines)('CPUID, $engine', ({ engine, code }) => {
  const leaf = (eax: number, ecx = 0): string => `
  mov eax, ${eax}
  mov ecx, ${ecx}
  cpuid
  mov esi, ecx
  mov edi, edx
  call show32
  mov eax, ebx
  call show32
  mov eax, esi
  call show32
  mov eax, edi
  call show32
`;
  const read = (body: string): number[] =>
    boot(engine, code, build(64, body))
      .output.trimEnd()
      .split('\n')
      .map((line) => Number.parseInt(line, 16));

  test('leaves of the table', () => {
    for (const { leaf: number, subleaf, eax, ebx, ecx, edx } of cpuidTable()) {
      expect(read(leaf(number, subleaf ?? 5)), number.toString(16)).toEqual([eax, ebx, ecx, edx]);
    }
  });

  test('missing leaves are zero; beyond the largest the answer is that of the largest basic leaf', () => {
    const largest = cpuidTable().find(({ leaf: number }) => number === 7);
    expect(read(leaf(2))).toEqual([0, 0, 0, 0]);
    expect(read(leaf(7, 1))).toEqual([0, 0, 0, 0]);
    const expected = [largest?.eax, largest?.ebx, largest?.ecx, largest?.edx];
    expect(read(leaf(0x1000))).toEqual(expected);
    expect(read(leaf(0x80000100))).toEqual(expected);
  });
});

test('RESET state (SDM Vol. 3A table 9-1)', () => {
  const [first] = engines;
  if (first === undefined) throw new Error('no engine');
  const { core } = boot(first.engine, first.code, build(64, 'nop\n'));
  core.reset();
  const { registers } = core;
  expect(registers.get('rip')).toBe(0xfff0n);
  expect(registers.get('rflags')).toBe(2n);
  expect(registers.get('cr0')).toBe(0x60000010n);
  expect(registers.get('cr4')).toBe(0n);
  expect(registers.get('efer')).toBe(0n);
  expect(registers.get('dr6')).toBe(0xffff0ff0n);
  expect(registers.get('dr7')).toBe(0x400n);
  expect(registers.segment('cs')).toMatchObject({ selector: 0xf000, base: 0xffff0000n, limit: 0xffff });
  expect(registers.descriptorTable('idtr')).toEqual({ base: 0n, limit: 0xffff });
  expect(core.instructions).toBe(0n);
  expect(registers.field('pat')).toBe(0x0007040600070406n);
});
