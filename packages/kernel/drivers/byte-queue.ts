// A queue between an interrupt handler and the code that has time: a ring of bytes in static memory, so that adding one
// allocates nothing and never waits. One side writes `tail`, the other `head`, so neither needs a lock.
//
//     +---+---+---+---+---+---+---+---+
//     |   |   | a | b | c |   |   |   |     head: the next to take; tail: the next free place; equal = empty
//     +---+---+---+---+---+---+---+---+
//               ^ head      ^ tail

import { wake, Waker } from '../tasks/waker';

/** Places; one of them always stays free, because a full ring would look like an empty one. */
export const QUEUE_CAPACITY: u32 = 128;

/** A ring of bytes. Make one by `changetype<ByteQueue>(memory.data(offsetof<ByteQueue>() + QUEUE_CAPACITY))`. */
@unmanaged
export class ByteQueue {
  private head: u32;
  private tail: u32;
  /** The task that waits for bytes. */
  waker: Waker;
  /** Bytes that found no place. */
  lostCount: u32;

  get isEmpty(): bool {
    return this.head === this.tail;
  }

  /** Adds a byte; if there is no room it is lost. */
  push(byte: u32): void {
    const next = (this.tail + 1) % QUEUE_CAPACITY;
    if (next === this.head) {
      this.lostCount++;
      return;
    }
    store<u8>(changetype<usize>(this) + offsetof<ByteQueue>() + this.tail, byte);
    this.tail = next;
    wake(this.waker);
  }

  /** Takes the oldest byte, or -1 if there is none. */
  take(): i32 {
    if (this.isEmpty) return -1;
    const byte = load<u8>(changetype<usize>(this) + offsetof<ByteQueue>() + this.head);
    this.head = (this.head + 1) % QUEUE_CAPACITY;
    return byte;
  }
}
