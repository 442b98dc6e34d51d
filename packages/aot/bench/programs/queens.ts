// N queens by backtracking over bit masks: recursion, bit operations.
export { abort } from './abort';

/** Number of ways to put `size` queens on a board. */
export function run(size: i32): u64 {
  return place((1 << size) - 1, 0, 0, 0);
}

function place(all: u32, columns: u32, left: u32, right: u32): u64 {
  if (columns === all) return 1;
  let count: u64 = 0;
  let free = all & ~(columns | left | right);
  while (free !== 0) {
    const bit = free & -free;
    free ^= bit;
    count += place(all, columns | bit, (left | bit) << 1, (right | bit) >> 1);
  }
  return count;
}
