/**
 * A bare processor with a random guest (random-guest.ts, random-guest-32.ts): page tables, descriptor tables, code, and a host that
 * raises an interrupt when it is told to.
 */
import { assemble } from '@longmode/x86';
import { type CoreCode, CpuCore, type CpuHost, type Translation, type TranslatorHooks } from '../../src/index.ts';
import { enterLongMode } from '../long-mode.ts';
import { entryBytes, handlerSelector, LEGACY_GDT, type LegacyMode } from './random-guest-32.ts';
import {
  FACES,
  faceSource,
  IDT,
  INTERRUPT_PORT,
  INTERRUPT_VECTOR,
  MEMORY_BYTES,
  ORIGIN,
  PAGE_TABLE,
  TWO_FACED,
} from './random-parts.ts';

const PAGE_BYTES = 4096;
/** Present, writable, accessed; data pages become dirty by themselves. */
const PAGE_RIGHTS = 0x23;
/** Bits of an interrupt gate of DPL 0, of 64 bits or of 32 bits by the mode. */
const GATE = 0x8e00_0000_0000n;
/** Of 64-bit guests: the code segment that gates and IRETQ load, and the data segment. */
const LONG_GDT = [0x00af9b000000ffffn, 0x00cf93000000ffffn] as const;
const GDT = 0x4000;
const WITH_CODE = [8, 10, 11, 12, 13, 14, 17];

/** What a guest runs under. */
export type GuestMode = '64-bit' | LegacyMode;

/** A random guest ready to be placed into processors. */
export interface Program {
  readonly mode: GuestMode;
  readonly code: Uint8Array;
  readonly symbols: ReadonlyMap<string, bigint>;
}

export function assembleGuest(source: string, mode: GuestMode): Program {
  const { bytes, symbols } = assemble(source, { origin: ORIGIN, bits: mode === '64-bit' ? 64 : 32 });
  return { mode, code: bytes, symbols };
}

/** Puts a core into protected mode with flat segments; paging is on unless the mode is without. */
function enterProtectedMode(core: CpuCore, mode: LegacyMode): void {
  const { registers } = core;
  const view = new DataView(core.ram.buffer, core.ram.byteOffset);
  const isPae = mode === 'PAE';
  if (isPae) view.setBigUint64(0x1000, 0x2001n, true);
  if (isPae) view.setBigUint64(0x2000, BigInt(PAGE_TABLE) | 0x23n, true);
  if (mode === '32-bit paging') view.setUint32(0x1000, PAGE_TABLE | 0x23, true);
  registers.setField('xcr0', 7n);
  // OSXSAVE, OSXMMEXCPT, OSFXSR, PAE.
  registers.setField('cr4', isPae ? 0x40620n : 0x40600n);
  registers.setField('cr3', 0x1000n);
  // What a MOV to CR3 would have loaded.
  if (isPae) registers.setField('pdpte0', 0x2001n);
  registers.setField('cr0', mode === 'unpaged' ? 0x31n : 0x80000031n);
  const flat = { base: 0n, limit: 0xffffffff };
  for (const name of ['ds', 'es', 'fs', 'gs', 'ss'] as const)
    registers.setSegmentFields(name, { ...flat, selector: 0x10, rights: 0xc093 });
  registers.setSegment('cs', { ...flat, selector: 8, rights: 0xc09b });
}

/** The descriptor of a flat code segment of compatibility mode, in CS. */
function enterCompatibilityMode(core: CpuCore): void {
  enterLongMode(core);
  core.registers.setSegment('cs', { base: 0n, limit: 0xffffffff, selector: 8, rights: 0xc09b });
}

/** How a processor translates. */
export interface TranslationOptions {
  readonly jit: Translation;
  readonly translatorHooks?: TranslatorHooks;
}

/** Makes a processor that is about to run the guest. */
export function placeGuest(
  code: CoreCode,
  { mode, code: bytes, symbols }: Program,
  options: TranslationOptions,
): CpuCore {
  const isLong = mode === '64-bit' || mode === 'compatibility';
  const bits = mode === '64-bit' ? 64 : 32;
  const host: CpuHost = {
    portRead: (port) => (port === INTERRUPT_PORT ? Number(core.instructions & 0xffn) : 0xffffffff),
    portWrite: (port) => {
      if (port === INTERRUPT_PORT) core.setInterruptLine(true);
    },
    mmioRead: () => 0xffffffff,
    mmioWrite: () => {},
    acknowledgeInterrupt: () => {
      core.setInterruptLine(false);
      return INTERRUPT_VECTOR;
    },
  };
  const core: CpuCore = CpuCore.create({ engine: 'interpreter', code, memoryBytes: MEMORY_BYTES, host, ...options });
  const { ram } = core;
  ram.set(bytes, ORIGIN);
  for (const [index, frame] of FACES.entries()) {
    ram.set(assemble(faceSource(index, bits), { origin: TWO_FACED, bits }).bytes, frame);
  }
  // Without paging this is where its code lies.
  ram.set(ram.subarray(FACES[0], FACES[0] + 16), TWO_FACED);
  if (mode === '64-bit') enterLongMode(core);
  else if (mode === 'compatibility') enterCompatibilityMode(core);
  else enterProtectedMode(core, mode);
  const view = new DataView(ram.buffer, ram.byteOffset);
  if (isLong) view.setBigUint64(0x3000, BigInt(PAGE_TABLE) | 0x23n, true);
  const width = mode === '64-bit' ? 8 : entryBytes(mode);
  for (let page = 0; page < MEMORY_BYTES / PAGE_BYTES; page++) {
    const frame = page * PAGE_BYTES === TWO_FACED ? FACES[0] : page * PAGE_BYTES;
    view.setUint32(PAGE_TABLE + page * width, frame + PAGE_RIGHTS, true);
  }
  for (let vector = 0; vector <= INTERRUPT_VECTOR; vector++) {
    const name = vector === INTERRUPT_VECTOR ? 'interrupt' : WITH_CODE.includes(vector) ? 'fault_code' : 'fault';
    const handler = symbols.get(name) ?? 0n;
    const selector = mode === '64-bit' ? 8n : handlerSelector(mode);
    const gate = (handler & 0xffffn) | (selector << 16n) | GATE | ((handler >> 16n) << 48n);
    view.setBigUint64(IDT + vector * (isLong ? 16 : 8), gate, true);
  }
  const descriptors = mode === '64-bit' ? LONG_GDT : LEGACY_GDT;
  for (const [index, descriptor] of descriptors.entries()) view.setBigUint64(GDT + 8 + index * 8, descriptor, true);
  core.registers.setDescriptorTable('gdtr', { base: BigInt(GDT), limit: descriptors.length * 8 + 7 });
  core.registers.set('rip', BigInt(ORIGIN));
  return core;
}
