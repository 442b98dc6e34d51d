// The standard library's Map with strings as keys: hashing, comparing strings, chains.
export { abort } from './abort';

const WORDS = 1000;

/** Fills a map, then changes one random word and reads another, `count` times. */
export function run(count: i32): u64 {
  const words = new StaticArray<string>(WORDS);
  const places = new Map<string, i32>();
  for (let i = 0; i < WORDS; i++) {
    words[i] = 'word number ' + (i * 7919).toString();
    places.set(words[i], i);
  }
  let seed: u32 = 1;
  let result: u64 = 0;
  for (let i = 0; i < count; i++) {
    seed = seed * 1664525 + 1013904223;
    places.set(words[(seed >> 8) % WORDS], i);
    seed = seed * 1664525 + 1013904223;
    result = result * 7 + places.get(words[(seed >> 8) % WORDS]);
  }
  return result + places.size;
}
