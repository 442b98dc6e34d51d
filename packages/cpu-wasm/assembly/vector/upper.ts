// VZEROUPPER and VZEROALL (SDM Vol. 2): all registers that the mode has, 16 in 64-bit mode and 8 elsewhere.

import { CpuState } from '../generated/state';
import { is64BitMode } from '../mode';
import { set, zero } from '../packed/lanes';
import { VECTOR_REGISTER_BYTES, clearHigh } from '../packed/operands';

const XMM: usize = 0x400 + offsetof<CpuState>('xmm0Low');

@inline
function end(): usize {
  return XMM + VECTOR_REGISTER_BYTES * (is64BitMode() ? 16 : 8);
}

export function vzeroupper(r: usize): void {
  for (let register = XMM; register < end(); register += VECTOR_REGISTER_BYTES) clearHigh(register);
}

export function vzeroall(r: usize): void {
  for (let register = XMM; register < end(); register += VECTOR_REGISTER_BYTES) {
    set(register, zero());
    clearHigh(register);
  }
}
