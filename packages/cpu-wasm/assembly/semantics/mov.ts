// Data movement (SDM Vol. 1 7.3.1; Vol. 2: MOV, MOVZX, MOVSX/MOVSXD, LEA, XCHG, BSWAP, MOVBE, MOVNTI, CMOVcc, SETcc,
// CBW/CWDE/CDQE, CWD/CDQ/CQO, XLAT). Moves to and from segment, control and debug registers are system instructions.

import { condition, signed } from '../flags';
import { loadGuest } from '../memory';
import {
  Reg,
  dst,
  effectiveAddress,
  read,
  setDst,
  setSrc,
  src,
  wideImmediate,
  write,
  writeRegister,
} from '../operands';
import { ADDRESS_SHIFT, SEGMENT } from '../record';
import { RAX, RBX, RDX, cutToAddressSize } from '../registers';
import { implicitAddress } from '../implicit';

@inline
export function mov<T, D, S>(r: usize): void {
  write<T, D>(r, src<T, S>(r));
}

/** MOV register, immediate: the only instruction whose immediate can have 64 bits. */
export function movImmediate<T>(r: usize): void {
  write<T, Reg>(r, <T>wideImmediate(r));
}

/** MOVZX from a byte. T is the width of the destination, as in the next four. */
@inline
export function movzxByte<T, D, S>(r: usize): void {
  write<T, Reg>(r, <T>src<u8, S>(r));
}

@inline
export function movzxWord<T, D, S>(r: usize): void {
  write<T, Reg>(r, <T>src<u16, S>(r));
}

@inline
export function movsxByte<T, D, S>(r: usize): void {
  write<T, Reg>(r, <T>signed<u8>(src<u8, S>(r)));
}

@inline
export function movsxWord<T, D, S>(r: usize): void {
  write<T, Reg>(r, <T>signed<u16>(src<u16, S>(r)));
}

/** MOVSXD: reads 32 bits, but 16 with a 16-bit destination. */
@inline
export function movsxd<T, D, S>(r: usize): void {
  if (sizeof<T>() == 2) write<T, Reg>(r, src<T, S>(r));
  else write<T, Reg>(r, <T>signed<u32>(src<u32, S>(r)));
}

@inline
export function lea<T>(r: usize): void {
  write<T, Reg>(r, <T>effectiveAddress(r));
}

export function xchg<T, D>(r: usize): void {
  const a = dst<T, D>(r);
  const b = src<T, Reg>(r);
  setSrc<T>(r, a);
  setDst<T, D>(r, b);
}

/** The 16-bit form is undefined; processors clear the register. */
export function bswapRegister<T>(r: usize): void {
  write<T, Reg>(r, sizeof<T>() == 2 ? <T>0 : <T>bswap<T>(read<T, Reg>(r)));
}

export function movbe<T, D, S>(r: usize): void {
  write<T, D>(r, <T>bswap<T>(src<T, S>(r)));
}

/** Reads the source even if the condition is false; a 32-bit destination always loses its upper half. */
@inline
export function cmovcc<T, D, S>(r: usize, code: u32): void {
  const value = src<T, S>(r);
  write<T, Reg>(r, condition(code) ? value : read<T, Reg>(r));
}

@inline
export function setcc<T, D>(r: usize, code: u32): void {
  write<u8, D>(r, <u8>condition(code));
}

/** CBW, CWDE, CDQE: T is the width of the result. */
export function cbw<T>(r: usize): void {
  if (sizeof<T>() == 2) writeRegister<T>(RAX, <T>signed<u8>(load<u8>(RAX)));
  else if (sizeof<T>() == 4) writeRegister<T>(RAX, <T>signed<u16>(load<u16>(RAX)));
  else writeRegister<T>(RAX, <T>signed<u32>(load<u32>(RAX)));
}

/** CWD, CDQ, CQO. */
export function cwd<T>(r: usize): void {
  writeRegister<T>(RDX, <T>(signed<T>(load<T>(RAX)) >> 63));
}

/** AL = byte at rBX + AL, in DS unless overridden. */
export function xlatb(r: usize): void {
  const offset = cutToAddressSize(load<u64>(RBX) + <u64>load<u8>(RAX), <u64>load<u8>(r, ADDRESS_SHIFT));
  store<u8>(RAX, loadGuest<u8>(r, implicitAddress(r, load<u8>(r, SEGMENT), offset, 1, false)));
}
