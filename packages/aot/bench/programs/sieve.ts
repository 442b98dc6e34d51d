// Sieve of Eratosthenes: byte loads and stores, simple loops.
export { abort } from './abort';

const FLAGS = new StaticArray<u8>(1_000_001);

/** Sum of the primes up to `limit`. */
export function run(limit: i32): u64 {
  const flags = FLAGS;
  for (let i = 0; i <= limit; i++) flags[i] = 1;
  for (let i = 2; i * i <= limit; i++) {
    if (flags[i]) for (let j = i * i; j <= limit; j += i) flags[j] = 0;
  }
  let sum: u64 = 0;
  for (let i = 2; i <= limit; i++) if (flags[i]) sum += i;
  return sum;
}
