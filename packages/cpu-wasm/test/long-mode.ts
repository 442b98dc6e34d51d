/** A bare processor in 64-bit mode at CPL 0 with an identity map and no IDT: runs single instructions and names their faults. */
import { assemble } from '@longmode/x86';
import type { CpuCore } from '../src/index.ts';

const CODE = 0x10000;
const STACK = 0x80800;

/** CR0 as `enterLongMode` sets it unless told otherwise: PE, ET, NE, PG. */
export const LONG_MODE_CR0 = 0x80000031n;
/** CR4 likewise: PAE, OSFXSR, OSXMMEXCPT, FSGSBASE, OSXSAVE. */
export const LONG_MODE_CR4 = 0x50620n;

/** Bytes of 64-bit code, for `firstFault`. */
export const bytesOf = (source: string): readonly number[] => [
  ...assemble(source, { bits: 64, origin: BigInt(CODE) }).bytes,
];

/** Puts a core into 64-bit mode with the first 2 MiB mapped, all control bits of the extended states on. */
export function enterLongMode(core: CpuCore, options: { readonly cr0?: bigint; readonly cr4?: bigint } = {}): void {
  const { registers, ram } = core;
  const view = new DataView(ram.buffer, ram.byteOffset);
  view.setBigUint64(0x1000, 0x2003n, true);
  view.setBigUint64(0x2000, 0x3003n, true);
  view.setBigUint64(0x3000, 0x83n, true);
  registers.setField('cr3', 0x1000n);
  registers.setField('xcr0', 7n);
  registers.setField('cr4', options.cr4 ?? LONG_MODE_CR4);
  registers.setField('efer', 0x501n);
  registers.setField('cr0', options.cr0 ?? LONG_MODE_CR0);
  const flat = { base: 0n, limit: 0xffffffff };
  for (const name of ['ds', 'es', 'fs', 'gs', 'ss'] as const)
    registers.setSegmentFields(name, { ...flat, selector: 0x10, rights: 0xc093 });
  registers.setDescriptorTable('idtr', { base: 0n, limit: 0 });
  registers.setDescriptorTable('gdtr', { base: 0n, limit: 0 });
  registers.setSegment('cs', { ...flat, selector: 8, rights: 0xa09b });
}

/** Vector of the first exception that one instruction raises; undefined when it runs. */
export function firstFault(core: CpuCore, bytes: readonly number[]): number | undefined {
  const { registers, ram } = core;
  ram.fill(0x90, CODE, CODE + 32);
  ram.set(bytes, CODE);
  core.invalidate(CODE, 32);
  for (const name of ['rax', 'rcx', 'rdx', 'rbx', 'rbp', 'rsi', 'rdi'] as const) registers.setField(name, 0x40000n);
  registers.setField('rsp', BigInt(STACK));
  registers.setField('faultPending', 0n);
  registers.setField('deliveringVector', 256n);
  registers.setField('chainCount', 0n);
  registers.set('rip', BigInt(CODE));
  core.run(1);
  // Its delivery, which may have been tried already, fails for want of an IDT.
  const [first] = core.shutdownChain;
  if (first !== undefined) return first.vector;
  return registers.field('faultPending') === 0n ? undefined : Number(registers.field('faultVector'));
}
