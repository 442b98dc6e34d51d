// The x87 register stack (SDM Vol. 1 8.1.2): eight physical registers in the state, TOP in the status word, and the abridged tag
// word, which only knows empty and not empty.

import { pack80Significand, pack80SignExponent } from '../float/pack';
import { Unpacked, unpack80 } from '../float/unpacked';
import { CpuState, cpu } from '../generated/state';

/** Address of R0; R1 to R7 follow at 16 bytes each (gen/state.ts). */
const R0: usize = changetype<usize>(cpu) + offsetof<CpuState>('x87Significand0');
const SIGN_EXPONENT: usize = 8;

export const TOP_SHIFT: u32 = 11;
export const TOP_MASK: u32 = 7 << TOP_SHIFT;

/** Significand and sign with exponent of the real indefinite. */
const INDEFINITE_SIGNIFICAND: u64 = 0xc000000000000000;
const INDEFINITE_SIGN_EXPONENT: u64 = 0xffff;

@inline
export function top(): u32 {
  return (cpu.x87Status >> TOP_SHIFT) & 7;
}

export function setTop(value: u32): void {
  cpu.x87Status = (cpu.x87Status & ~TOP_MASK) | ((value & 7) << TOP_SHIFT);
}

/** Number of the physical register that ST(i) is. */
@inline
function physical(i: u32): u32 {
  return (top() + i) & 7;
}

/** Address of the physical register `number`. */
@inline
export function physicalAt(number: u32): usize {
  return R0 + ((<usize>number) << 4);
}

/** Address of ST(i). */
@inline
export function registerAt(i: u32): usize {
  return physicalAt(physical(i));
}

@inline
export function isEmpty(i: u32): bool {
  return ((cpu.x87Tags >> physical(i)) & 1) == 0;
}

@inline
export function setEmpty(i: u32): void {
  cpu.x87Tags &= ~((<u32>1) << physical(i));
}

@inline
export function significandOf(i: u32): u64 {
  return load<u64>(registerAt(i));
}

@inline
export function signExponentOf(i: u32): u32 {
  return <u32>load<u64>(registerAt(i), SIGN_EXPONENT);
}

/** Writes ST(i), which is then not empty. */
export function writeParts(i: u32, significand: u64, signExponent: u64): void {
  const at = registerAt(i);
  store<u64>(at, significand);
  store<u64>(at, signExponent, SIGN_EXPONENT);
  cpu.x87Tags |= (<u32>1) << physical(i);
}

/** Takes ST(i) apart. */
export function readRegister(n: Unpacked, i: u32): void {
  unpack80(n, significandOf(i), signExponentOf(i));
}

/** Writes a rounded number to ST(i). */
export function writeRegister(i: u32, n: Unpacked): void {
  writeParts(i, pack80Significand(n), <u64>pack80SignExponent(n));
}

export function writeIndefinite(i: u32): void {
  writeParts(i, INDEFINITE_SIGNIFICAND, INDEFINITE_SIGN_EXPONENT);
}

/** Makes ST(7) the new ST(0). The caller writes it. */
export function push(): void {
  setTop(top() - 1);
}

/** Empties ST(0) and makes ST(1) the new ST(0). */
export function pop(): void {
  setEmpty(0);
  setTop(top() + 1);
}
