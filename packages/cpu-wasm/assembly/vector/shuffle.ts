// Shuffles, blends and permutations (SDM Vol. 2 PSHUFD, SHUFPS, BLENDPS, BLENDVPS, VPERMILPS, VPERM2F128, VPERMQ, VPERMD, ...).
// Those whose lanes stay within 128 bits are functions of values; where the two halves of a 256-bit operation use different bits
// of the immediate, the `Wide` body takes it apart.

import { Vec, get, high, interleaveLow, low, pair, select, set, shiftRight, shuffleBytes, zero } from '../packed/lanes';
import { control, first, sourceAt, target } from '../packed/operands';
import { mpsadbw } from './integer';

/** Bytes 4n .. 4n+3 for the doubleword that two bits of the immediate name. */
@inline
function doubleBytes(selector: u32): u64 {
  return <u64>((selector & 3) * 0x04040404 + 0x03020100);
}

@inline
function doublesControl(imm: u32): Vec {
  return pair(doubleBytes(imm) | (doubleBytes(imm >> 2) << 32), doubleBytes(imm >> 4) | (doubleBytes(imm >> 6) << 32));
}

export function pshufd(a: Vec, imm: u32): Vec {
  return shuffleBytes(a, doublesControl(imm));
}

/** The words of a quadword in the order of the immediate. */
function words(a: u64, imm: u32): u64 {
  return (
    ((a >> ((imm & 3) << 4)) & 0xffff) |
    (((a >> (((imm >> 2) & 3) << 4)) & 0xffff) << 16) |
    (((a >> (((imm >> 4) & 3) << 4)) & 0xffff) << 32) |
    ((a >> (((imm >> 6) & 3) << 4)) << 48)
  );
}

export function pshuflw(a: Vec, imm: u32): Vec {
  return pair(words(low(a), imm), high(a));
}

export function pshufhw(a: Vec, imm: u32): Vec {
  return pair(low(a), words(high(a), imm));
}

/** PSHUFW, the MMX form. */
export function pshufw(a: Vec, imm: u32): Vec {
  return pair(words(low(a), imm), 0);
}

/** Two doublewords of `a` by the low four bits of the immediate, two of `b` by the others. */
@inline
export function shufps(a: Vec, b: Vec, imm: u32): Vec {
  return pair(low(shuffleBytes(a, doublesControl(imm))), low(shuffleBytes(b, doublesControl(imm >> 4))));
}

@inline
function quadOf(a: Vec, selector: u32): u64 {
  return (selector & 1) != 0 ? high(a) : low(a);
}

export function shufpd(a: Vec, b: Vec, imm: u32): Vec {
  return pair(quadOf(a, imm), quadOf(b, imm >> 1));
}

export function movsldup(a: Vec): Vec {
  return shuffleBytes(a, doublesControl(0b10100000));
}

export function movshdup(a: Vec): Vec {
  return shuffleBytes(a, doublesControl(0b11110101));
}

export function movddup(a: Vec): Vec {
  return interleaveLow<u64>(a, a);
}

/** Doublewords of ones for two bits. */
@inline
function doubleHalfMask(bits: u32): u64 {
  return ((bits & 1) != 0 ? 0xffffffff : 0) | ((bits & 2) != 0 ? 0xffffffff00000000 : 0);
}

@inline
function doubleMask(bits: u32): Vec {
  return pair(doubleHalfMask(bits), doubleHalfMask(bits >> 2));
}

@inline
function quadMask(bits: u32): Vec {
  return pair(0 - <u64>(bits & 1), 0 - <u64>((bits >> 1) & 1));
}

export function blendps(a: Vec, b: Vec, imm: u32): Vec {
  return select(doubleMask(imm), b, a);
}

export function blendpd(a: Vec, b: Vec, imm: u32): Vec {
  return select(quadMask(imm), b, a);
}

/** A word of ones for each of four bits. */
@inline
function wordMask(bits: u32): u64 {
  return (
    ((bits & 1) != 0 ? 0xffff : 0) |
    ((bits & 2) != 0 ? 0xffff0000 : 0) |
    ((bits & 4) != 0 ? 0xffff00000000 : 0) |
    ((bits & 8) != 0 ? 0xffff000000000000 : 0)
  );
}

export function pblendw(a: Vec, b: Vec, imm: u32): Vec {
  return select(pair(wordMask(imm), wordMask(imm >> 4)), b, a);
}

export function pblendvb(a: Vec, b: Vec, mask: Vec): Vec {
  return select(shiftRight<i8>(mask, 7), b, a);
}

export function blendvps(a: Vec, b: Vec, mask: Vec): Vec {
  return select(shiftRight<i32>(mask, 31), b, a);
}

export function blendvpd(a: Vec, b: Vec, mask: Vec): Vec {
  return select(shiftRight<i64>(mask, 63), b, a);
}

export function vpermilps(a: Vec, b: Vec): Vec {
  const l = low(b);
  const h = high(b);
  return shuffleBytes(
    a,
    pair(
      doubleBytes(<u32>l) | (doubleBytes(<u32>(l >> 32)) << 32),
      doubleBytes(<u32>h) | (doubleBytes(<u32>(h >> 32)) << 32),
    ),
  );
}

/** Bit 1 of each quadword selects. */
export function vpermilpd(a: Vec, b: Vec): Vec {
  return pair(quadOf(a, <u32>(low(b) >> 1)), quadOf(a, <u32>(high(b) >> 1)));
}

export function vpermilpdImmediate(a: Vec, imm: u32): Vec {
  return pair(quadOf(a, imm), quadOf(a, imm >> 1));
}

/** Writes both halves of the destination, after all sources have been read. */
@inline
function putBoth(r: usize, lower: Vec, upper: Vec): void {
  set(target(r), lower);
  set(target(r) + 16, upper);
}

export function vpermilpdImmediateWide(r: usize): void {
  const s = sourceAt(r, 32);
  putBoth(r, vpermilpdImmediate(get(s), control(r)), vpermilpdImmediate(get(s + 16), control(r) >> 2));
}

export function shufpdWide(r: usize): void {
  const s = sourceAt(r, 32);
  const a = first(r);
  putBoth(r, shufpd(get(a), get(s), control(r)), shufpd(get(a + 16), get(s + 16), control(r) >> 2));
}

export function blendpsWide(r: usize): void {
  const s = sourceAt(r, 32);
  const a = first(r);
  putBoth(r, blendps(get(a), get(s), control(r)), blendps(get(a + 16), get(s + 16), control(r) >> 4));
}

export function blendpdWide(r: usize): void {
  const s = sourceAt(r, 32);
  const a = first(r);
  putBoth(r, blendpd(get(a), get(s), control(r)), blendpd(get(a + 16), get(s + 16), control(r) >> 2));
}

export function mpsadbwWide(r: usize): void {
  const s = sourceAt(r, 32);
  const a = first(r);
  putBoth(r, mpsadbw(get(a), get(s), control(r)), mpsadbw(get(a + 16), get(s + 16), control(r) >> 3));
}

/** VPERM2F128: each half of the result is one of four halves, or 0. */
export function permuteHalves(r: usize): void {
  const s = sourceAt(r, 32);
  const a = first(r);
  const imm = control(r);
  putBoth(r, halfOf(a, s, imm), halfOf(a, s, imm >> 4));
}

@inline
function halfOf(a: usize, b: usize, selector: u32): Vec {
  if ((selector & 8) != 0) return zero();
  return get(((selector & 2) != 0 ? b : a) + ((selector & 1) << 4));
}

/** VPERMQ and VPERMPD. */
export function permuteQuads(r: usize): void {
  const s = sourceAt(r, 32);
  const imm = control(r);
  const lower = pair(load<u64>(s + ((imm & 3) << 3), 0, 1), load<u64>(s + (((imm >> 2) & 3) << 3), 0, 1));
  const upper = pair(load<u64>(s + (((imm >> 4) & 3) << 3), 0, 1), load<u64>(s + (((imm >> 6) & 3) << 3), 0, 1));
  putBoth(r, lower, upper);
}

@inline
function doubleAt(s: usize, selector: u32): u64 {
  return <u64>load<u32>(s + ((selector & 7) << 2), 0, 1);
}

/** Two doublewords of `s` by two selectors. */
@inline
function doublesAt(s: usize, selectors: u64): u64 {
  return doubleAt(s, <u32>selectors) | (doubleAt(s, <u32>(selectors >> 32)) << 32);
}

/** VPERMD and VPERMPS: the selectors come first. */
export function permuteDoubles(r: usize): void {
  const s = sourceAt(r, 32);
  const a = first(r);
  const lower = pair(doublesAt(s, load<u64>(a)), doublesAt(s, load<u64>(a, 8)));
  const upper = pair(doublesAt(s, load<u64>(a, 16)), doublesAt(s, load<u64>(a, 24)));
  putBoth(r, lower, upper);
}

/** INSERTPS: one doubleword of the source, to one place; then some become 0. */
export function insertpsOf(a: Vec, value: u32, imm: u32): Vec {
  const place = (imm >> 4) & 3;
  let lower = low(a);
  let upper = high(a);
  const shift = <u64>((place & 1) << 5);
  const keep = ~((<u64>0xffffffff) << shift);
  if (place < 2) lower = (lower & keep) | ((<u64>value) << shift);
  else upper = (upper & keep) | ((<u64>value) << shift);
  if ((imm & 1) != 0) lower &= 0xffffffff00000000;
  if ((imm & 2) != 0) lower &= 0xffffffff;
  if ((imm & 4) != 0) upper &= 0xffffffff00000000;
  if ((imm & 8) != 0) upper &= 0xffffffff;
  return pair(lower, upper);
}
