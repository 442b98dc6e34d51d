/** Random and border cases of every operation of the core, compared with the reference; shared by the core and its mutants. */
import fc from 'fast-check';
import type { FloatCore } from './compile.ts';
import {
  DE,
  DOUBLE,
  decode,
  type Environment,
  EXTENDED,
  type Format,
  fraction,
  HALF,
  IE,
  infinity,
  isInfinite,
  isZero,
  type Mode,
  PE,
  product,
  type Rounded,
  rootOf,
  round,
  roundSum,
  roundValue,
  SINGLE,
  type Value,
  ZE,
} from './reference.ts';

const MASKED = 0x1f80;
const DAZ = 0x40;
const FTZ = 0x8000;

const widthOf = (format: Format): bigint => BigInt(format.isExplicit ? 64 : format.precision - 1);

/** Patterns of a format that are no NaN and are supported: random, near the borders, and with short significands. */
function patterns(format: Format): fc.Arbitrary<bigint> {
  const width = widthOf(format);
  const largest = 2 ** format.exponentBits - 1;
  const middle = largest >> 1;
  const exponent = fc.oneof(
    fc.integer({ min: 0, max: largest }),
    fc.integer({ min: 0, max: 2 }),
    fc.integer({ min: largest - 2, max: largest }),
    fc.integer({ min: middle - 4, max: middle + 4 }),
    // Around the limits of integers.
    fc.constantFrom(30, 31, 62, 63).map((n) => Math.min(middle + n, largest)),
    fc.integer({ min: Math.max(0, middle >> 1), max: (middle >> 1) + format.precision }),
  );
  const significand = fc.oneof(
    fc.bigInt({ min: 0n, max: (1n << width) - 1n }),
    fc.bigInt({ min: 0n, max: 7n }),
    fc.bigInt({ min: 0n, max: 7n }).map((n) => (1n << width) - 1n - n),
    fc.integer({ min: 0, max: Number(width) - 1 }).map((n) => 1n << BigInt(n)),
    fc.integer({ min: 1, max: 4 }).map((n) => 1n << (width - BigInt(n))),
    fc.constant(0n),
  );
  return fc.tuple(fc.nat(1), exponent, significand).map(([sign, biased, bits]) => {
    let stored = biased === largest ? 0n : bits;
    if (format.isExplicit) stored = biased === 0 ? bits & ((1n << 63n) - 1n) : stored | (1n << 63n);
    return (BigInt(sign) << (width + BigInt(format.exponentBits))) | (BigInt(biased) << width) | stored;
  });
}

/** Two patterns, often of near exponents, of equal magnitude, or one a zero or denormal: where sums cancel and quotients tie. */
function pairs(format: Format): fc.Arbitrary<readonly [bigint, bigint]> {
  const width = widthOf(format);
  const exponents = ((1n << BigInt(format.exponentBits)) - 1n) << width;
  const sign = 1n << (width + BigInt(format.exponentBits));
  const bits = patterns(format);
  const largest = (exponents >> width) - 1n;
  const near = fc.tuple(bits, bits, fc.integer({ min: -3, max: 3 })).map(([a, b, distance]) => {
    const exponent = ((a & exponents) >> width) + BigInt(distance);
    const clamped = exponent < 1n ? 1n : exponent > largest ? largest : exponent;
    const integerBit = format.isExplicit ? 1n << 63n : 0n;
    return [a, (b & ~exponents) | (clamped << width) | integerBit] as const;
  });
  const equal = fc.tuple(bits, fc.boolean()).map(([a, flips]) => [a, flips ? a ^ sign : a] as const);
  const small = fc.tuple(bits, fc.nat(3), fc.boolean()).map(([a, n, swaps]) => {
    const b = BigInt(n & 1) | (n & 2 ? sign : 0n);
    return swaps ? ([b, a] as const) : ([a, b] as const);
  });
  const tiny = fc.tuple(fc.nat(3), fc.nat(3)).map(([m, n]) => {
    const make = (k: number): bigint => BigInt(k & 1) | (k & 2 ? sign : 0n);
    return [make(m), make(n)] as const;
  });
  return fc.oneof(fc.tuple(bits, bits), near, equal, small, tiny);
}

const modes = fc.integer({ min: 0, max: 3 }) as fc.Arbitrary<Mode>;
const mxcsrs = fc
  .tuple(modes, fc.boolean(), fc.boolean())
  .map(([mode, daz, ftz]) => MASKED | (mode << 13) | (daz ? DAZ : 0) | (ftz ? FTZ : 0));

const environmentOf = (mxcsr: number, { precision }: Format): Environment => ({
  mode: ((mxcsr >> 13) & 3) as Mode,
  precision,
  flushToZero: (mxcsr & FTZ) !== 0,
});

/** What an operation should give; undefined: the real indefinite. */
type Expected = Rounded | undefined;

const withDenormals = (expected: Expected, operands: readonly Value[]): Expected =>
  expected && (expected.flags & ZE) === 0 && operands.some(({ isDenormal }) => isDenormal)
    ? { ...expected, flags: expected.flags | DE }
    : expected;

function quotient(format: Format, environment: Environment, a: Value, b: Value): Expected {
  const sign = a.sign ^ b.sign;
  if ((isInfinite(a) && isInfinite(b)) || (isZero(a) && isZero(b))) return undefined;
  if (isInfinite(a)) return { bits: infinity(format, sign), flags: 0 };
  if (isZero(b)) return { bits: infinity(format, sign), flags: ZE };
  if (isZero(a) || isInfinite(b))
    return roundValue(format, environment, { ...a, sign: sign as 0 | 1, numerator: 0n, denominator: 1n });
  return round(format, environment, sign, fraction(a.numerator * b.denominator, a.denominator * b.numerator));
}

function squareRoot(format: Format, environment: Environment, a: Value): Expected {
  if (isZero(a)) return roundValue(format, environment, a);
  if (a.sign === 1) return undefined;
  if (isInfinite(a)) return { bits: infinity(format, 0), flags: 0 };
  return round(format, environment, 0, rootOf(a.numerator, a.denominator));
}

function arithmetic(format: Format, environment: Environment, operation: number, a: Value, b: Value): Expected {
  if (operation <= 1) {
    const second: Value = operation === 0 ? b : { ...b, sign: (b.sign ^ 1) as 0 | 1 };
    if (isInfinite(a) && isInfinite(b) && a.sign !== second.sign) return undefined;
    return roundSum(format, environment, [a, second]);
  }
  if (operation === 3) return quotient(format, environment, a, b);
  if ((isInfinite(a) && isZero(b)) || (isZero(a) && isInfinite(b))) return undefined;
  return roundValue(format, environment, product(a, b));
}

const INDEFINITE: Readonly<Record<number, bigint>> = {
  [SINGLE.precision]: 0xffc00000n,
  [DOUBLE.precision]: 0xfff8000000000000n,
  [EXTENDED.precision]: 0xffffc000000000000000n,
};

const hex = (value: bigint): string => value.toString(16);

function compare(format: Format, actual: bigint, flags: number, expected: Expected): void {
  const bits = expected?.bits ?? (INDEFINITE[format.precision] as bigint);
  const wanted = expected?.flags ?? IE;
  if (actual !== bits || flags !== wanted)
    throw new Error(
      `${hex(actual)} with flags ${hex(BigInt(flags))}, expected ${hex(bits)} with ${hex(BigInt(wanted))}`,
    );
}

/** Runs all comparisons. @throws Error of fast-check with seed and smallest failing case. */
export function checkCore(core: FloatCore, options: { readonly numRuns: number; readonly seed?: number }): void {
  for (const format of [SINGLE, DOUBLE]) {
    const isDouble = format === DOUBLE ? 1 : 0;
    const mask = (1n << BigInt(format === DOUBLE ? 64 : 32)) - 1n;
    const bits = patterns(format);
    fc.assert(
      fc.property(fc.nat(3), mxcsrs, pairs(format), (operation, mxcsr, [a, b]) => {
        core.useMxcsr(mxcsr);
        const actual = core.arithmetic(operation, isDouble, a, b) & mask;
        const daz = (mxcsr & DAZ) !== 0;
        const values = [decode(format, a, daz), decode(format, b, daz)] as const;
        const expected = arithmetic(format, environmentOf(mxcsr, format), operation, ...values);
        compare(format, actual, core.exceptions(), withDenormals(expected, values));
      }),
      options,
    );
    fc.assert(
      fc.property(mxcsrs, bits, (mxcsr, a) => {
        core.useMxcsr(mxcsr);
        const actual = core.root(isDouble, a) & mask;
        const value = decode(format, a, (mxcsr & DAZ) !== 0);
        compare(
          format,
          actual,
          core.exceptions(),
          withDenormals(squareRoot(format, environmentOf(mxcsr, format), value), [value]),
        );
      }),
      options,
    );
    fc.assert(
      fc.property(mxcsrs, fc.nat(3), bits, bits, bits, (mxcsr, signs, a, b, c) => {
        core.useMxcsr(mxcsr);
        const actual = core.fused(isDouble, signs & 1, signs >> 1, a, b, c) & mask;
        const daz = (mxcsr & DAZ) !== 0;
        const [x, y, z] = [decode(format, a, daz), decode(format, b, daz), decode(format, c, daz)];
        const ab = isInfinite(x) && isZero(y) ? undefined : isZero(x) && isInfinite(y) ? undefined : product(x, y);
        const left = ab && { ...ab, sign: (ab.sign ^ (signs & 1)) as 0 | 1 };
        const right = { ...z, sign: (z.sign ^ (signs >> 1)) as 0 | 1 };
        const clashes = left && isInfinite(left) && isInfinite(right) && left.sign !== right.sign;
        const expected = left && !clashes ? roundSum(format, environmentOf(mxcsr, format), [left, right]) : undefined;
        compare(format, actual, core.exceptions(), withDenormals(expected, [x, y, z]));
      }),
      options,
    );
    fc.assert(
      fc.property(mxcsrs, bits, (mxcsr, a) => {
        core.useMxcsr(mxcsr);
        const other = format === DOUBLE ? SINGLE : DOUBLE;
        const actual = core.changeFormat(1 - isDouble, a) & ((1n << BigInt(isDouble ? 32 : 64)) - 1n);
        const value = decode(format, a, (mxcsr & DAZ) !== 0);
        compare(
          other,
          actual,
          core.exceptions(),
          withDenormals(roundValue(other, environmentOf(mxcsr, other), value), [value]),
        );
      }),
      options,
    );
    fc.assert(
      fc.property(
        mxcsrs,
        fc.oneof(fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }), fc.bigInt({ min: -9n, max: 9n })),
        (mxcsr, n) => {
          core.useMxcsr(mxcsr);
          const actual = core.fromInteger(isDouble, n) & mask;
          const value: Value = { sign: n < 0n ? 1 : 0, numerator: n < 0n ? -n : n, denominator: 1n, isDenormal: false };
          compare(format, actual, core.exceptions(), roundValue(format, environmentOf(mxcsr, format), value));
        },
      ),
      options,
    );
    fc.assert(
      fc.property(mxcsrs, fc.constantFrom(32, 64), bits, (mxcsr, width, a) => {
        core.useMxcsr(mxcsr & ~DAZ);
        const actual = core.toIntegerOf(isDouble, width, a);
        const value = decode(format, a);
        // The integer is what rounding at the binary point gives: 0 bits are kept below it.
        const magnitude =
          isInfinite(value) || isZero(value) ? undefined : fraction(value.numerator, value.denominator).at(0);
        const mode = (mxcsr >> 13) & 3;
        const up =
          magnitude !== undefined &&
          (mode === 0
            ? magnitude.rest === 3 || (magnitude.rest === 2 && (magnitude.whole & 1n) === 1n)
            : magnitude.rest !== 0 && (mode === 2 ? value.sign === 0 : mode === 1 && value.sign === 1));
        const whole = (magnitude?.whole ?? 0n) + (up ? 1n : 0n);
        const result = value.sign === 1 ? -whole : whole;
        const fits = !isInfinite(value) && BigInt.asIntN(width, result) === result;
        const expected = fits
          ? { bits: result, flags: magnitude !== undefined && magnitude.rest !== 0 ? PE : 0 }
          : { bits: -(1n << BigInt(width - 1)), flags: IE };
        compare(format, actual, core.exceptions(), expected);
      }),
      options,
    );
  }
  checkHost(core, options);
  checkHalf(core, options);
  checkExtended(core, options);
}

/** What the host's arithmetic claims must be what the core says, whatever the bits of MXCSR that do not matter to it. */
function checkHost(core: FloatCore, options: { readonly numRuns: number }): void {
  const irrelevant = fc.nat(0xffff).map((bits) => (bits & ~0x7000) | 0x1000);
  for (const format of [SINGLE, DOUBLE]) {
    const isDouble = format === DOUBLE ? 1 : 0;
    const mask = (1n << BigInt(format === DOUBLE ? 64 : 32)) - 1n;
    const bits = patterns(format);
    fc.assert(
      fc.property(fc.nat(5), irrelevant, pairs(format), bits, (operation, mxcsr, [a, b], c) => {
        const verdict =
          operation < 4
            ? core.hostArithmetic(operation, isDouble, a, b)
            : operation === 4
              ? core.hostRoot(isDouble, a)
              : core.hostFused(isDouble, a, b, c);
        if (verdict === 0) return;
        const actual = core.hostResult() & mask;
        core.useMxcsr(mxcsr);
        const expected =
          operation < 4
            ? core.arithmetic(operation, isDouble, a, b)
            : operation === 4
              ? core.root(isDouble, a)
              : core.fused(isDouble, 0, 0, a, b, c);
        compare(format, actual, verdict === 3 ? PE : 0, { bits: expected & mask, flags: core.exceptions() });
      }),
      { ...options, numRuns: options.numRuns * 2 },
    );
    // All lanes at once: whether the result is inexact is not told.
    const lanes = fc.nat(format === DOUBLE ? 1 : 3);
    fc.assert(
      fc.property(fc.nat(4), irrelevant, lanes, pairs(format), (operation, mxcsr, lane, [a, b]) => {
        if (core.hostAtOnce(operation, isDouble, lane * (format === DOUBLE ? 8 : 4), a, b) === 0) return;
        const actual = core.hostResult() & mask;
        core.useMxcsr(mxcsr);
        const expected = operation < 4 ? core.arithmetic(operation, isDouble, a, b) : core.root(isDouble, a);
        compare(format, actual, 0, { bits: expected & mask, flags: core.exceptions() & ~PE });
      }),
      { ...options, numRuns: options.numRuns * 2 },
    );
  }
}

function checkHalf(core: FloatCore, options: { readonly numRuns: number }): void {
  fc.assert(
    fc.property(mxcsrs, patterns(HALF), (mxcsr, a) => {
      core.useMxcsr(mxcsr);
      const actual = BigInt(core.fromHalf(Number(a)) >>> 0);
      compare(SINGLE, actual, core.exceptions(), roundValue(SINGLE, environmentOf(0, SINGLE), decode(HALF, a)));
    }),
    options,
  );
  fc.assert(
    fc.property(mxcsrs, patterns(SINGLE), (mxcsr, a) => {
      core.useMxcsr(mxcsr);
      const actual = BigInt(core.toHalf(Number(a)));
      const value = decode(SINGLE, a, (mxcsr & DAZ) !== 0);
      const environment = { ...environmentOf(mxcsr, HALF), flushToZero: false };
      compare(HALF, actual, core.exceptions(), withDenormals(roundValue(HALF, environment, value), [value]));
    }),
    options,
  );
}

/** Remainder x - q y with q cut or rounded to nearest even. */
function remainder(x: Value, y: Value, isNearest: boolean): Value {
  const n = x.numerator * y.denominator;
  const d = x.denominator * y.numerator;
  let q = n / d;
  const rest = (n % d) * 2n;
  if (isNearest && (rest > d || (rest === d && (q & 1n) === 1n))) q++;
  const top = x.numerator * y.denominator - q * y.numerator * x.denominator;
  const sign = top < 0n ? x.sign ^ 1 : x.sign;
  return {
    sign: sign as 0 | 1,
    numerator: top < 0n ? -top : top,
    denominator: x.denominator * y.denominator,
    isDenormal: false,
  };
}

function checkExtended(core: FloatCore, options: { readonly numRuns: number }): void {
  fc.assert(
    fc.property(fc.nat(6), modes, fc.constantFrom(0, 2, 3), pairs(EXTENDED), (operation, mode, pc, [a, b]) => {
      core.setOperands(a & 0xffffffffffffffffn, Number(a >> 64n), b & 0xffffffffffffffffn, Number(b >> 64n));
      const values = [decode(EXTENDED, a), decode(EXTENDED, b)] as const;
      const [x, y] = values;
      const isRemainder = operation >= 5;
      if (isRemainder) {
        if ([x, y].some((value) => isInfinite(value) || isZero(value))) return;
        // A larger difference of exponents leaves a partial remainder.
        if (Number((a >> 64n) & 0x7fffn) - Number((b >> 64n) & 0x7fffn) > 60 || x.isDenormal || y.isDenormal) return;
      }
      core.extended(operation, 0x3f | (pc << 8) | (mode << 10));
      const precision = isRemainder ? 64 : ([24, 24, 53, 64][pc] ?? 64);
      const environment: Environment = { mode, precision, flushToZero: false };
      const expected = isRemainder
        ? roundValue(EXTENDED, environment, remainder(x, y, operation === 6))
        : operation === 4
          ? squareRoot(EXTENDED, environment, x)
          : arithmetic(EXTENDED, environment, operation, x, y);
      const actual = BigInt.asUintN(64, core.significand()) | (BigInt(core.signExponent()) << 64n);
      const operands = operation === 4 ? [x] : values;
      compare(EXTENDED, actual, core.exceptions(), withDenormals(expected, operands));
    }),
    { ...options, numRuns: options.numRuns * 4 },
  );
}
