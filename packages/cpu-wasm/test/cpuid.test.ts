/** CPUID and RESET: what is advertised is there, what is there is advertised, and the guest reads the table. */
import { fileURLToPath } from 'node:url';
import { type CpuidName, instructions } from '@longmode/x86';
import { describe, expect, test } from 'vitest';
import { samples } from '../../x86/test/row-samples.ts';
import { findBodies } from '../gen/bodies.ts';
import { buildOperations } from '../gen/operations.ts';
import { CpuCore, cpuidTable, cpuModelNames, parseCpuModel } from '../src/index.ts';
import { engines } from './engines.ts';
import { silentHost } from './flat-guest.ts';
import { enterLongMode, firstFault } from './long-mode.ts';
import { boot, build } from './system/guest.ts';

const max = parseCpuModel('max');

/** Features of the table that no model has. */
const NO_MODEL: Readonly<Record<string, string>> = {
  MONITOR: '#UD',
};

test('every feature of the instruction table is in a model, or its absence is justified', () => {
  const missing = new Set(
    instructions.flatMap(({ cpuid }) => (cpuid === undefined || max.features.has(cpuid) ? [] : [cpuid])),
  );
  expect([...missing].sort()).toEqual(Object.keys(NO_MODEL).sort());
});

test('no advertised instruction is without a body', () => {
  const { rows } = buildOperations(findBodies(fileURLToPath(new URL('../assembly', import.meta.url))));
  const broken = rows.filter(
    ({ row: { cpuid, cpuidToo, implemented }, names }) =>
      cpuid !== undefined &&
      max.features.has(cpuid) &&
      (cpuidToo === undefined || max.features.has(cpuidToo)) &&
      (!implemented || names.includes(undefined)),
  );
  expect(broken.map(({ row }) => row.key)).toEqual([]);
});

test('what the machine does not have is denied', () => {
  const denied: readonly CpuidName[] = ['APIC', 'X2APIC', 'TSC_DEADLINE', 'MONITOR', 'HYPERVISOR'];
  expect([...max.features].filter((name) => denied.includes(name))).toEqual([]);
});

describe('models', () => {
  test('each has what the one before it has', () => {
    const sets = cpuModelNames.map((name) => parseCpuModel(name).features);
    for (const [index, set] of sets.slice(1).entries()) {
      for (const feature of sets[index] ?? []) expect(set.has(feature), feature).toBe(true);
      expect(set.size).toBeGreaterThan(sets[index]?.size ?? 0);
    }
  });

  test('the levels of the psABI', () => {
    expect(parseCpuModel('x86-64-v1').features.has('SSE3')).toBe(false);
    expect(parseCpuModel('x86-64-v2').features.has('SSE42')).toBe(true);
    expect(parseCpuModel('x86-64-v2').features.has('AVX')).toBe(false);
    for (const name of ['AVX2', 'FMA', 'F16C', 'BMI2', 'MOVBE', 'LZCNT', 'XSAVE'] as const)
      expect(parseCpuModel('x86-64-v3').features.has(name), name).toBe(true);
  });

  test('a feature brings along what it needs, and takes away what needs it', () => {
    const added = parseCpuModel('x86-64-v1,+avx2').features;
    expect(['AVX', 'SSE4.1', 'XSAVE'].every((name) => added.has(name.replace('.', '') as CpuidName))).toBe(true);
    const removed = parseCpuModel('max, -sse4.1').features;
    expect(['SSE41', 'SSE42', 'AVX', 'FMA'].some((name) => removed.has(name as CpuidName))).toBe(false);
    expect(removed.has('SSSE3')).toBe(true);
    expect(parseCpuModel('max,-avx,+avx').features.has('AVX')).toBe(true);
  });

  test.each([
    ['', 'CPU model "": expected x86-64-v1'],
    ['pentium', 'CPU model "pentium": expected x86-64-v1'],
    ['max,avx', '"avx" is no change of a feature'],
    ['max,+3dnow', '"+3dnow" is no change of a feature; expected + or - and one of'],
  ])('"%s" is refused in words', (text, problem) => {
    expect(() => parseCpuModel(text)).toThrow(problem);
  });
});

/** What a processor without the feature decodes instead of #UD (SDM Vol. 2 LZCNT, TZCNT, PREFETCHW, PREFETCHh). */
const OLDER_MEANING = /^(LZCNT|TZCNT|PREFETCH)/;

/** One row of every feature set, in every form that 64-bit code has, on a processor that lacks it. */
describe.each(engines.slice(0, 1))('a denied feature, $engine', ({ engine, code }) => {
  const features = [...new Set(instructions.flatMap(({ cpuid }) => (cpuid && max.features.has(cpuid) ? [cpuid] : [])))];
  test.each(features)('%s: #UD', (feature) => {
    const core = CpuCore.create({ engine, code, memoryBytes: 2 ** 20, host: silentHost, cpu: `max,-${feature}` });
    enterLongMode(core);
    const surviving: string[] = [];
    for (const row of instructions) {
      if ((row.cpuid !== feature && row.cpuidToo !== feature) || OLDER_MEANING.test(row.key)) continue;
      for (const sample of samples(row)) {
        if (sample.mode !== 64) continue;
        const vector = firstFault(core, sample.bytes);
        if (vector !== 6) surviving.push(`${row.key}: ${Buffer.from(sample.bytes).toString('hex')} -> ${vector}`);
      }
    }
    expect(surviving).toEqual([]);
  });
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
      // The size of the XSAVE area follows XCR0, which enables x87 state alone after RESET.
      const size = number === 0xd && (subleaf ?? 0) < 2 ? 576 : ebx;
      expect(read(leaf(number, subleaf ?? 5)), number.toString(16)).toEqual([eax, size, ecx, edx]);
    }
  });

  test('missing leaves are zero; beyond the largest the answer is that of the largest basic leaf', () => {
    const largest = cpuidTable().find(({ leaf: number }) => number === 0xd);
    expect(read(leaf(2))).toEqual([0, 0, 0, 0]);
    expect(read(leaf(7, 1))).toEqual([0, 0, 0, 0]);
    const expected = [largest?.eax, 576, largest?.ecx, largest?.edx];
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
