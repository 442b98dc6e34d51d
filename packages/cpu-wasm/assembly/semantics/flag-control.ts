// Instructions that set single flags or move them (SDM Vol. 1 7.3.13; Vol. 2: CLC, STC, CMC, CLD, STD, LAHF, SAHF, SALC).
// CLI, STI, PUSHF and POPF depend on privilege and are system instructions.

import { DF } from '../generated/rflags';
import { carry, overflow, readFlags, setCarryOverflow, writeArithmeticFlags } from '../flags';
import { cpu } from '../generated/state';
import { AH, RAX } from '../registers';

export function clc(r: usize): void {
  setCarryOverflow(0, overflow());
}

export function stc(r: usize): void {
  setCarryOverflow(1, overflow());
}

export function cmc(r: usize): void {
  setCarryOverflow(carry() ^ 1, overflow());
}

export function cld(r: usize): void {
  cpu.flagsSystem &= ~DF;
}

export function std(r: usize): void {
  cpu.flagsSystem |= DF;
}

export function lahf(r: usize): void {
  store<u8>(AH, <u8>readFlags());
}

export function sahf(r: usize): void {
  writeArithmeticFlags((<u64>load<u8>(AH)) | (overflow() << 11));
}

/** AL = CF ? FFh : 0; not in the manual's instruction pages, D6 in its opcode map. */
export function salc(r: usize): void {
  store<u8>(RAX, <u8>(0 - carry()));
}
