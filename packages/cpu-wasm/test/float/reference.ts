/**
 * Floating-point arithmetic on exact rationals of big integers (IEEE 754-2019 clause 4.3 and 7; SDM Vol. 1 4.8, 4.9): slow,
 * obvious, and independent of the core's way of computing. Covers zeros, finite numbers and infinities; NaNs are tested by case.
 */

/** Exception flags as in MXCSR. */
export const IE = 1;
export const DE = 2;
export const ZE = 4;
export const OE = 8;
export const UE = 16;
export const PE = 32;

/** Rounding modes as in MXCSR.RC. */
export type Mode = 0 | 1 | 2 | 3;

/** A binary format: bits of the significand with its leading bit, and of the exponent. */
export interface Format {
  readonly precision: number;
  readonly exponentBits: number;
  /** The leading bit is stored (double extended). */
  readonly isExplicit: boolean;
}

export const HALF: Format = { precision: 11, exponentBits: 5, isExplicit: false };
export const SINGLE: Format = { precision: 24, exponentBits: 8, isExplicit: false };
export const DOUBLE: Format = { precision: 53, exponentBits: 11, isExplicit: false };
export const EXTENDED: Format = { precision: 64, exponentBits: 15, isExplicit: true };

/** (-1)^sign * numerator / denominator, or infinity when the denominator is 0. Zero keeps its sign. */
export interface Value {
  readonly sign: 0 | 1;
  readonly numerator: bigint;
  readonly denominator: bigint;
  readonly isDenormal: boolean;
}

export const isInfinite = (value: Value): boolean => value.denominator === 0n;
export const isZero = (value: Value): boolean => value.numerator === 0n;

const bias = (format: Format): number => 2 ** (format.exponentBits - 1) - 1;
const fractionBits = (format: Format): number => (format.isExplicit ? 64 : format.precision - 1);
const power = (exponent: number): [bigint, bigint] =>
  exponent >= 0 ? [1n << BigInt(exponent), 1n] : [1n, 1n << BigInt(-exponent)];

/** The value of a pattern that is no NaN. */
export function decode(format: Format, bits: bigint, denormalsAreZero = false): Value {
  const width = BigInt(fractionBits(format));
  const fraction = bits & ((1n << width) - 1n);
  const biased = Number((bits >> width) & ((1n << BigInt(format.exponentBits)) - 1n));
  const sign = Number((bits >> (width + BigInt(format.exponentBits))) & 1n) as 0 | 1;
  if (biased === 2 ** format.exponentBits - 1) return { sign, numerator: 1n, denominator: 0n, isDenormal: false };
  const isDenormal = biased === 0 && fraction !== 0n;
  const significand = format.isExplicit || biased === 0 ? fraction : fraction | (1n << width);
  if (isDenormal && denormalsAreZero) return { sign, numerator: 0n, denominator: 1n, isDenormal: false };
  const [up, down] = power(Math.max(biased, 1) - bias(format) - (format.precision - 1));
  return { sign, numerator: significand * up, denominator: down, isDenormal };
}

/** How a result is rounded and what is masked. */
export interface Environment {
  readonly mode: Mode;
  /** Bits of the significand; less than the format's under x87 precision control. */
  readonly precision: number;
  readonly flushToZero: boolean;
}

export interface Rounded {
  readonly bits: bigint;
  readonly flags: number;
}

const encode = (format: Format, sign: number, biased: number, fraction: bigint): bigint => {
  const width = BigInt(fractionBits(format));
  return (BigInt(sign) << (width + BigInt(format.exponentBits))) | (BigInt(biased) << width) | fraction;
};

export const infinity = (format: Format, sign: number): bigint =>
  encode(format, sign, 2 ** format.exponentBits - 1, format.isExplicit ? 1n << 63n : 0n);

/**
 * A positive number that is only known by comparison with multiples of powers of two.
 * `at(q)`: the integer part of the number over 2^q, and how what is left compares with one half (0: nothing left, 1: less than half,
 * 2: half, 3: more).
 */
export interface Magnitude {
  /** Exponent of the leading bit. */
  readonly exponent: number;
  at(quantum: number): { whole: bigint; rest: 0 | 1 | 2 | 3 };
}

const restOf = (twice: bigint, whole: bigint): 0 | 1 | 2 | 3 =>
  twice === 0n ? 0 : twice < whole ? 1 : twice === whole ? 2 : 3;

/** Exponent of the leading bit of n / d. */
function leadingExponent(n: bigint, d: bigint): number {
  let exponent = n.toString(2).length - d.toString(2).length;
  const [up, down] = power(exponent);
  if (n * down < d * up) exponent--;
  return exponent;
}

export function fraction(n: bigint, d: bigint): Magnitude {
  return {
    exponent: leadingExponent(n, d),
    at(quantum) {
      const [up, down] = power(-quantum);
      const scaled = n * up;
      const by = d * down;
      return { whole: scaled / by, rest: restOf((scaled % by) * 2n, by) };
    },
  };
}

function integerRoot(n: bigint): bigint {
  if (n < 2n) return n;
  let guess = 1n << BigInt((n.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (guess + n / guess) >> 1n;
    if (next >= guess) return guess;
    guess = next;
  }
}

export function rootOf(n: bigint, d: bigint): Magnitude {
  return {
    exponent: Math.floor(leadingExponent(n, d) / 2),
    at(quantum) {
      const [up, down] = power(-2 * quantum);
      const scaled = n * up;
      const by = d * down;
      const whole = integerRoot(scaled / by);
      if (whole * whole * by === scaled) return { whole, rest: 0 };
      const middle = (2n * whole + 1n) ** 2n * by;
      return { whole, rest: 4n * scaled < middle ? 1 : 4n * scaled === middle ? 2 : 3 };
    },
  };
}

function roundAt(magnitude: Magnitude, quantum: number, sign: number, mode: Mode): { whole: bigint; inexact: boolean } {
  const { whole, rest } = magnitude.at(quantum);
  const up =
    mode === 0
      ? rest === 3 || (rest === 2 && (whole & 1n) === 1n)
      : rest !== 0 && (mode === 2 ? sign === 0 : mode === 1 && sign === 1);
  return { whole: whole + (up ? 1n : 0n), inexact: rest !== 0 };
}

/** Rounds a positive magnitude with a sign into a format, all exceptions masked. */
export function round(format: Format, environment: Environment, sign: number, magnitude: Magnitude): Rounded {
  const { mode, precision, flushToZero } = environment;
  const smallest = 1 - bias(format);
  const { exponent } = magnitude;
  const free = roundAt(magnitude, exponent - (precision - 1), sign, mode);
  const isTiny = exponent < smallest && !(exponent === smallest - 1 && free.whole === 1n << BigInt(precision));
  if (isTiny && flushToZero) return { bits: encode(format, sign, 0, 0n), flags: UE | PE };
  const lowest = Math.max(exponent, smallest);
  const { whole, inexact } = roundAt(magnitude, lowest - (precision - 1), sign, mode);
  let significand = whole;
  let biased = lowest + bias(format);
  if (significand === 1n << BigInt(precision)) {
    significand >>= 1n;
    biased++;
  }
  let flags = inexact ? PE : 0;
  if (isTiny && inexact) flags |= UE;
  const shift = BigInt(format.precision - precision);
  if (biased > 2 * bias(format)) {
    const cut = mode === 3 || (mode === 1 && sign === 0) || (mode === 2 && sign === 1);
    if (!cut) return { bits: infinity(format, sign), flags: OE | PE };
    significand = ((1n << BigInt(precision)) - 1n) << shift;
    biased = 2 * bias(format);
    flags = OE | PE;
  } else significand <<= shift;
  const leading = 1n << BigInt(format.precision - 1);
  if (significand < leading) biased = 0;
  return { bits: encode(format, sign, biased, format.isExplicit ? significand : significand & (leading - 1n)), flags };
}

const zeroOf = (format: Format, sign: number): Rounded => ({ bits: encode(format, sign, 0, 0n), flags: 0 });

/** Sum of exact signed values, rounded. */
export function roundSum(format: Format, environment: Environment, values: readonly Value[]): Rounded {
  const infinite = values.find(isInfinite);
  if (infinite) return { bits: infinity(format, infinite.sign), flags: 0 };
  let n = 0n;
  let d = 1n;
  for (const { sign, numerator, denominator } of values) {
    n = n * denominator + (sign === 1 ? -numerator : numerator) * d;
    d *= denominator;
  }
  if (n === 0n) {
    // Zeros of one sign keep it; everything else that cancels is -0 only when rounding down.
    const isCommon = values.every((value) => isZero(value) && value.sign === values[0]?.sign);
    return zeroOf(format, isCommon ? (values[0]?.sign ?? 0) : environment.mode === 1 ? 1 : 0);
  }
  return round(format, environment, n < 0n ? 1 : 0, fraction(n < 0n ? -n : n, d));
}

/** A value rounded into a format. */
export function roundValue(format: Format, environment: Environment, value: Value): Rounded {
  if (isInfinite(value)) return { bits: infinity(format, value.sign), flags: 0 };
  if (isZero(value)) return zeroOf(format, value.sign);
  return round(format, environment, value.sign, fraction(value.numerator, value.denominator));
}

/** Product as a value; not for infinity times 0. */
export function product(a: Value, b: Value): Value {
  return {
    sign: (a.sign ^ b.sign) as 0 | 1,
    numerator: a.numerator * b.numerator,
    denominator: a.denominator * b.denominator,
    isDenormal: false,
  };
}
