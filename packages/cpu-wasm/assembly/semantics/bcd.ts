// Decimal arithmetic (SDM Vol. 1 7.3.4; Vol. 2: DAA, DAS, AAA, AAS, AAM, AAD). Not available in 64-bit mode. Flags that the
// manual leaves undefined follow the result in AL, with OF = 0.

import { DE, fault } from "../fault";
import { AF, carry, flagsExplicit } from "../flags";
import { cpu } from "../generated/state";
import { imm } from "../operands";
import { AH, RAX } from "../registers";

@inline
function auxiliary(): bool {
  return (cpu.flagAux & AF) != 0;
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
  flagsExplicit<u8>(result, <u64>carryFlag, 0, fixLow ? AF : 0);
}

export function daa(r: usize): void {
  adjustPacked(false);
}

export function das(r: usize): void {
  adjustPacked(true);
}

@inline
function adjustUnpacked(step: u16): void {
  const adjusts = (load<u8>(RAX) & 15) > 9 || auxiliary();
  if (adjusts) store<u16>(RAX, <u16>(load<u16>(RAX) + step));
  const result = load<u8>(RAX) & 15;
  store<u8>(RAX, result);
  flagsExplicit<u8>(result, <u64>adjusts, 0, adjusts ? AF : 0);
}

export function aaa(r: usize): void {
  adjustUnpacked(0x106);
}

export function aas(r: usize): void {
  adjustUnpacked(<u16>-0x106);
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
  const result = <u8>(load<u8>(RAX) + load<u8>(AH) * imm<u8>(r));
  store<u16>(RAX, <u16>result);
  flagsExplicit<u8>(result, 0, 0, 0);
}
