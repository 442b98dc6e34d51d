/**
 * One wire on which a device asks for attention. Levels only: whoever receives the line makes edges of it.
 *
 * This machine has no interrupt controller yet, so the lines of its devices end in `UNCONNECTED_LINE`.
 */

/** The device's end of an interrupt request line. */
export interface InterruptLine {
  /** Drives the line; driving the level that it already has changes nothing. */
  set(asserted: boolean): void;
}

/** A line that leads nowhere. */
export const UNCONNECTED_LINE: InterruptLine = { set() {} };
