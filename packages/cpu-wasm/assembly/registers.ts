// Addresses of the general-purpose registers that instructions imply (MUL uses rDX:rAX, LOOP counts rCX), so that a body can
// read and write the part of the instruction's width (SDM Vol. 1 3.4.1, 3.7.2.1). Explicit register operands never come here.

import { CpuState, cpu } from './generated/state';

export const RAX: usize = changetype<usize>(cpu) + offsetof<CpuState>('rax');
export const RCX: usize = changetype<usize>(cpu) + offsetof<CpuState>('rcx');
export const RDX: usize = changetype<usize>(cpu) + offsetof<CpuState>('rdx');
export const RBX: usize = changetype<usize>(cpu) + offsetof<CpuState>('rbx');
export const RBP: usize = changetype<usize>(cpu) + offsetof<CpuState>('rbp');
export const RSI: usize = changetype<usize>(cpu) + offsetof<CpuState>('rsi');
export const RDI: usize = changetype<usize>(cpu) + offsetof<CpuState>('rdi');
export const RSP: usize = changetype<usize>(cpu) + offsetof<CpuState>('rsp');
/** AH: the second byte of RAX. */
export const AH: usize = RAX + 1;

/** `value` cut to an address size, given as the number of bits above it (the record's ADDRESS_SHIFT). */
@inline
export function cutToAddressSize(value: u64, addressShift: u64): u64 {
  return (value << addressShift) >> addressShift;
}

/** Writes a counter or index register by address size: 16 bits keep the upper part, 32 bits clear it. */
@inline
export function writeByAddressSize(register: usize, value: u64, addressShift: u64): void {
  if (addressShift == 48) store<u16>(register, <u16>value);
  else store<u64>(register, cutToAddressSize(value, addressShift));
}
