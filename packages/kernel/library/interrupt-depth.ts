// How deep the kernel is in interrupt handlers. What must not happen there, such as an allocation (the code that was
// interrupted may be in the middle of one), asks here first. The common entry of all handlers counts.

let depth: u32 = 0;

/** A handler begins. */
export function enterInterrupt(): void {
  depth++;
}

/** A handler is about to return. */
export function leaveInterrupt(): void {
  depth--;
}

/** Whether this code runs in a handler. */
export function isInInterrupt(): bool {
  return depth !== 0;
}
