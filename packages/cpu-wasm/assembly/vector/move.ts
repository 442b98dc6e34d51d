// Moves of vector registers (SDM Vol. 2 MOVAPS ... VINSERTF128). What a move leaves alone and what it clears depends on the
// encoding: see packed/operands.ts.

import { Vec, get, getDouble, getQuad, high, low, pair, set, signBits, splat } from '../packed/lanes';
import {
  control,
  finishPlace,
  first,
  isMemory,
  isVex,
  isWide,
  placeFor,
  put,
  putHigh,
  putRegister,
  rmRegister,
  sourceAt,
  target,
  vectorBytes,
} from '../packed/operands';
import { insertpsOf } from './shuffle';

/** A whole vector from a register or memory. */
export function moveLoad(a: Vec): Vec {
  return a;
}

/** A whole vector to a register or memory. */
export function moveStore(r: usize): void {
  const from = target(r);
  if (!isMemory(r)) {
    const to = rmRegister(r);
    if (isWide(r)) {
      const upper = get(from + 16);
      set(to, get(from));
      set(to + 16, upper);
    } else putRegister(r, to, get(from));
    return;
  }
  const at = placeFor(r, vectorBytes(r));
  set(at, get(from));
  if (isWide(r)) set(at + 16, get(from + 16));
  finishPlace();
}

/** Stores 8 bytes to the memory operand. */
@inline
function storeQuad(r: usize, value: u64): void {
  store<u64>(placeFor(r, 8), value, 0, 1);
  finishPlace();
}

/** Stores 4 bytes to the memory operand. */
@inline
function storeDoubleWord(r: usize, value: u32): void {
  store<u32>(placeFor(r, 4), value, 0, 1);
  finishPlace();
}

/** MOVLPS, MOVLPD: the low half from memory, the high half from the first source. */
export function moveToLow(r: usize): void {
  const value = load<u64>(sourceAt(r, 8), 0, 1);
  put(r, pair(value, high(get(first(r)))));
}

/** MOVHPS, MOVHPD. */
export function moveToHigh(r: usize): void {
  const value = load<u64>(sourceAt(r, 8), 0, 1);
  put(r, pair(low(get(first(r))), value));
}

export function storeLow(r: usize): void {
  storeQuad(r, load<u64>(target(r)));
}

export function storeHigh(r: usize): void {
  storeQuad(r, load<u64>(target(r), 8));
}

export function movhlps(a: Vec, b: Vec): Vec {
  return pair(high(b), high(a));
}

export function movlhps(a: Vec, b: Vec): Vec {
  return pair(low(a), low(b));
}

/** The low doubleword of `b` in `a`. */
@inline
function withDouble(a: Vec, b: Vec): Vec {
  return pair((low(a) & 0xffffffff00000000) | (low(b) & 0xffffffff), high(a));
}

/** MOVSS between registers: only the lowest lane is taken from the second source. */
export function mergeSingle(r: usize): void {
  put(r, withDouble(get(first(r)), get(rmRegister(r))));
}

/** MOVSD between registers. */
export function mergeDouble(r: usize): void {
  put(r, pair(low(get(rmRegister(r))), high(get(first(r)))));
}

/** The store opcode of MOVSS between registers: the destination is r/m. */
export function mergeBackSingle(r: usize): void {
  const to = rmRegister(r);
  putRegister(r, to, withDouble(get(isVex(r) ? first(r) : to), get(target(r))));
}

export function mergeBackDouble(r: usize): void {
  const to = rmRegister(r);
  putRegister(r, to, pair(low(get(target(r))), high(get(isVex(r) ? first(r) : to))));
}

export function loadSingle(r: usize): void {
  put(r, getDouble(sourceAt(r, 4)));
}

export function loadDouble(r: usize): void {
  put(r, getQuad(sourceAt(r, 8)));
}

export function storeSingle(r: usize): void {
  storeDoubleWord(r, load<u32>(target(r)));
}

export function storeDouble(r: usize): void {
  storeQuad(r, load<u64>(target(r)));
}

/** MOVD, MOVQ from a general register or memory. */
export function moveFromDouble(r: usize): void {
  put(r, getDouble(sourceAt(r, 4)));
}

export function moveFromQuad(r: usize): void {
  put(r, getQuad(sourceAt(r, 8)));
}

/** MOVD to a general register, whose upper half is cleared, or memory. */
export function moveToDouble(r: usize): void {
  const value = load<u32>(target(r));
  if (isMemory(r)) storeDoubleWord(r, value);
  else store<u64>(rmRegister(r), <u64>value);
}

export function moveToQuad(r: usize): void {
  const value = load<u64>(target(r));
  if (isMemory(r)) storeQuad(r, value);
  else store<u64>(rmRegister(r), value);
}

/** MOVQ between vector registers and from memory: the high half is cleared. */
export function movqLoad(r: usize): void {
  put(r, getQuad(sourceAt(r, 8)));
}

export function movqStore(r: usize): void {
  const value = load<u64>(target(r));
  if (isMemory(r)) storeQuad(r, value);
  else putRegister(r, rmRegister(r), pair(value, 0));
}

/** Sign bits of all lanes to a general register. */
@inline
function signsOf<T>(r: usize): void {
  const from = rmRegister(r);
  let bits = signBits<T>(get(from));
  if (isWide(r)) bits |= signBits<T>(get(from + 16)) << (16 / <u32>sizeof<T>());
  store<u64>(target(r), <u64>bits);
}

export function movmskps(r: usize): void {
  signsOf<u32>(r);
}

export function movmskpd(r: usize): void {
  signsOf<u64>(r);
}

export function pmovmskb(r: usize): void {
  signsOf<u8>(r);
}

/** PEXTRB to a general register or memory. */
/** The lane of type T at `lane`. It may be no computed address: in translated code registers have none. */
@inline
function laneOf<T>(v: Vec, lane: u32): u64 {
  const shift = lane * <u32>sizeof<T>() * 8;
  const half = shift >= 64 ? high(v) : low(v);
  return (half >> ((<u64>shift) & 63)) & (<u64>(<T>~0));
}

export function pextrb(r: usize): void {
  const value = laneOf<u8>(get(target(r)), control(r) & 15);
  if (isMemory(r)) {
    store<u8>(placeFor(r, 1), <u8>value);
    finishPlace();
  } else store<u64>(rmRegister(r), value);
}

/** PEXTRW in its SSE4.1 encoding, which can go to memory. */
export function pextrwStore(r: usize): void {
  const value = laneOf<u16>(get(target(r)), control(r) & 7);
  if (isMemory(r)) {
    store<u16>(placeFor(r, 2), <u16>value, 0, 1);
    finishPlace();
  } else store<u64>(rmRegister(r), value);
}

/** PEXTRW in its SSE2 encoding. */
export function pextrw(r: usize): void {
  store<u64>(target(r), laneOf<u16>(get(rmRegister(r)), control(r) & 7));
}

/** PEXTRD and EXTRACTPS. */
export function pextrd(r: usize): void {
  const value = laneOf<u32>(get(target(r)), control(r) & 3);
  if (isMemory(r)) storeDoubleWord(r, <u32>value);
  else store<u64>(rmRegister(r), value);
}

export function pextrq(r: usize): void {
  const value = laneOf<u64>(get(target(r)), control(r) & 1);
  if (isMemory(r)) storeQuad(r, value);
  else store<u64>(rmRegister(r), value);
}

/** Writes the first source with the lane of type T at `lane` replaced. */
@inline
function insertLane<T>(r: usize, lane: u32, value: T): void {
  const v = get(first(r));
  const shift = lane * <u32>sizeof<T>() * 8;
  const mask = (<u64>(<T>~0)) << ((<u64>shift) & 63);
  const half = ((shift >= 64 ? high(v) : low(v)) & ~mask) | ((<u64>value) << ((<u64>shift) & 63));
  put(r, shift >= 64 ? pair(low(v), half) : pair(half, high(v)));
}

export function pinsrb(r: usize): void {
  const value = load<u8>(sourceAt(r, 1));
  insertLane<u8>(r, control(r) & 15, value);
}

export function pinsrw(r: usize): void {
  const value = load<u16>(sourceAt(r, 2), 0, 1);
  insertLane<u16>(r, control(r) & 7, value);
}

export function pinsrd(r: usize): void {
  const value = load<u32>(sourceAt(r, 4), 0, 1);
  insertLane<u32>(r, control(r) & 3, value);
}

export function pinsrq(r: usize): void {
  const value = load<u64>(sourceAt(r, 8), 0, 1);
  insertLane<u64>(r, control(r) & 1, value);
}

/** A register source is a whole vector, of which the immediate names a lane; in memory there is just the doubleword. */
export function insertps(r: usize): void {
  const imm = control(r);
  const value = isMemory(r) ? load<u32>(sourceAt(r, 4), 0, 1) : <u32>laneOf<u32>(get(rmRegister(r)), imm >> 6);
  put(r, insertpsOf(get(first(r)), value, imm));
}

@inline
function broadcast<T>(r: usize): void {
  const v = splat<T>(load<T>(sourceAt(r, <u32>sizeof<T>()), 0, 1));
  put(r, v);
  if (isWide(r)) putHigh(r, v);
}

export function broadcastByte(r: usize): void {
  broadcast<u8>(r);
}

export function broadcastWord(r: usize): void {
  broadcast<u16>(r);
}

export function broadcastDouble(r: usize): void {
  broadcast<u32>(r);
}

export function broadcastQuad(r: usize): void {
  broadcast<u64>(r);
}

/** VBROADCASTF128: 16 bytes of memory to both halves. */
export function broadcastHalf(r: usize): void {
  const v = get(sourceAt(r, 16));
  put(r, v);
  putHigh(r, v);
}

/** VINSERTF128: one half of the first source is replaced. */
export function insertHalf(r: usize): void {
  const v = get(sourceAt(r, 16));
  const a = first(r);
  const isUpper = (control(r) & 1) != 0;
  const lower = isUpper ? get(a) : v;
  const upper = isUpper ? v : get(a + 16);
  set(target(r), lower);
  putHigh(r, upper);
}

/** VEXTRACTF128: one half to a register or memory. */
export function extractHalf(r: usize): void {
  const v = get(target(r) + ((control(r) & 1) << 4));
  if (isMemory(r)) {
    set(placeFor(r, 16), v);
    finishPlace();
  } else putRegister(r, rmRegister(r), v);
}
