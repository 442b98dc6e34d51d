// A task: something that goes on whenever there is something for it to do, and gives the processor back by itself. That
// is all that an `async` function is underneath: an object with a method that continues where it was.
import { Waker } from './waker';

/** What a task says when it gives the processor back. */
export enum Poll {
  /** It waits; whoever it waits for wakes it. */
  Pending,
  /** It is done. */
  Ready,
}

/** Something that the executor runs. */
export abstract class Task {
  /** Its number, by which it is woken; 0 until it is spawned. */
  waker: Waker = 0;
  /** How often it was polled. */
  polls: u64 = 0;

  constructor(public readonly name: string) {}

  /** Goes on as far as possible without waiting. */
  abstract poll(): Poll;
}
