/**
 * The transcendental functions of the x87 unit against their series in big-integer fixed point (SDM Vol. 1 8.3.10 promises an error
 * below 1 ulp): every result must be the correctly rounded one, of the argument reduced with the processor's 66 bits of pi.
 */
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { compileFloatCore, type FloatCore } from './compile.ts';
import { decode, EXTENDED, fraction, type Mode, round, type Value } from './reference.ts';

const runs = Number(process.env.LONGMODE_FLOAT_RUNS ?? 120);
const BITS = 400n;
const ONE = 1n << BITS;
const times = (a: bigint, b: bigint): bigint => (a * b) >> BITS;
const abs = (a: bigint): bigint => (a < 0n ? -a : a);

/** pi as processors have it, in fixed point. */
const PI = (0xc90fdaa22168c234cn << BITS) >> 66n;

/** Sum of first * ratio(0) * ratio(1) ... */
function series(first: bigint, ratio: (term: bigint, k: bigint) => bigint): bigint {
  let sum = 0n;
  let term = first;
  for (let k = 0n; abs(term) > 1n; k++) {
    sum += term;
    term = ratio(term, k);
  }
  return sum;
}

const sine = (x: bigint): bigint => series(x, (t, k) => -times(times(t, x), x) / ((2n * k + 2n) * (2n * k + 3n)));
const cosine = (x: bigint): bigint => series(ONE, (t, k) => -times(times(t, x), x) / ((2n * k + 1n) * (2n * k + 2n)));
const exponential = (x: bigint): bigint => series(ONE, (t, k) => times(t, x) / (k + 1n));
function oddSeries(x: bigint, sign: bigint): bigint {
  const square = times(x, x);
  let power = x;
  let sum = 0n;
  for (let k = 1n; abs(power) > 1n; k += 2n) {
    sum += power / k;
    power = sign * times(power, square);
  }
  return sum;
}
/** Halving the angle keeps the series short: atan x = 2 atan(x / (1 + sqrt(1 + x^2))). */
function arctangent(x: bigint, depth = 4): bigint {
  if (depth === 0) return oddSeries(x, -1n);
  const root = squareRoot((ONE + times(x, x)) << BITS);
  return 2n * arctangent((x << BITS) / (ONE + root), depth - 1);
}
function squareRoot(n: bigint): bigint {
  let guess = 1n << BigInt((n.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (guess + n / guess) >> 1n;
    if (next >= guess) return guess;
    guess = next;
  }
}
const TRUE_PI = 4n * arctangent(ONE);
const LN2 = 2n * oddSeries(ONE / 3n, 1n);
const ln = (x: bigint): bigint => {
  let k = 0n;
  let m = x;
  while (m >= 2n * ONE) {
    m >>= 1n;
    k++;
  }
  while (m < ONE) {
    m <<= 1n;
    k--;
  }
  return k * LN2 + 2n * oddSeries(((m - ONE) << BITS) / (m + ONE), 1n);
};

const fixed = ({ sign, numerator, denominator }: Value): bigint => {
  const value = (numerator << BITS) / denominator;
  return sign === 1 ? -value : value;
};

/** |x| less the nearest multiple of a quarter turn in the processor's pi, exactly, and the number of quarters. */
function reduced(x: Value): { angle: bigint; quarters: bigint } {
  // pi/2 is this many units of 2^-67.
  const half = 0xc90fdaa22168c234cn;
  const scaled = x.numerator << 67n;
  const modulus = half * x.denominator;
  const quarters = (2n * scaled + modulus) / (2n * modulus);
  return { angle: ((scaled - quarters * modulus) << (BITS - 67n)) / x.denominator, quarters };
}

/** Sine or cosine with the processor's pi. */
function trigonometric(isSine: boolean, x: Value): bigint {
  const { angle, quarters } = reduced(x);
  const magnitude = isSine === (quarters % 2n === 0n) ? sine(angle) : cosine(angle);
  const isNegative = ((quarters + (isSine ? 0n : 1n)) >> 1n) % 2n === 1n;
  const value = isNegative ? -magnitude : magnitude;
  return isSine && x.sign === 1 ? -value : value;
}

let core: FloatCore;
beforeAll(async () => {
  core = await compileFloatCore();
}, 60_000);

const significands = fc.bigInt({ min: 1n << 63n, max: (1n << 64n) - 1n });
const number = (least: number, most: number): fc.Arbitrary<bigint> =>
  fc
    .tuple(fc.nat(1), fc.integer({ min: least, max: most }), significands)
    .map(([sign, exponent, significand]) => (BigInt((sign << 15) | (exponent + 16383)) << 64n) | significand);
const mode = fc.integer({ min: 0, max: 3 }) as fc.Arbitrary<Mode>;

/** Runs one function and compares with `reference`, whose fixed-point value is far more exact than a result. */
function check(operation: number, a: bigint, b: bigint, rounding: Mode, reference: bigint): void {
  core.setOperands(a & 0xffffffffffffffffn, Number(a >> 64n), b & 0xffffffffffffffffn, Number(b >> 64n));
  core.transcendental(operation, 0x33f | (rounding << 10));
  const actual = BigInt.asUintN(64, core.significand()) | (BigInt(core.signExponent()) << 64n);
  const environment = { mode: rounding, precision: 64, flushToZero: false };
  const { bits } = round(EXTENDED, environment, reference < 0n ? 1 : 0, fraction(abs(reference), ONE));
  expect(actual.toString(16)).toBe(bits.toString(16));
}

test.each([
  ['FSIN', 0, (x: Value) => trigonometric(true, x)],
  ['FCOS', 1, (x: Value) => trigonometric(false, x)],
  ['FPTAN', 2, (x: Value) => (trigonometric(true, x) << BITS) / trigonometric(false, x)],
])('%s', (_, operation, reference) => {
  fc.assert(
    fc.property(fc.oneof(number(-20, 5), number(5, 62)), mode, (a, rounding) => {
      check(operation, a, a, rounding, reference(decode(EXTENDED, a)));
    }),
    { numRuns: runs },
  );
});

test('FPATAN', () => {
  fc.assert(
    fc.property(number(-8, 8), number(-8, 8), mode, (a, b, rounding) => {
      const x = decode(EXTENDED, a);
      const y = decode(EXTENDED, b);
      const [n, d] = [y.numerator * x.denominator, y.denominator * x.numerator];
      let angle = n > d ? TRUE_PI / 2n - arctangent((d << BITS) / n) : arctangent((n << BITS) / d);
      if (x.sign === 1) angle = TRUE_PI - angle;
      check(3, a, b, rounding, y.sign === 1 ? -angle : angle);
    }),
    { numRuns: runs / 3 },
  );
});

test('F2XM1', () => {
  fc.assert(
    fc.property(number(-20, -1), mode, (a, rounding) => {
      check(4, a, a, rounding, exponential(times(fixed(decode(EXTENDED, a)), LN2)) - ONE);
    }),
    { numRuns: runs },
  );
});

test('FYL2X and FYL2XP1', () => {
  const positive = number(-40, 40).map((a) => a & ~(1n << 79n));
  fc.assert(
    fc.property(
      fc.oneof(
        positive,
        positive.map((a) => (a & 0xffffffffffffffffn) | (0x3fffn << 64n)),
      ),
      number(-3, 3),
      mode,
      (a, b, rounding) => {
        const logarithm = (ln(fixed(decode(EXTENDED, a))) << BITS) / LN2;
        if (logarithm === 0n) return;
        check(5, a, b, rounding, times(logarithm, fixed(decode(EXTENDED, b))));
      },
    ),
    { numRuns: runs / 2 },
  );
  fc.assert(
    fc.property(number(-20, -3), number(-3, 3), mode, (a, b, rounding) => {
      const logarithm = (ln(ONE + fixed(decode(EXTENDED, a))) << BITS) / LN2;
      check(6, a, b, rounding, times(logarithm, fixed(decode(EXTENDED, b))));
    }),
    { numRuns: runs / 2 },
  );
});

test('the pi of the processor differs from the true one in the 67th bit', () => {
  expect(abs(TRUE_PI - PI) >> (BITS - 70n)).toBeGreaterThan(0n);
});
