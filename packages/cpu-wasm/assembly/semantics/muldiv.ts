// Multiplication and division (SDM Vol. 1 7.3.2.3; Vol. 2: MUL, IMUL, DIV, IDIV). Products and dividends are twice as wide as
// the operand, in rDX:rAX (AX for bytes), so the 64-bit forms compute with 128 bits in two halves (wide.ts).

import { DE } from '../generated/vectors';
import { fault } from '../fault';
import { flagsExplicit, multiplied, signed } from '../flags';
import { imm, read, setDst, Reg, src, writeRegister } from '../operands';
import { AH, RAX, RDX } from '../registers';
import { divideWide, multiplyHigh, remainder } from '../wide';

/** Upper half of the signed product. */
export function multiplyHighSigned(a: i64, b: i64): i64 {
  return <i64>multiplyHigh(<u64>a, <u64>b) - ((a >> 63) & b) - ((b >> 63) & a);
}

/** Upper half of the unsigned product of two T, as wide as T. */
@inline
function high<T>(a: T, b: T): T {
  if (sizeof<T>() == 8) return <T>multiplyHigh(<u64>a, <u64>b);
  return <T>((<u64>a * <u64>b) >> ((<u64>sizeof<T>()) << 3));
}

/** Upper half of the signed product of two T, as wide as T. */
@inline
function highSigned<T>(a: T, b: T): T {
  if (sizeof<T>() == 8) return <T>multiplyHighSigned(<i64>a, <i64>b);
  return <T>((signed<T>(a) * signed<T>(b)) >> ((<i64>sizeof<T>()) << 3));
}

/**
 * CF = OF = "the product does not fit". The others are undefined in the manual; processors take SF and PF from the lower half
 * and clear ZF, so a half of 0 stands in as another number of even parity.
 */
@inline
function productFlags<T>(low: T, doesNotFit: bool): void {
  flagsExplicit<T>(low == 0 ? <T>3 : low, <u64>doesNotFit, <u64>doesNotFit, 0);
}

@inline
function writeProduct<T>(low: T, upper: T): void {
  if (sizeof<T>() == 1) {
    store<u8>(RAX, <u8>low);
    store<u8>(AH, <u8>upper);
  } else {
    writeRegister<T>(RAX, low);
    writeRegister<T>(RDX, upper);
  }
}

export function mul<T, D>(r: usize): void {
  const a = load<T>(RAX);
  const b = read<T, D>(r);
  const low = <T>(a * b);
  const upper = high<T>(a, b);
  writeProduct<T>(low, upper);
  productFlags<T>(low, upper != 0);
}

/** IMUL with one operand. */
export function imul<T, D>(r: usize): void {
  const a = load<T>(RAX);
  const b = read<T, D>(r);
  const low = <T>(a * b);
  const upper = highSigned<T>(a, b);
  writeProduct<T>(low, upper);
  productFlags<T>(low, signed<T>(upper) != signed<T>(low) >> 63);
}

/** Flags of the product of two signed numbers. */
@inline
export function multiplyFlags<T>(a: T, b: T): void {
  const low = <T>(a * b);
  productFlags<T>(low, signed<T>(highSigned<T>(a, b)) != signed<T>(low) >> 63);
}

@inline
function multiplyInto<T>(r: usize, a: T, b: T): void {
  setDst<T, Reg>(r, <T>(a * b));
  if (isDefined(TEMPLATES)) multiplied(<u64>a, <u64>b);
  else multiplyFlags<T>(a, b);
}

/** IMUL Gv,Ev. */
@inline
export function imul2<T, D, S>(r: usize): void {
  multiplyInto<T>(r, read<T, Reg>(r), src<T, S>(r));
}

/** IMUL Gv,Ev,I. */
export function imul3<T, D, S>(r: usize): void {
  multiplyInto<T>(r, src<T, S>(r), imm<T>(r));
}

@inline
function writeQuotient<T>(quotient: T, rest: T): void {
  if (sizeof<T>() == 1) {
    store<u8>(RAX, <u8>quotient);
    store<u8>(AH, <u8>rest);
  } else {
    writeRegister<T>(RAX, quotient);
    writeRegister<T>(RDX, rest);
  }
}

/** The dividend of an operand narrower than 64 bits: AX, DX:AX or EDX:EAX. */
@inline
function dividend<T>(): u64 {
  if (sizeof<T>() == 1) return <u64>load<u16>(RAX);
  return ((<u64>load<T>(RDX)) << ((<u64>sizeof<T>()) << 3)) | (<u64>load<T>(RAX));
}

/** The flags, undefined in the manual, stay. */
export function div<T, D>(r: usize): void {
  const divisor = <u64>read<T, D>(r);
  if (sizeof<T>() == 8) {
    const upper = load<u64>(RDX);
    if (upper >= divisor) fault(r, DE);
    const quotient = divideWide(upper, load<u64>(RAX), divisor);
    writeQuotient<u64>(quotient, remainder);
  } else {
    const n = dividend<T>();
    if (n >> ((<u64>sizeof<T>()) << 3) >= divisor) fault(r, DE);
    writeQuotient<T>(<T>(n / divisor), <T>(n % divisor));
  }
}

export function idiv<T, D>(r: usize): void {
  const divisor = signed<T>(read<T, D>(r));
  if (divisor == 0) fault(r, DE);
  if (sizeof<T>() == 8) idiv64(r, divisor);
  else {
    // Sign-extend the double-width dividend; a 64-bit one is already.
    const shift = 64 - ((<i64>sizeof<T>()) << 4);
    const n = ((<i64>dividend<T>()) << shift) >> shift;
    // The one division that Wasm traps on; its quotient fits in no operand.
    if (n == i64.MIN_VALUE && divisor == -1) fault(r, DE);
    const quotient = n / divisor;
    if (quotient != signed<T>(<T>quotient)) fault(r, DE);
    writeQuotient<T>(<T>quotient, <T>(n % divisor));
  }
}

@inline
function idiv64(r: usize, divisor: i64): void {
  let high = load<u64>(RDX);
  let low = load<u64>(RAX);
  const isNegative = <i64>high < 0;
  if (isNegative) {
    low = 0 - low;
    high = ~high + <u64>(low == 0);
  }
  const magnitude = <u64>(divisor < 0 ? 0 - divisor : divisor);
  if (high >= magnitude) fault(r, DE);
  const quotient = divideWide(high, low, magnitude);
  const isQuotientNegative = isNegative != divisor < 0;
  if (quotient > (isQuotientNegative ? 1 << 63 : <u64>i64.MAX_VALUE)) fault(r, DE);
  const rest = remainder;
  writeQuotient<u64>(isQuotientNegative ? 0 - quotient : quotient, isNegative ? 0 - rest : rest);
}
