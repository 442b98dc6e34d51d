/** A bare processor with a random guest (random-guest.ts): page tables, IDT, code, and a host that raises an interrupt when it is told to. */
import { assemble } from '@longmode/x86';
import { type CoreCode, CpuCore, type CpuHost, type Translation, type TranslatorHooks } from '../../src/index.ts';
import { enterLongMode } from '../long-mode.ts';
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
} from './random-guest.ts';

const PAGE_BYTES = 4096;
/** Present, writable, accessed; data pages become dirty by themselves. */
const PAGE_RIGHTS = 0x23;
/** Bits of a 64-bit interrupt gate of DPL 0 for selector 8. */
const GATE = 0x8e00_0008_0000n;
const WITH_CODE = [8, 10, 11, 12, 13, 14, 17];

/** A random guest ready to be placed into processors. */
export interface Program {
  readonly code: Uint8Array;
  readonly symbols: ReadonlyMap<string, bigint>;
}

export function assembleGuest(source: string): Program {
  const { bytes, symbols } = assemble(source, { origin: ORIGIN, bits: 64 });
  return { code: bytes, symbols };
}

/** How a processor translates. */
export interface TranslationOptions {
  readonly jit: Translation;
  readonly translatorHooks?: TranslatorHooks;
}

/** Makes a processor that is about to run the guest. */
export function placeGuest(code: CoreCode, { code: bytes, symbols }: Program, options: TranslationOptions): CpuCore {
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
    ram.set(assemble(faceSource(index), { origin: TWO_FACED, bits: 64 }).bytes, frame);
  }
  enterLongMode(core);
  const view = new DataView(ram.buffer, ram.byteOffset);
  view.setBigUint64(0x3000, BigInt(PAGE_TABLE) | 0x23n, true);
  for (let page = 0; page < MEMORY_BYTES / PAGE_BYTES; page++) {
    view.setBigUint64(PAGE_TABLE + page * 8, BigInt(page * PAGE_BYTES + PAGE_RIGHTS), true);
  }
  view.setBigUint64(PAGE_TABLE + (TWO_FACED / PAGE_BYTES) * 8, BigInt(FACES[0] + PAGE_RIGHTS), true);
  for (let vector = 0; vector <= INTERRUPT_VECTOR; vector++) {
    const name = vector === INTERRUPT_VECTOR ? 'interrupt' : WITH_CODE.includes(vector) ? 'fault_code' : 'fault';
    const handler = symbols.get(name) ?? 0n;
    view.setBigUint64(IDT + vector * 16, (handler & 0xffffn) | (GATE << 0n) | ((handler >> 16n) << 48n), true);
  }
  // A GDT with the code segment that gates and IRETQ load, and the data segment.
  view.setBigUint64(0x4008, 0x00af9b000000ffffn, true);
  view.setBigUint64(0x4010, 0x00cf93000000ffffn, true);
  core.registers.setDescriptorTable('gdtr', { base: 0x4000n, limit: 0x17 });
  core.registers.set('rip', BigInt(ORIGIN));
  return core;
}
