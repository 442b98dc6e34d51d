// AES-NI (FIPS 197; SDM Vol. 1 12.13, Vol. 2 AESENC ... AESKEYGENASSIST) and GFNI (SDM Vol. 2 GF2P8MULB, GF2P8AFFINEQB), whose
// field, GF(2^8) modulo x^8 + x^4 + x^3 + x + 1, is that of AES. The state is 16 bytes, column by column.

import { SUBSTITUTION, VECTOR_SCRATCH } from '../layout';
import { Vec, get, high, low, pair, set, xor } from '../packed/lanes';

const INVERSE: usize = SUBSTITUTION + 256;

/** a times x. */
@inline
function double(a: u32): u32 {
  return ((a << 1) ^ ((a >> 7) * 0x11b)) & 0xff;
}

/** Product in the field. */
function multiply(a: u32, b: u32): u32 {
  let product: u32 = 0;
  for (let rest = b, factor = a; rest != 0; rest >>= 1, factor = double(factor)) {
    if ((rest & 1) != 0) product ^= factor;
  }
  return product;
}

/** Multiplicative inverse, a^254; 0 for 0. */
function inverse(a: u32): u32 {
  let result: u32 = 1;
  let power = a;
  for (let i = 0; i < 7; i++) {
    power = multiply(power, power);
    result = multiply(result, power);
  }
  return result;
}

/** Fills the substitution box and its inverse when they are first needed: box(0) is 63H. */
function prepare(): void {
  if (load<u8>(SUBSTITUTION) != 0) return;
  for (let a: u32 = 0; a < 256; a++) {
    const b = inverse(a);
    // The affine map: five copies of the byte, rotated by 0 to 4 bits, and a constant.
    const wide = b | (b << 8);
    const value = ((wide ^ (wide >> 4) ^ (wide >> 5) ^ (wide >> 6) ^ (wide >> 7)) & 0xff) ^ 0x63;
    store<u8>(SUBSTITUTION + a, <u8>value);
    store<u8>(INVERSE + value, <u8>a);
  }
}

/** SubBytes and ShiftRows, or their inverses; the result replaces the state in the scratch area. */
function substituteAndShift(a: Vec, box: usize, step: u32): void {
  prepare();
  set(VECTOR_SCRATCH + 16, a);
  for (let i: u32 = 0; i < 16; i++) {
    // Row i & 3 rotates by as many columns.
    const from = (i + (i & 3) * step) & 15;
    store<u8>(VECTOR_SCRATCH + i, load<u8>(box + load<u8>(VECTOR_SCRATCH + 16 + from)));
  }
}

/** MixColumns of the state in the scratch area. */
function mixColumns(): void {
  for (let column: usize = VECTOR_SCRATCH; column < VECTOR_SCRATCH + 16; column += 4) {
    const a = <u32>load<u8>(column);
    const b = <u32>load<u8>(column, 1);
    const c = <u32>load<u8>(column, 2);
    const d = <u32>load<u8>(column, 3);
    const all = a ^ b ^ c ^ d;
    store<u8>(column, <u8>(a ^ all ^ double(a ^ b)));
    store<u8>(column, <u8>(b ^ all ^ double(b ^ c)), 1);
    store<u8>(column, <u8>(c ^ all ^ double(c ^ d)), 2);
    store<u8>(column, <u8>(d ^ all ^ double(d ^ a)), 3);
  }
}

/** InvMixColumns: MixColumns after adding 4 (a + c) and 4 (b + d), which makes its matrix the inverse one. */
function unmixColumns(): void {
  for (let column: usize = VECTOR_SCRATCH; column < VECTOR_SCRATCH + 16; column += 4) {
    const even = double(double((<u32>load<u8>(column)) ^ (<u32>load<u8>(column, 2))));
    const odd = double(double((<u32>load<u8>(column, 1)) ^ (<u32>load<u8>(column, 3))));
    store<u8>(column, <u8>((<u32>load<u8>(column)) ^ even));
    store<u8>(column, <u8>((<u32>load<u8>(column, 1)) ^ odd), 1);
    store<u8>(column, <u8>((<u32>load<u8>(column, 2)) ^ even), 2);
    store<u8>(column, <u8>((<u32>load<u8>(column, 3)) ^ odd), 3);
  }
  mixColumns();
}

export function aesenc(a: Vec, b: Vec): Vec {
  substituteAndShift(a, SUBSTITUTION, 4);
  mixColumns();
  return xor(get(VECTOR_SCRATCH), b);
}

export function aesenclast(a: Vec, b: Vec): Vec {
  substituteAndShift(a, SUBSTITUTION, 4);
  return xor(get(VECTOR_SCRATCH), b);
}

export function aesdec(a: Vec, b: Vec): Vec {
  substituteAndShift(a, INVERSE, 12);
  unmixColumns();
  return xor(get(VECTOR_SCRATCH), b);
}

export function aesdeclast(a: Vec, b: Vec): Vec {
  substituteAndShift(a, INVERSE, 12);
  return xor(get(VECTOR_SCRATCH), b);
}

export function aesimc(a: Vec): Vec {
  set(VECTOR_SCRATCH, a);
  unmixColumns();
  return get(VECTOR_SCRATCH);
}

/** SubWord. */
function substituteWord(word: u32): u32 {
  prepare();
  return (
    (<u32>load<u8>(SUBSTITUTION + (word & 0xff))) |
    ((<u32>load<u8>(SUBSTITUTION + ((word >> 8) & 0xff))) << 8) |
    ((<u32>load<u8>(SUBSTITUTION + ((word >> 16) & 0xff))) << 16) |
    ((<u32>load<u8>(SUBSTITUTION + (word >> 24))) << 24)
  );
}

/** One half of AESKEYGENASSIST, from the odd doubleword of the source. */
@inline
function keyHalf(word: u32, constant: u32): u64 {
  const substituted = substituteWord(word);
  return (<u64>substituted) | ((<u64>(rotr<u32>(substituted, 8) ^ constant)) << 32);
}

export function aeskeygenassist(a: Vec, constant: u32): Vec {
  return pair(keyHalf(<u32>(low(a) >> 32), constant), keyHalf(<u32>(high(a) >> 32), constant));
}

export function gf2p8mulb(a: Vec, b: Vec): Vec {
  set(VECTOR_SCRATCH, a);
  set(VECTOR_SCRATCH + 16, b);
  for (let i: u32 = 0; i < 16; i++) {
    const at = VECTOR_SCRATCH + i;
    store<u8>(at, <u8>multiply(load<u8>(at), load<u8>(at, 16)));
  }
  return get(VECTOR_SCRATCH);
}

/** Matrix times byte, plus a constant: row i of the matrix is its byte 7 - i. */
function affine(matrix: u64, byte: u32, constant: u32): u32 {
  let result = constant;
  for (let i: u32 = 0; i < 8; i++) {
    result ^= (popcnt<u32>((<u32>(matrix >> ((7 - i) << 3))) & byte) & 1) << i;
  }
  return result;
}

@inline
function affineBytes(a: Vec, b: Vec, constant: u32, isInverted: bool): Vec {
  set(VECTOR_SCRATCH, a);
  for (let i: u32 = 0; i < 16; i++) {
    const byte = <u32>load<u8>(VECTOR_SCRATCH + i);
    const matrix = i < 8 ? low(b) : high(b);
    store<u8>(VECTOR_SCRATCH + i, <u8>affine(matrix, isInverted ? inverse(byte) : byte, constant));
  }
  return get(VECTOR_SCRATCH);
}

export function gf2p8affineqb(a: Vec, b: Vec, constant: u32): Vec {
  return affineBytes(a, b, constant, false);
}

export function gf2p8affineinvqb(a: Vec, b: Vec, constant: u32): Vec {
  return affineBytes(a, b, constant, true);
}
