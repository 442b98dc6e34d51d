// What a region's blocks cost of the budget. Each block is charged as a whole where it begins, as in `charge` of blocks.ts, but the
// subtraction is put off while nothing can leave the region, so that straight code which is cut into blocks pays once. What has been
// put off is known when the code is written.

import { byte, get, i32const, set } from './bytes';
import { REGION_BUDGET } from './emit';

const WASM_I32_SUB: u32 = 0x6b;

/** Instructions of the blocks so far that have not been subtracted. */
let pending: u32 = 0;

/** Begins a node that is reached over branches: all of them have settled. */
export function startCharge(): void {
  pending = 0;
}

/** Charges a block. */
export function charge(count: u32): void {
  pending += count;
}

/** What is put off here. For the two arms of a branch. */
export function pendingCharge(): u32 {
  return pending;
}

/** The other arm begins with what was put off before the branch. */
export function resumeCharge(count: u32): void {
  pending = count;
}

/** Subtracts what has been put off: whatever comes next may look at the budget or leave. */
export function settleCharge(): void {
  if (pending == 0) return;
  get(REGION_BUDGET);
  i32const(<i32>pending);
  byte(WASM_I32_SUB);
  set(REGION_BUDGET);
  pending = 0;
}
