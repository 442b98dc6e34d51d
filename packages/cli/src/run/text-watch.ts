/**
 * The texts that a run looks for, on the screen and in what the guest sends to its first serial port: `--until` ends it,
 * `--fail-on` ends it with a failure, `--expect` must have been seen when it ends. Looked at now and then, at points of
 * guest time, and once more at the end.
 */
import type { Machine } from '@longmode/machine';

/** What to look for. */
export interface WatchedTexts {
  readonly until?: RegExp;
  readonly failOn: readonly RegExp[];
  readonly expect: readonly RegExp[];
}

/** Looks at one machine. */
export class TextWatch {
  /** The first text of `failOn` that was seen. */
  failure: RegExp | undefined;
  private readonly machine: Machine;
  private readonly texts: WatchedTexts;
  private readonly missing: Set<RegExp>;
  /** Only if there is something to look for: listening has its price. */
  private serial: SerialMatches | undefined;

  constructor(machine: Machine, texts: WatchedTexts) {
    this.machine = machine;
    this.texts = texts;
    this.missing = new Set(texts.expect);
    if (this.isActive) this.serial = new SerialMatches(machine);
  }

  /** Whether there is anything to look for. */
  get isActive(): boolean {
    const { until, failOn, expect } = this.texts;
    return until !== undefined || failOn.length + expect.length > 0;
  }

  /** Texts of `--expect` that have not been seen. */
  get unseen(): readonly RegExp[] {
    return [...this.missing];
  }

  /**
   * Looks. @param mayEnd whether `--until` counts already (while a script is typed it does not)
   * @returns whether the run is to end
   */
  look(mayEnd: boolean): boolean {
    const screen = this.machine.screen.text();
    const shows = (pattern: RegExp) => pattern.test(screen) || this.serial?.has(pattern) === true;
    for (const pattern of this.missing) if (shows(pattern)) this.missing.delete(pattern);
    this.failure ??= this.texts.failOn.find(shows);
    return this.failure !== undefined || (mayEnd && this.texts.until !== undefined && shows(this.texts.until));
  }
}

/** Patterns in the serial output, tested again only when there is more of it. */
class SerialMatches {
  private readonly machine: Machine;
  private readonly tested = new Map<RegExp, { atBytes: number; matches: boolean }>();
  private sentBytes = 0;

  constructor(machine: Machine) {
    this.machine = machine;
    machine.on('serial', ({ port, bytes }) => {
      if (port === 1) this.sentBytes += bytes.length;
    });
  }

  has(pattern: RegExp): boolean {
    const last = this.tested.get(pattern);
    if (last?.matches || last?.atBytes === this.sentBytes) return last.matches;
    const matches = pattern.test(this.machine.serial.output());
    this.tested.set(pattern, { atBytes: this.sentBytes, matches });
    return matches;
  }
}
