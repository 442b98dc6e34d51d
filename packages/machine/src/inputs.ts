/**
 * The one door through which anything enters the machine from outside: keys and serial bytes.
 *
 * Input enters between two instructions, when all alarms of that moment have rung, and is recorded with the point of
 * guest time. Entering the recorded events again at the same points gives the same run; a run that comes by such a point
 * in another state has diverged from the recording (another image, other options) and fails.
 */

import type { Input, InputEvent } from './api.ts';
import { isKeyCode } from './keyboard/key-codes.ts';

/** What the door needs of the machine. */
export interface InputOwner {
  /** Inside an instruction, where nothing may enter. */
  readonly isInsideCore: boolean;
  readonly instructions: number;
  readonly nowNanos: number;
  /** Input wants in: the machine comes to its next boundary as soon as it can. */
  inputWaits(): void;
  apply(input: Input): void;
}

export class Inputs {
  readonly #owner: InputOwner;
  readonly #replay: readonly InputEvent[];
  #nextReplay = 0;
  readonly #recorded: InputEvent[] = [];
  /** Given from inside an instruction. */
  #waiting: Input[] = [];

  /** @throws RangeError if `replay` is no list of input events in order of time */
  constructor(owner: InputOwner, replay: readonly InputEvent[] = []) {
    replay.forEach((event, i) => {
      const mistake = mistakeIn(event, replay[i - 1]);
      if (mistake) throw new RangeError(`inputs[${i}]: ${mistake}, got ${JSON.stringify(event)}`);
    });
    this.#owner = owner;
    this.#replay = replay;
  }

  get recorded(): readonly InputEvent[] {
    return this.#recorded;
  }

  /** When the next event of the recording enters; Infinity without one. */
  get nextReplayNanos(): number {
    return this.#replay[this.#nextReplay]?.timeNanos ?? Infinity;
  }

  /** Lets input in now, or behind the instruction that is under way. */
  enter(input: Input): void {
    this.#owner.inputWaits();
    if (this.#owner.isInsideCore) this.#waiting.push(input);
    else this.#let(input);
  }

  /** Between two instructions: lets in what waits, and what the recording has for this moment. */
  atBoundary(): void {
    const { nowNanos, instructions } = this.#owner;
    for (
      let due = this.#replay[this.#nextReplay];
      due && due.timeNanos <= nowNanos;
      due = this.#replay[this.#nextReplay]
    ) {
      if (due.timeNanos !== nowNanos || due.instructions !== instructions) {
        throw new Error(
          `the run differs from the recorded one: input ${this.#nextReplay} entered after ${due.instructions} instructions ` +
            `at ${due.timeNanos} ns, but this run is at ${instructions} instructions, ${nowNanos} ns; ` +
            'a recording fits the image and options it was made with',
        );
      }
      this.#nextReplay++;
      const { instructions: _, timeNanos: __, ...input } = due;
      this.#let(input);
    }
    if (this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const input of waiting) this.#let(input);
  }

  #let(input: Input): void {
    const { instructions, nowNanos } = this.#owner;
    this.#recorded.push({ instructions, timeNanos: nowNanos, ...input });
    this.#owner.apply(input);
  }
}

/** What is wrong with an event of a recording, which may come from a file. */
function mistakeIn(event: InputEvent, before: InputEvent | undefined): string | undefined {
  if (typeof event !== 'object' || event === null) return 'expected an object';
  const { instructions, timeNanos } = event;
  if (!Number.isSafeInteger(instructions) || !Number.isSafeInteger(timeNanos) || instructions < 0 || timeNanos < 0) {
    return 'expected whole numbers of instructions and timeNanos';
  }
  if (before && (timeNanos < before.timeNanos || instructions < before.instructions))
    return 'expected events in order of time';
  if (event.kind === 'key') {
    return isKeyCode(event.code) && typeof event.down === 'boolean'
      ? undefined
      : 'expected the code of a key, and down';
  }
  if (event.kind === 'serial') {
    const isByte = (value: unknown) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 0xff;
    return [1, 2, 3, 4].includes(event.port) && Array.isArray(event.bytes) && event.bytes.every(isByte)
      ? undefined
      : 'expected a port from 1 to 4 and bytes';
  }
  return 'expected the kind "key" or "serial"';
}
