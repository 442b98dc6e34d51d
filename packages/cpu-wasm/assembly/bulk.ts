// Copies and fills of whole runs of bytes. In Wasm they are single instructions; the JavaScript twin is built without them,
// and what the compiler puts in their place goes byte by byte, so it asks the host, whose typed arrays do it at once.

@external("env", "copyBytes")
declare function hostCopy(to: usize, from: usize, bytes: usize): void;

@external("env", "fillBytes")
declare function hostFill(to: usize, value: u32, bytes: usize): void;

/** Below this many bytes a call of the host costs more than the loop. */
const WORTH_A_CALL: usize = 64;

/** Copies as if through a buffer: the runs may overlap. */
@inline
export function copyBytes(to: usize, from: usize, bytes: usize): void {
  if (isDefined(JS_ENGINE)) {
    if (bytes >= WORTH_A_CALL) hostCopy(to, from, bytes);
    else memory.copy(to, from, bytes);
  } else memory.copy(to, from, bytes);
}

@inline
export function fillBytes(to: usize, value: u8, bytes: usize): void {
  if (isDefined(JS_ENGINE)) {
    if (bytes >= WORTH_A_CALL) hostFill(to, <u32>value, bytes);
    else memory.fill(to, value, bytes);
  } else memory.fill(to, value, bytes);
}
