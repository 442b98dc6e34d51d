// How an interrupt tells a task that there is something to do: it sets a bit. Nothing else may happen in an interrupt;
// the executor, which looks at the bits, does the rest when it has time.

/** The number of a task: its bit. 0 is nobody. */
export type Waker = u32;

/** Numbers there are, 0 included. */
export const WAKER_COUNT: u32 = 64;

let ready: u64 = 0;

/** Has a task polled. Call it from interrupt handlers, or with interrupts off. */
export function wake(waker: Waker): void {
  ready |= (<u64>1) << waker;
}

/** Takes all bits. Call it with interrupts off. */
export function takeReady(): u64 {
  const taken = ready & ~1; // nobody's bit
  ready = 0;
  return taken;
}
