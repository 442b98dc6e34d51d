// What translated code calls when the fast TLB does not settle an access. These functions never raise a fault: where the
// interpreter would do anything else than read or write plain RAM they return 0, and the region is left before the instruction,
// which the interpreter then executes, with its device or its write to code. A page fault is noted: whoever called the region
// raises it.

import { hitsCode, pageHasCode } from '../blocks';
import { BOUNCE, PAGE_BYTES, ramBase, ramBytes } from '../layout';
import { is64BitMode } from '../mode';
import { ACCESS_READ, ACCESS_WRITE, AS_CURRENT, FOUND, find } from '../paging';
import { isCanonical } from '../slow-memory';
import { isWatchedPage, watchesData } from '../system/breakpoints';
import { checksAlignment, fillRead, fillWrite, foundPhysical, foundRights } from '../tlb';

/** Whether the interpreter has to do this access, whatever the page tables say. */
@inline
function isPeculiar(linear: u64, bytes: u32): bool {
  const last = linear + bytes - 1;
  if (checksAlignment() || (watchesData && (isWatchedPage(linear) || isWatchedPage(last)))) return true;
  return is64BitMode() ? !isCanonical(linear) || !isCanonical(last) : last >> 32 != 0;
}

/** The last access was a page fault, which nobody has raised yet: its linear address and error code. */
let hasPageFault: bool = false;
export let faultLinear: u64 = 0;
export let faultCode: u32 = 0;

/** Whether there is such a page fault; afterwards there is none. */
export function takePageFault(): bool {
  const had = hasPageFault;
  hasPageFault = false;
  return had;
}

/** Physical address of a RAM page that may be accessed, or -1. */
function ramPage(linear: u64, access: u32): u64 {
  const code = find(linear, access, AS_CURRENT);
  if (code != FOUND) {
    hasPageFault = true;
    faultLinear = linear;
    faultCode = code;
    return ~(<u64>0);
  }
  return foundPhysical + PAGE_BYTES <= <u64>ramBytes ? foundPhysical : ~(<u64>0);
}

/** Host address where `bytes` at `linear` can be read, or 0. Bytes of two pages are gathered in the bounce buffer. */
export function jitRead(linear: u64, bytes: u32): u32 {
  if (isPeculiar(linear, bytes)) return 0;
  const offset = (<u32>linear) & (PAGE_BYTES - 1);
  const page = ramPage(linear, ACCESS_READ);
  if (page == ~(<u64>0)) return 0;
  const host = <u32>(ramBase + <usize>page);
  if (offset + bytes <= PAGE_BYTES) {
    fillRead(linear, host, foundRights);
    return host + offset;
  }
  const first = PAGE_BYTES - offset;
  const upper = ramPage(linear + first, ACCESS_READ);
  if (upper == ~(<u64>0)) return 0;
  memory.copy(BOUNCE, host + offset, first);
  memory.copy(BOUNCE + first, ramBase + <usize>upper, bytes - first);
  return <u32>BOUNCE;
}

/** Host address where `bytes` at `linear` can be written, or 0: two pages, or bytes beside which there is decoded code. */
export function jitWrite(linear: u64, bytes: u32): u32 {
  const offset = (<u32>linear) & (PAGE_BYTES - 1);
  if (offset + bytes > PAGE_BYTES || isPeculiar(linear, bytes)) return 0;
  const page = ramPage(linear, ACCESS_WRITE);
  if (page == ~(<u64>0)) return 0;
  const host = <u32>(ramBase + <usize>page);
  if (!pageHasCode(<u32>(page >> 12))) fillWrite(linear, host, foundRights);
  else if (hitsCode(<u32>page + offset, bytes)) return 0;
  return host + offset;
}
