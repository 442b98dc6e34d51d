/** The processor as users see it: the core's registers, and what they say about the mode. SDM Vol. 3A 2.2, 3.4.5. */

import type { TlbEntry } from '@longmode/cpu-wasm';
import { ACCESS, CR0, EFER, RFLAGS } from '@longmode/x86';
import type { Cpu, CpuMode } from './api.ts';
import type { MachineCore } from './core.ts';
import { type CpuRegisters, createRegisterFile } from './register-file.ts';

export class CpuView implements Cpu {
  readonly registers: CpuRegisters;

  readonly #core: MachineCore;

  constructor(core: MachineCore) {
    this.#core = core;
    this.registers = createRegisterFile(core.registers);
  }

  get mode(): CpuMode {
    const { cr0, efer, rflags, cs } = this.registers;
    if (!(cr0 & BigInt(CR0.PE))) return 'real';
    if (efer & BigInt(EFER.LMA)) return cs.rights & ACCESS.L ? '64-bit' : 'compatibility';
    return rflags & BigInt(RFLAGS.VM) ? 'virtual-8086' : 'protected';
  }

  get bits(): 16 | 32 | 64 {
    if (this.mode === '64-bit') return 64;
    return this.registers.cs.rights & ACCESS.DB ? 32 : 16;
  }

  /** Linear address of an offset in the code segment; the base counts everywhere but in 64-bit mode. */
  linearAddressOfCode(rip: bigint): bigint {
    return this.mode === '64-bit' ? rip : BigInt.asUintN(32, this.registers.cs.base + rip);
  }

  get tlb(): readonly TlbEntry[] {
    return this.#core.translations ?? [];
  }

  get privilegeLevel(): number {
    const { mode } = this;
    if (mode === 'real') return 0;
    return mode === 'virtual-8086' ? 3 : this.registers.cs.selector & 3;
  }
}
