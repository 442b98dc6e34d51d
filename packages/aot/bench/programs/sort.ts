// Quicksort with insertion sort for short parts: compares, swaps, recursion.
export { abort } from './abort';

const NUMBERS = new StaticArray<i32>(200_000);

/** Sorts `count` numbers; their sum, each times its place. */
export function run(count: i32): u64 {
  const numbers = NUMBERS;
  let seed: u32 = 12345;
  for (let i = 0; i < count; i++) {
    seed = seed * 1664525 + 1013904223;
    numbers[i] = seed >> 3;
  }
  sort(numbers, 0, count - 1);
  let result: u64 = 0;
  for (let i = 0; i < count; i++) result = result * 3 + numbers[i];
  return result;
}

function sort(numbers: StaticArray<i32>, low: i32, high: i32): void {
  while (high - low > 12) {
    const pivot = numbers[(low + high) >> 1];
    let i = low;
    let j = high;
    while (i <= j) {
      while (numbers[i] < pivot) i++;
      while (numbers[j] > pivot) j--;
      if (i <= j) {
        const other = numbers[i];
        numbers[i] = numbers[j];
        numbers[j] = other;
        i++;
        j--;
      }
    }
    if (j - low < high - i) {
      sort(numbers, low, j);
      low = i;
    } else {
      sort(numbers, i, high);
      high = j;
    }
  }
  for (let i = low + 1; i <= high; i++) {
    const value = numbers[i];
    let j = i - 1;
    while (j >= low && numbers[j] > value) {
      numbers[j + 1] = numbers[j];
      j--;
    }
    numbers[j + 1] = value;
  }
}
