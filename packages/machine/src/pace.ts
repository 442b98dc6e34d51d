/**
 * Keeps guest time from running ahead of the host's clock, for machines that somebody sits at (`pace: 'host'`).
 *
 * The guest executes as fast as it can, which is slower than its own time; only sleep is waited for. What execution
 * has lost is made up for by sleeping less, up to `MAXIMUM_LAG_MILLISECONDS`, so that the guest's clock keeps up with the
 * host's while the guest has little to do.
 */

import { hostMilliseconds } from './host.ts';

/** Lag that is not made up for any more. */
const MAXIMUM_LAG_MILLISECONDS = 50;
/** Shorter waits are not worth a timer of the host; the next one makes up for them. */
const SHORTEST_WAIT_MILLISECONDS = 0.5;
const NANOS_PER_MILLISECOND = 1e6;

export class Pacer {
  /** A moment at which both clocks agree by definition. */
  #anchorMilliseconds = 0;
  #anchorNanos = 0;

  /** From now on guest time is measured from here. */
  restart(guestNanos: number): void {
    this.#anchorMilliseconds = hostMilliseconds();
    this.#anchorNanos = guestNanos;
  }

  /** How long the host has to wait until it is `guestNanos`; 0 for not at all. */
  millisecondsUntil(guestNanos: number): number {
    const wait =
      (guestNanos - this.#anchorNanos) / NANOS_PER_MILLISECOND + this.#anchorMilliseconds - hostMilliseconds();
    if (wait < -MAXIMUM_LAG_MILLISECONDS) this.restart(guestNanos);
    return wait < SHORTEST_WAIT_MILLISECONDS ? 0 : wait;
  }

  /** Guest time that the host's clock stands for. */
  get guestNanos(): number {
    return Math.floor(this.#anchorNanos + (hostMilliseconds() - this.#anchorMilliseconds) * NANOS_PER_MILLISECOND);
  }
}
