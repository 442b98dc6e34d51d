// Decimal arithmetic (SDM Vol. 1 7.3.4; Vol. 2: DAA, DAS, AAA, AAS, AAM, AAD). Not available in 64-bit mode. Flags that the
// manual leaves undefined are those of the addition or subtraction inside, as on processors.

import { AF } from '../generated/rflags';
import { DE } from '../generated/vectors';
import { fault } from '../fault';
import { carry, flagsAdd, flagsExplicit } from '../flags';
import { cpu } from '../generated/state';
import { imm } from '../operands';
import { AH, RAX } from '../registers';

@inline
function auxiliary(): bool {
  return (cpu.flagAux & AF) != 0;
}

/** OF of `a + b = result` or `a - b = result`. */
@inline
function overflowOf<T>(a: T, b: T, result: T, isSubtraction: bool): u64 {
  const mayOverflow = isSubtraction ? a ^ b : ~(a ^ b);
  return (<u64>((mayOverflow & (a ^ result)) >> (<T>((sizeof<T>() << 3) - 1)))) & 1;
}

@inline
function adjustPacked(isSubtraction: bool): void {
  const before = load<u8>(RAX);
  const carryIn = carry() != 0;
  const fixLow = (before & 15) > 9 || auxiliary();
  const fixHigh = before > 0x99 || carryIn;
  const correction = <u8>((fixLow ? 6 : 0) + (fixHigh ? 0x60 : 0));
  const result = isSubtraction ? <u8>(before - correction) : <u8>(before + correction);
  // DAS borrows also when only the low digit is corrected below zero.
  const carryFlag = fixHigh || (isSubtraction && fixLow && before < 6);
  store<u8>(RAX, result);
  flagsExplicit<u8>(result, <u64>carryFlag, overflowOf<u8>(before, correction, result, isSubtraction), fixLow ? AF : 0);
}

export function daa(r: usize): void {
  adjustPacked(false);
}

export function das(r: usize): void {
  adjustPacked(true);
}

@inline
function adjustUnpacked(isSubtraction: bool): void {
  const before = load<u16>(RAX);
  const adjusts = (before & 15) > 9 || auxiliary();
  const correction: u16 = adjusts ? 0x106 : 0;
  const result = isSubtraction ? <u16>(before - correction) : <u16>(before + correction);
  store<u16>(RAX, result & 0xff0f);
  flagsExplicit<u16>(
    result,
    <u64>adjusts,
    overflowOf<u16>(before, correction, result, isSubtraction),
    adjusts ? AF : 0,
  );
}

export function aaa(r: usize): void {
  adjustUnpacked(false);
}

export function aas(r: usize): void {
  adjustUnpacked(true);
}

export function aam(r: usize): void {
  const base = imm<u8>(r);
  if (base == 0) fault(r, DE);
  const value = load<u8>(RAX);
  const rest = value % base;
  store<u8>(AH, value / base);
  store<u8>(RAX, rest);
  flagsExplicit<u8>(rest, 0, 0, 0);
}

export function aad(r: usize): void {
  const a = load<u8>(RAX);
  const b = <u8>(load<u8>(AH) * imm<u8>(r));
  const result = <u8>(a + b);
  store<u16>(RAX, <u16>result);
  flagsAdd<u8>(a, b, result);
}
