// Operands of MMX instructions. The MMX registers are the significands of the physical x87 registers; executing an MMX
// instruction other than EMMS makes all of them valid and sets TOP to 0, and writing one sets its sign and exponent to ones
// (SDM Vol. 1 9.2.1, 9.5.1). A pending unmasked x87 exception comes before anything else, even before faults of the memory
// operand (Vol. 3A table 6-2 and 13.1, Vol. 1 8.7).

import { CpuState, cpu } from '../generated/state';
import { DST, THIRD } from '../record';
import { Vec, getQuad, low } from './lanes';
import { checkPending } from '../x87/exceptions';
import { hostOf, isMemory, memoryAddress } from './operands';

/** Address of MM0; the others follow. */
export const MMX: usize = 0x400 + offsetof<CpuState>('x87Significand0');
/** Bytes from one physical x87 register to the next. */
export const MMX_REGISTER_BYTES: usize = 16;
const SIGN_EXPONENT: usize = 8;
const ONES: u64 = 0xffff;
const STATUS_TOP: u32 = 7 << 11;
const ALL_VALID: u32 = 0xff;

/** The x87 state after every MMX instruction. */
@inline
export function enterMmx(): void {
  cpu.x87Tags = ALL_VALID;
  cpu.x87Status &= ~STATUS_TOP;
}

/** A store comes to its memory operand with TOP already 0, so that a fault leaves it so, as recordings of processors show. */
@inline
export function enterMmxStore(): void {
  cpu.x87Status &= ~STATUS_TOP;
}

/** Where `bytes` of the r/m operand can be read. */
export function mmxSourceAt(r: usize, bytes: u32): usize {
  checkPending(r);
  if (!isMemory(r)) return <usize>load<u16>(r, THIRD);
  return hostOf(r, memoryAddress(r, bytes, false), bytes);
}

/** Writes an MMX register by its address. */
export function writeMmx(register: usize, value: u64): void {
  store<u64>(register, value, 0, 4);
  store<u64>(register, ONES, SIGN_EXPONENT, 4);
  enterMmx();
}

/** Writes the low half of a value to the destination. */
export function putMmx(r: usize, value: Vec): void {
  writeMmx(<usize>load<u16>(r, DST), low(value));
}

/** The destination, which is also the first source. */
@inline
export function firstMmx(r: usize): Vec {
  return getQuad(<usize>load<u16>(r, DST));
}
