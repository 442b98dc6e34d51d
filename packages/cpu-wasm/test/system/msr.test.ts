/** Model-specific registers and the processor model: a register is there exactly if CPUID has its feature; TSC and TSC_ADJUST. */
import { assemble, MSR } from '@longmode/x86';
import { describe, expect, test } from 'vitest';
import { msrFeatures, msrs } from '../../gen/msr.ts';
import { CpuCore, parseCpuModel, type UnknownMsrAccess } from '../../src/index.ts';
import { engines } from '../engines.ts';
import { silentHost } from '../flat-guest.ts';
import { enterLongMode } from '../long-mode.ts';

const CODE = 0x10000;
const GP = 13;

describe.each(engines)('$engine', ({ engine, code }) => {
  /** Runs 64-bit code until HLT. Returns the processor and the vector that ended it, if one did. */
  const run = (
    source: string,
    cpu = 'max',
  ): { core: CpuCore; vector: number | undefined; unknown: UnknownMsrAccess[] } => {
    const unknown: UnknownMsrAccess[] = [];
    const host = {
      ...silentHost,
      unknownMsr: (access: UnknownMsrAccess) => {
        unknown.push(access);
        return false;
      },
    };
    const core = CpuCore.create({ engine, code, memoryBytes: 2 ** 20, host, cpu });
    enterLongMode(core);
    core.ram.set(assemble(source, { bits: 64, origin: BigInt(CODE) }).bytes, CODE);
    core.registers.set('rip', BigInt(CODE));
    const exit = core.run(1000);
    return { core, vector: exit === 'halt' ? undefined : core.shutdownChain[0]?.vector, unknown };
  };
  const read = (number: number): string => `mov ecx, ${number}\n rdmsr\n hlt`;

  test('every register of the table can be read, and tells its reset value', () => {
    for (const { name, reset, readHook } of msrs) {
      if (readHook || name === 'IA32_EFER') continue;
      const { core, vector } = run(read(MSR[name]));
      expect(vector, name).toBe(undefined);
      const value = (core.registers.get('rdx') << 32n) | core.registers.get('rax');
      expect(value, name).toBe(reset);
    }
  });

  test.each(msrFeatures)('without %s its registers are unknown, and the host is told', (feature) => {
    const cpu = `max,-${feature.toLowerCase()}`;
    const lost = parseCpuModel(cpu).features;
    const concerned = msrs.filter(
      ({ features }) => features?.includes(feature) && !features.some((name) => lost.has(name)),
    );
    for (const { name } of concerned) {
      // RDMSR is needed to see anything.
      if (!lost.has('MSR')) continue;
      const { vector, unknown } = run(read(MSR[name]), cpu);
      expect(vector, name).toBe(GP);
      expect(unknown).toEqual([{ number: MSR[name], value: undefined }]);
    }
  });

  test.each([
    ['nx', 0xd00],
    ['syscall', 0x501],
  ])('without %s its bit of IA32_EFER is reserved', (feature, value) => {
    const write = `mov ecx, 0xc0000080\n mov eax, ${value}\n xor edx, edx\n wrmsr\n hlt`;
    expect(run(write).vector).toBe(undefined);
    expect(run(write, `max,-${feature}`).vector).toBe(GP);
  });

  test('a write of the time-stamp counter moves IA32_TSC_ADJUST by as much, and the other way round', () => {
    const { core } = run(`
      mov ecx, 0x3b
      xor edx, edx
      mov eax, 1000000
      wrmsr             ; the counter goes on by a million
      rdtsc
      mov esi, eax
      mov ecx, 0x10
      xor edx, edx
      mov eax, 5000000
      wrmsr             ; the counter is five million, so the adjustment is a bit less
      mov ecx, 0x3b
      rdmsr
      hlt
    `);
    expect(core.registers.get('rsi')).toBe(1_000_004n);
    expect(core.registers.get('rax')).toBe(5_000_000n - 9n);
  });

  test('RDRAND and RDSEED set CF alone and clear the upper half of a 32-bit register', () => {
    for (const instruction of ['rdrand', 'rdseed']) {
      const { core } = run(
        `mov esp, 0x80000\n mov rbx, -1\n mov eax, 0x7fffffff\n add eax, eax\n ${instruction} ebx\n pushfq\n pop rsi\n hlt`,
      );
      expect(core.registers.get('rsi') & 0x8d5n).toBe(1n);
      expect(core.registers.get('rbx') >> 32n).toBe(0n);
      expect(core.registers.get('rbx')).not.toBe(0xffffffffn);
    }
  });
});
