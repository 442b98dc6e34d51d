/**
 * Guests of 32-bit code for the tests of translated code: loops that run on the interpreter and on the translator in slices of odd
 * lengths. Selectors: 8 code and 10h data, flat; 18h data below 70000h; 20h data from 60000h on; 28h a stack of 16 bits; 30h code from
 * 10000h on; 38h code of 64 bits; 40h code below 11000h; 48h code from 450000h on; 50h a stack from 1000h on; 58h a stack
 * that expands down to 6F000h; 60h data that expands down and is empty; 68h data that must not be written.
 */
import { assemble } from '@longmode/x86';
import { expect } from 'vitest';
import { CpuCore, type TranslatorStatistics } from '../../src/index.ts';
import { engines } from '../engines.ts';
import { silentHost } from '../flat-guest.ts';
import { enterLongMode } from '../long-mode.ts';
import { memoryDifferences, stateDifferences } from './lockstep.ts';

/** Where the guest's code lies, and what it may use as data. */
export const ORIGIN = 0x10000;
export const DATA = 0x60000;
const MEMORY_BYTES = 2 ** 21;
const GDT = 0x4000;
const IDT = 0x6000;
const DESCRIPTORS = [
  0n,
  0x00cf9b000000ffffn,
  0x00cf93000000ffffn,
  0x00c093000000006fn,
  0x00cf93060000ffffn,
  0x008f93000000ffffn,
  0x00cf9b010000ffffn,
  0x00af9b000000ffffn,
  0x00419b0000000fffn,
  0x00cf9b450000ffffn,
  0x00cf93001000ffffn,
  0x00c097000000006en,
  0x00cf97000000ffffn,
  0x00cf91000000ffffn,
];
const code = engines.find(({ engine }) => engine === 'jit')?.code ?? expect.unreachable('no translator');

/**
 * A processor in protected mode without paging, or in compatibility mode, where the last 2 MiB below 4 GiB are memory, too. Faults of
 * the first one go to the label `fault`.
 */
function guest(source: string, jit: false | 'force', isCompatible: boolean): CpuCore {
  const { bytes, symbols } = assemble(source, { origin: ORIGIN, bits: 32 });
  const core = CpuCore.create({ engine: 'interpreter', code, memoryBytes: MEMORY_BYTES, host: silentHost, jit });
  const { registers, ram } = core;
  if (isCompatible) enterLongMode(core);
  else registers.set('cr0', 0x31n);
  ram.set(bytes, ORIGIN);
  const view = new DataView(ram.buffer, ram.byteOffset);
  if (isCompatible) {
    view.setBigUint64(0x2000 + 3 * 8, 0x7003n, true);
    view.setBigUint64(0x7000 + 511 * 8, 0x83n, true);
  }
  DESCRIPTORS.forEach((descriptor, i) => void view.setBigUint64(GDT + i * 8, descriptor, true));
  const handler = symbols.get('fault') ?? 0n;
  const gate = (handler & 0xffffn) | 0x8e00_0008_0000n | ((handler >> 16n) << 48n);
  for (let vector = 0; vector < 32; vector++) view.setBigUint64(IDT + vector * 8, gate, true);
  registers.setDescriptorTable('gdtr', { base: BigInt(GDT), limit: DESCRIPTORS.length * 8 - 1 });
  registers.setDescriptorTable('idtr', { base: BigInt(IDT), limit: 32 * 8 - 1 });
  const flat = { base: 0n, limit: 0xffffffff };
  for (const name of ['ds', 'es', 'fs', 'gs', 'ss'] as const)
    registers.setSegmentFields(name, { ...flat, selector: 0x10, rights: 0xc093 });
  registers.setSegment('cs', { ...flat, selector: 8, rights: 0xc09b });
  registers.set('rsp', 0x6f000n);
  registers.set('rip', BigInt(ORIGIN));
  return core;
}

/** The translating core after the longest slices, and what it tells. */
export interface Outcome {
  readonly core: CpuCore;
  readonly statistics: TranslatorStatistics;
}

/** Runs both to the first HLT, for each length of slices, and compares them after each slice. */
export function lockstep(source: string, isCompatible = false): Outcome {
  let outcome: Outcome | undefined;
  for (const slice of [89, 997, 50_000]) {
    const plain = guest(source, false, isCompatible);
    const translated = guest(source, 'force', isCompatible);
    let exit = '';
    for (let i = 0; exit !== 'halt'; i++) {
      exit = plain.run(slice);
      expect([translated.run(slice), ...stateDifferences(plain, translated)], `slice ${i} of ${slice}`).toEqual([exit]);
      if (i > 1e4) expect.unreachable('the guest does not end');
    }
    expect(memoryDifferences(plain, translated)).toEqual([]);
    expect(plain.registers.get('rcx') & 0xffffffffn, 'rounds left').toBe(0n);
    outcome = { core: translated, statistics: translated.translator ?? expect.unreachable('no translator') };
  }
  return outcome ?? expect.unreachable('nothing has run');
}

/** A loop of 600 rounds that count ECX down. */
export const loop = (...lines: readonly string[]): string =>
  ['mov ecx, 600', 'again:', ...lines, 'sub ecx, 1', 'jnz again', 'hlt'].join('\n');

/** The handler of faults with an error code at instructions of one byte: goes on behind. */
export const SKIP_BYTE = 'fault: add dword [ss:esp + 4], 1\nadd esp, 4\niretd';
