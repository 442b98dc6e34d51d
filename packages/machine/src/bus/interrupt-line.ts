/**
 * One wire on which a device asks for attention. Levels only: whoever receives the line makes edges of it.
 */

/** The device's end of an interrupt request line. */
export interface InterruptLine {
  /** Drives the line; driving the level that it already has changes nothing. */
  set(asserted: boolean): void;
}

/** Ends for several devices of one line, which is asserted as long as one of them asserts it. */
export function shareLine(line: InterruptLine, count: number): InterruptLine[] {
  const asserted = new Array<boolean>(count).fill(false);
  return asserted.map((_, i) => ({
    set: (value) => {
      asserted[i] = value;
      line.set(asserted.includes(true));
    },
  }));
}
