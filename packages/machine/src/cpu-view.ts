/** The processor as users see it: the core's registers, and what they say about the mode. SDM Vol. 3A 2.2, 3.4.5. */

import type { Cpu, CpuMode } from './api.ts';
import type { CpuCore, CpuRegisters } from './upstream.ts';

const CR0_PE = 1n << 0n;
const EFER_LMA = 1n << 10n;
const RFLAGS_VM = 1n << 17n;
/** Bits of a code segment's rights, which are bits 40-55 of its descriptor. */
const RIGHTS_L = 1 << 13;
const RIGHTS_D = 1 << 14;

export class CpuView implements Cpu {
  readonly #core: CpuCore;

  constructor(core: CpuCore) {
    this.#core = core;
  }

  get registers(): CpuRegisters {
    return this.#core.registers;
  }

  get mode(): CpuMode {
    const { cr0, efer, rflags, cs } = this.registers;
    if (!(cr0 & CR0_PE)) return 'real';
    if (efer & EFER_LMA) return cs.rights & RIGHTS_L ? '64-bit' : 'compatibility';
    return rflags & RFLAGS_VM ? 'virtual-8086' : 'protected';
  }

  get bits(): 16 | 32 | 64 {
    if (this.mode === '64-bit') return 64;
    return this.registers.cs.rights & RIGHTS_D ? 32 : 16;
  }

  get privilegeLevel(): number {
    const { mode } = this;
    if (mode === 'real') return 0;
    return mode === 'virtual-8086' ? 3 : this.registers.cs.selector & 3;
  }
}
