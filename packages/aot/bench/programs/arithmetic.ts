// 64-bit arithmetic: a random generator, modular powers, division, bit counting, rotation.
export { abort } from './abort';

/** A digest of `rounds` rounds. */
export function run(rounds: i32): u64 {
  let state: u64 = 0x9e3779b97f4a7000;
  let result: u64 = 0;
  for (let i = 0; i < rounds; i++) {
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    const value = state * (0x2545f4914f6cd000 + 0xd1d);
    result += power(value >> 40, (value & 0xff) | 1, 0xfffffffb);
    result = rotl(result, 7) ^ (value / ((state >> 48) | 1));
    result += clz(value) + (ctz(value | (1 << 40)) << 1);
    result ^= <u64>((<i64>value >> 5) % 1000003);
  }
  return result;
}

function power(base: u64, exponent: u64, modulus: u64): u64 {
  let result: u64 = 1;
  base %= modulus;
  while (exponent !== 0) {
    if (exponent & 1) result = (result * base) % modulus;
    base = (base * base) % modulus;
    exponent >>= 1;
  }
  return result;
}
