// Waiting for a time: a task says when it wants to be woken, the timer's interrupt does it.
import { Pit } from '../drivers/pit';
import { wake, Waker, WAKER_COUNT } from './waker';

/** The tick at which a task is to be woken, per task; 0 = never. */
const WAKE_AT = memory.data(WAKER_COUNT * 8, 8);

/** Makes `wakeAfter` possible. */
export function initializeSleep(): void {
  Pit.onTick(wakeSleepers);
}

/** Has a task woken in `ticks` ticks. */
export function wakeAfter(waker: Waker, ticks: u64): void {
  store<u64>(WAKE_AT + waker * 8, Pit.ticks() + ticks);
}

/** Whether any task waits for the timer. */
export function hasSleepers(): bool {
  for (let waker: Waker = 1; waker < WAKER_COUNT; waker++) if (load<u64>(WAKE_AT + waker * 8) !== 0) return true;
  return false;
}

/** The tick: wakes the tasks whose time has come. */
function wakeSleepers(): void {
  const now = Pit.ticks();
  for (let waker: Waker = 1; waker < WAKER_COUNT; waker++) {
    const at = load<u64>(WAKE_AT + waker * 8);
    if (at === 0 || at > now) continue;
    store<u64>(WAKE_AT + waker * 8, 0);
    wake(waker);
  }
}
