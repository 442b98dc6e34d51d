// Guest memory by linear address. The fast path is one compare: `linear ^ tag` is the offset in the page if the page is
// cached, and anything larger if it is another page, if the access would cross the page's end, or if the entry is empty
// (SDM Vol. 3A 4.10 caches translations in the same way). Everything else is in slow-memory.ts.

import { BOUNCE, PAGE_BYTES } from './layout';
import { commitBounce, slowRead, slowStore, slowWrite } from './slow-memory';
import { ENTRY_ADDEND, INDEX_MASK, INDEX_SHIFT, readTable, writeTable } from './tlb';

/** Host address of the last `hostForWrite`, where `finishWrite` stores. */
let writeHost: usize = 0;

/** Host address where T at `linear` can be read. */
@inline
export function hostForRead<T>(r: usize, linear: u64): usize {
  const entry = readTable + (((<usize>linear) >> INDEX_SHIFT) & INDEX_MASK);
  const offset = linear ^ load<u64>(entry);
  return offset <= PAGE_BYTES - sizeof<T>()
    ? <usize>linear + <usize>load<u32>(entry, ENTRY_ADDEND)
    : slowRead(r, linear, sizeof<T>());
}

/** Host address where T at `linear` can be read and then written by `finishWrite`. */
@inline
export function hostForWrite<T>(r: usize, linear: u64): usize {
  const entry = writeTable + (((<usize>linear) >> INDEX_SHIFT) & INDEX_MASK);
  const offset = linear ^ load<u64>(entry);
  const host =
    offset <= PAGE_BYTES - sizeof<T>()
      ? <usize>linear + <usize>load<u32>(entry, ENTRY_ADDEND)
      : slowWrite(r, linear, sizeof<T>());
  writeHost = host;
  return host;
}

/** Stores what belongs to the last `hostForWrite`. */
@inline
export function finishWrite<T>(value: T): void {
  store<T>(writeHost, value, 0, 1);
  if (writeHost == BOUNCE) commitBounce();
}

@inline
export function loadGuest<T>(r: usize, linear: u64): T {
  return load<T>(hostForRead<T>(r, linear), 0, 1);
}

@inline
export function storeGuest<T>(r: usize, linear: u64, value: T): void {
  const entry = writeTable + (((<usize>linear) >> INDEX_SHIFT) & INDEX_MASK);
  const offset = linear ^ load<u64>(entry);
  if (offset <= PAGE_BYTES - sizeof<T>()) {
    store<T>(<usize>linear + <usize>load<u32>(entry, ENTRY_ADDEND), value, 0, 1);
  } else slowStore(r, linear, sizeof<T>(), <u64>value);
}
