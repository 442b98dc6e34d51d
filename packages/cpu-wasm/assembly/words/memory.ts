// The memory words of a template (compare assembly/memory.ts). The stitcher emits the inline TLB check for each of them. An
// access that the check and its helper can't do leaves the translated code before the instruction has had any effect.

@external("word", "load8")
declare function load8(linear: u64): u32;

@external("word", "load16")
declare function load16(linear: u64): u32;

@external("word", "load32")
declare function load32(linear: u64): u32;

@external("word", "load64")
declare function load64(linear: u64): u64;

@external("word", "loadForWrite8")
declare function loadForWrite8(linear: u64): u32;

@external("word", "loadForWrite16")
declare function loadForWrite16(linear: u64): u32;

@external("word", "loadForWrite32")
declare function loadForWrite32(linear: u64): u32;

@external("word", "loadForWrite64")
declare function loadForWrite64(linear: u64): u64;

@external("word", "store8")
declare function store8(linear: u64, value: u32): void;

@external("word", "store16")
declare function store16(linear: u64, value: u32): void;

@external("word", "store32")
declare function store32(linear: u64, value: u32): void;

@external("word", "store64")
declare function store64(linear: u64, value: u64): void;

@external("word", "finish8")
declare function finish8(value: u32): void;

@external("word", "finish16")
declare function finish16(value: u32): void;

@external("word", "finish32")
declare function finish32(value: u32): void;

@external("word", "finish64")
declare function finish64(value: u64): void;

@external("word", "hostForRead8")
declare function hostForRead8(linear: u64): usize;

@external("word", "hostForRead16")
declare function hostForRead16(linear: u64): usize;

@external("word", "hostForRead32")
declare function hostForRead32(linear: u64): usize;

@external("word", "hostForRead64")
declare function hostForRead64(linear: u64): usize;

@external("word", "hostForWrite8")
declare function hostForWrite8(linear: u64): usize;

@external("word", "hostForWrite16")
declare function hostForWrite16(linear: u64): usize;

@external("word", "hostForWrite32")
declare function hostForWrite32(linear: u64): usize;

@external("word", "hostForWrite64")
declare function hostForWrite64(linear: u64): usize;

@inline
export function hostForRead<T>(r: usize, linear: u64): usize {
  if (sizeof<T>() == 1) return hostForRead8(linear);
  if (sizeof<T>() == 2) return hostForRead16(linear);
  if (sizeof<T>() == 4) return hostForRead32(linear);
  return hostForRead64(linear);
}

@inline
export function hostForWrite<T>(r: usize, linear: u64): usize {
  if (sizeof<T>() == 1) return hostForWrite8(linear);
  if (sizeof<T>() == 2) return hostForWrite16(linear);
  if (sizeof<T>() == 4) return hostForWrite32(linear);
  return hostForWrite64(linear);
}

@inline
export function finishWrite<T>(value: T): void {
  if (sizeof<T>() == 1) finish8(<u32>value);
  else if (sizeof<T>() == 2) finish16(<u32>value);
  else if (sizeof<T>() == 4) finish32(<u32>value);
  else finish64(<u64>value);
}

@inline
export function loadGuest<T>(r: usize, linear: u64): T {
  if (sizeof<T>() == 1) return <T>load8(linear);
  if (sizeof<T>() == 2) return <T>load16(linear);
  if (sizeof<T>() == 4) return <T>load32(linear);
  return <T>load64(linear);
}

/** Reads what `finishWrite` is going to replace. */
@inline
export function loadForWrite<T>(linear: u64): T {
  if (sizeof<T>() == 1) return <T>loadForWrite8(linear);
  if (sizeof<T>() == 2) return <T>loadForWrite16(linear);
  if (sizeof<T>() == 4) return <T>loadForWrite32(linear);
  return <T>loadForWrite64(linear);
}

@inline
export function storeGuest<T>(r: usize, linear: u64, value: T): void {
  if (sizeof<T>() == 1) store8(linear, <u32>value);
  else if (sizeof<T>() == 2) store16(linear, <u32>value);
  else if (sizeof<T>() == 4) store32(linear, <u32>value);
  else store64(linear, <u64>value);
}
