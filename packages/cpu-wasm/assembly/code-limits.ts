// Numbers for the limits of code segments. What a block holds depends on the limit of CS, as a link does (SDM Vol. 3A 5.3: a fetch or
// a branch beyond it is #GP), and a limit is too long for the mode key; its number is not. Real-address mode and virtual-8086 mode
// need one number, a system of flat segments none. What is left out: no number is ever given back alone. When all are taken, the
// code cache is emptied, and numbering starts anew.

import { forgetAllBlocks } from './blocks';
import { CODE_LIMITS } from './layout';

/** Number of the limit of 4 GiB - 1 byte, which no offset of 32 bits is beyond. */
export const UNLIMITED: u32 = 0;
/** The last number; it must fit into the mode key. */
const LAST_NUMBER: u32 = 255;

/** Limits that have a number; that of number n is the n-th. */
let numbered: u32 = 0;
let lastLimit: u32 = 0xffffffff;
let lastNumber: u32 = UNLIMITED;

@inline
function limitAt(number: u32): usize {
  return CODE_LIMITS + ((<usize>number) << 2);
}

/** Number of a limit in bytes, 0 to 255. Two limits never have the same one while blocks of both exist; may empty the code cache. */
export function numberOfLimit(limit: u32): u32 {
  if (limit != lastLimit) {
    lastLimit = limit;
    lastNumber = limit == 0xffffffff ? UNLIMITED : find(limit);
  }
  return lastNumber;
}

function find(limit: u32): u32 {
  for (let number: u32 = 1; number <= numbered; number++) {
    if (load<u32>(limitAt(number)) == limit) return number;
  }
  if (numbered == LAST_NUMBER) {
    forgetAllBlocks();
    numbered = 0;
  }
  numbered++;
  store<u32>(limitAt(numbered), limit);
  return numbered;
}
