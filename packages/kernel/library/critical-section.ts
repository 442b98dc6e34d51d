// Work that must not be left in the middle, such as a change of the heap's lists: whoever could abandon the running code
// for another (`interrupts/recovery.ts`) asks here first.

let depth: u32 = 0;

/** From here on, the running code must not be abandoned. */
export function enterCriticalSection(): void {
  depth++;
}

/** It may be abandoned again. */
export function leaveCriticalSection(): void {
  depth--;
}

/** Whether the running code is in the middle of something. */
export function isInCriticalSection(): bool {
  return depth !== 0;
}
