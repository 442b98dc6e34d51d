// Bit tests and scans (SDM Vol. 1 7.3.7; Vol. 2: BT, BTS, BTR, BTC, BSF, BSR, TZCNT, LZCNT, POPCNT, CRC32). A bit offset in a
// register reaches beyond a memory operand: it moves the address by whole operands (Vol. 2A 3.1.1.9, "Bit(BitBase,
// BitOffset)"); an immediate offset, and any offset into a register, is taken modulo the width.

import { FLIP_PARITY, flagsExplicit, overflow, setCarryOverflow, signed } from '../flags';
import { finishWrite, hostForRead, hostForWrite } from '../memory';
import { Imm, Mem, Reg, dst, effectiveAddress, read, setDst, src, write } from '../operands';
import { ADDRESS_SHIFT, PREFIXES, PREFIX_OPERAND_SIZE } from '../record';
import { cutToAddressSize } from '../registers';
import { segmentedAddress } from '../segment';

/** Number of the bit in its operand. */
@inline
function bitNumber<T>(offset: T): u64 {
  return (<u64>offset) & (<u64>(sizeof<T>() << 3) - 1);
}

/** Whether the offset moves the address. */
@inline
function isBitString<D, S>(): bool {
  return sizeof<D>() != sizeof<Reg>() && sizeof<S>() != sizeof<Imm>();
}

/** Linear address of the operand that holds bit `offset` of a bit string. */
@inline
function bitStringAddress<T, D>(r: usize, offset: T, isWrite: bool): u64 {
  const log2Bits: i64 = sizeof<T>() == 8 ? 6 : sizeof<T>() == 4 ? 5 : 4;
  const moved = effectiveAddress(r) + <u64>((signed<T>(offset) >> log2Bits) * <i64>sizeof<T>());
  const address = cutToAddressSize(moved, <u64>load<u8>(r, ADDRESS_SHIFT));
  if (sizeof<D>() == sizeof<Mem>()) return address;
  return segmentedAddress(r, address, sizeof<T>(), isWrite);
}

/** CF becomes the bit; the manual leaves OF, SF, AF and PF undefined, here they stay. */
@inline
function setCarryToBit<T>(a: T, bit: u64): void {
  if (isDefined(WITHOUT_FLAGS)) return;
  setCarryOverflow(((<u64>a) >> bit) & 1, overflow());
}

export function bt<T, D, S>(r: usize): void {
  const offset = src<T, S>(r);
  let a: T;
  if (isBitString<D, S>()) a = load<T>(hostForRead<T>(r, bitStringAddress<T, D>(r, offset, false)), 0, 1);
  else a = read<T, D>(r);
  setCarryToBit<T>(a, bitNumber<T>(offset));
}

@inline
function bitOperand<T, D, S>(r: usize, offset: T): T {
  if (isBitString<D, S>()) return load<T>(hostForWrite<T>(r, bitStringAddress<T, D>(r, offset, true)), 0, 1);
  return dst<T, D>(r);
}

@inline
function setBitOperand<T, D, S>(r: usize, value: T): void {
  if (isBitString<D, S>()) finishWrite<T>(value);
  else setDst<T, D>(r, value);
}

export function bts<T, D, S>(r: usize): void {
  const offset = src<T, S>(r);
  const bit = bitNumber<T>(offset);
  const a = bitOperand<T, D, S>(r, offset);
  setBitOperand<T, D, S>(r, <T>((<u64>a) | ((<u64>1) << bit)));
  setCarryToBit<T>(a, bit);
}

export function btr<T, D, S>(r: usize): void {
  const offset = src<T, S>(r);
  const bit = bitNumber<T>(offset);
  const a = bitOperand<T, D, S>(r, offset);
  setBitOperand<T, D, S>(r, <T>((<u64>a) & ~((<u64>1) << bit)));
  setCarryToBit<T>(a, bit);
}

export function btc<T, D, S>(r: usize): void {
  const offset = src<T, S>(r);
  const bit = bitNumber<T>(offset);
  const a = bitOperand<T, D, S>(r, offset);
  setBitOperand<T, D, S>(r, <T>((<u64>a) ^ ((<u64>1) << bit)));
  setCarryToBit<T>(a, bit);
}

/** CF and ZF; the others are 0. PF is 0 even for ZF, which takes a correction of the parity. */
@inline
function countFlags(isZero: bool, carryFlag: bool): void {
  flagsExplicit<u8>(isZero ? 0 : 1, <u64>carryFlag, 0, isZero ? FLIP_PARITY : 0);
}

/** ZF by the source; PF, undefined in the manual, by the index; the others, also undefined, are 0. */
@inline
function scanFlags(isZero: bool, index: u64): void {
  flagsExplicit<u16>(isZero ? 0 : <u16>(index | 0x100), 0, 0, 0);
}

/** A source of 0 leaves the destination as it is, all 64 bits. */
export function bsf<T, D, S>(r: usize): void {
  const a = <u64>src<T, S>(r);
  const index = ctz<u64>(a);
  if (a != 0) write<T, Reg>(r, <T>index);
  scanFlags(a == 0, index);
}

export function bsr<T, D, S>(r: usize): void {
  const a = <u64>src<T, S>(r);
  const index = 63 - clz<u64>(a);
  if (a != 0) write<T, Reg>(r, <T>index);
  scanFlags(a == 0, index);
}

export function tzcnt<T, D, S>(r: usize): void {
  const a = <u64>src<T, S>(r);
  const count = a == 0 ? <u64>(sizeof<T>() << 3) : ctz<u64>(a);
  write<T, Reg>(r, <T>count);
  countFlags(count == 0, a == 0);
}

export function lzcnt<T, D, S>(r: usize): void {
  const a = <u64>src<T, S>(r);
  const count = clz<u64>(a) - (64 - <u64>(sizeof<T>() << 3));
  write<T, Reg>(r, <T>count);
  countFlags(count == 0, a == 0);
}

export function popcnt<T, D, S>(r: usize): void {
  const a = <u64>src<T, S>(r);
  write<T, Reg>(r, <T>i64.popcnt(a));
  countFlags(a == 0, false);
}

/** CRC-32C (Castagnoli), bits reflected: the checksum of `bitCount` further bits. */
function crc32c(crc: u32, data: u64, bitCount: u32): u32 {
  let rest = crc;
  for (let byte: u32 = 0; byte < bitCount >> 3; byte++) {
    rest ^= (<u32>(data >> (<u64>(byte << 3)))) & 0xff;
    for (let bit = 0; bit < 8; bit++) rest = (rest >> 1) ^ (0x82f63b78 & (0 - (rest & 1)));
  }
  return rest;
}

@inline
function crc32Operand<T, S>(r: usize): void {
  const crc = read<u32, Reg>(r);
  write<u32, Reg>(r, crc32c(crc, <u64>src<T, S>(r), <u32>(sizeof<T>() << 3)));
}

/** CRC32 of a byte; the destination is 32 bits wide and zero-extended whatever T says. */
export function crc32Byte<T, D, S>(r: usize): void {
  crc32Operand<u8, S>(r);
}

/** CRC32 of a word, doubleword or quadword; T, the width of the destination, tells only the last from the others. */
export function crc32<T, D, S>(r: usize): void {
  if (sizeof<T>() == 8) crc32Operand<u64, S>(r);
  else if ((load<u8>(r, PREFIXES) & PREFIX_OPERAND_SIZE) != 0) crc32Operand<u16, S>(r);
  else crc32Operand<u32, S>(r);
}
