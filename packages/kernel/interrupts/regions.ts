// Names for places in memory, so that a fault can say what it hit: "the guard page below the double fault stack" tells
// more than 0x4001a000. Whoever lays out memory registers what it made. The table is static: a fault has to be able to
// read it whatever state the heap is in.
import { print } from '../library/print';
import { isCanonical } from '../memory/page';

const MAXIMUM_COUNT: u32 = 48;

/** One named range of linear addresses. */
@unmanaged
class Region {
  start: u64;
  /** First address behind it. */
  end: u64;
  /** A static text, as a sentence would name the place: `the stack of ...`. */
  name: usize;
}

const REGIONS = memory.data(MAXIMUM_COUNT * 24, 8);
let count: u32 = 0;

/** The named places. Where two overlap, the one registered last counts. */
export namespace Regions {
  /** Gives a range a name. `name` has to be a literal: it is kept as it is. */
  export function add(start: u64, end: u64, name: string): void {
    assert(count < MAXIMUM_COUNT, 'too many named regions of memory');
    const region = at(count);
    region.start = start;
    region.end = end;
    region.name = changetype<usize>(name);
    count++;
  }

  /** Prints the name of the place where `address` is, or that it has none. */
  export function printPlace(address: u64): void {
    for (let i = count; i > 0; i--) {
      const region = at(i - 1);
      if (address < region.start || address >= region.end) continue;
      print(changetype<string>(region.name));
      return;
    }
    print(isCanonical(address) ? 'memory that nothing uses' : 'no address: bits 63 to 47 differ');
  }
}

function at(index: u32): Region {
  return changetype<Region>(REGIONS + index * offsetof<Region>());
}
