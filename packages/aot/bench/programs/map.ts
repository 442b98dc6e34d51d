// Counting words in the standard library's Map: hashing, comparing strings, chains.
export { abort } from './abort';

const WORDS = 1000;

/** Counts `count` random words; a sum over all counts. */
export function run(count: i32): u64 {
  const words = new StaticArray<string>(WORDS);
  for (let i = 0; i < WORDS; i++) words[i] = 'word number ' + (i * 7919).toString();
  const counts = new Map<string, i32>();
  let seed: u32 = 1;
  for (let i = 0; i < count; i++) {
    seed = seed * 1664525 + 1013904223;
    const word = words[(seed >> 8) % WORDS];
    counts.set(word, counts.has(word) ? counts.get(word) + 1 : 1);
  }
  let result: u64 = 0;
  for (let i = 0; i < WORDS; i++) {
    const word = words[i];
    if (counts.has(word)) result = result * 7 + counts.get(word);
  }
  return result;
}
