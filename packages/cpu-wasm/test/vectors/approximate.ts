/**
 * Closeness of results whose last bits differ between processors (SDM Vol. 1 8.3.10: an error below 1 ulp in the nearest mode, 1.5
 * ulp in the others; two processors may stand on either side of the true value).
 */

const SIGNIFICAND = (1n << 64n) - 1n;
const MAX_ULPS = 3n;

/** Whether two double extended reals are the same but for a few units in the last place. */
export function isClose80(a: bigint, b: bigint): boolean {
  const difference = ordinal(a) - ordinal(b);
  return difference <= MAX_ULPS && difference >= -MAX_ULPS;
}

/** Numbers in the order of their values, neighbours differing by 1. */
function ordinal(bits: bigint): bigint {
  const exponent = (bits >> 64n) & 0x7fffn;
  const magnitude = (exponent << 63n) + (bits & SIGNIFICAND);
  return bits >> 79n !== 0n ? -magnitude : magnitude;
}
