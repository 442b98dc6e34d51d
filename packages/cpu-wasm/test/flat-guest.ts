/** The smallest guest: flat 32-bit code at 64 KiB of a bare processor, as a Multiboot loader would leave it. */
import { assemble } from '@longmode/x86';
import { type CoreCode, CpuCore, type CpuHost, type Engine } from '../src/index.ts';

export const ORIGIN = 0x10000;
export const MEMORY_BYTES = 2 ** 21;

/** A bus on which nothing answers. */
export const silentHost: CpuHost = {
  portRead: () => 0xffffffff,
  portWrite: () => {},
  mmioRead: () => 0xffffffff,
  mmioWrite: () => {},
  acknowledgeInterrupt: () => 0xff,
};

/** A processor about to run `source`, with ESP at 0x80000 and interrupts off. */
export function flatGuest(
  { engine, code }: { engine: Engine; code: CoreCode },
  source: string,
  host: CpuHost = silentHost,
): { core: CpuCore; symbols: ReadonlyMap<string, bigint> } {
  const { bytes, symbols } = assemble(source, { origin: ORIGIN, bits: 32 });
  const core = CpuCore.create({ engine, code, memoryBytes: MEMORY_BYTES, host });
  core.ram.set(bytes, ORIGIN);
  const { registers } = core;
  registers.set('cr0', 0x11n);
  const flat = { base: 0n, limit: 0xffffffff };
  registers.setSegment('cs', { ...flat, selector: 0x10, rights: 0xc09b });
  for (const name of ['ds', 'es', 'fs', 'gs', 'ss'] as const) {
    registers.setSegment(name, { ...flat, selector: 0x18, rights: 0xc093 });
  }
  registers.set('rsp', 0x80000n);
  registers.set('rip', BigInt(ORIGIN));
  return { core, symbols };
}
