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

/** How many handlers are running, the calling one included: more than one if a handler was itself interrupted. */
export function interruptDepth(): u32 {
  return depth;
}

/** Forgets all handlers but the running one: it is about to resume code that none of them had interrupted. */
export function forgetInterruptedHandlers(): void {
  depth = 1;
}
