/**
 * Tells screen readers what the guest prints, while the machine has the keyboard: the lines that are new, not those that
 * have only scrolled, and not more than anybody can listen to.
 */

/** Output is collected for so long. */
const QUIET_MILLISECONDS = 250;
const MAXIMUM_LINES = 8;

export class Announcer {
  /** A live region; belongs into the shadow tree. */
  readonly element: HTMLElement;
  readonly #lines: () => readonly string[];
  #told: readonly string[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param lines the lines of the screen at this moment */
  constructor(lines: () => readonly string[]) {
    this.#lines = lines;
    this.element = document.createElement('div');
    this.element.className = 'announcer';
    this.element.setAttribute('role', 'log');
    this.element.setAttribute('aria-label', 'New on the screen');
  }

  /** From here on; what is on the screen already is read there. */
  start(): void {
    this.#told = [...this.#lines()];
  }

  /** The screen has changed. */
  screenChanged(): void {
    this.#timer ??= setTimeout(() => this.#announce(), QUIET_MILLISECONDS);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.element.textContent = '';
  }

  #announce(): void {
    this.#timer = undefined;
    const lines = [...this.#lines()];
    const fresh = newLines(this.#told, lines);
    this.#told = lines;
    if (fresh.length > 0) this.element.textContent = fresh.slice(-MAXIMUM_LINES).join('\n');
  }
}

/** The lines of `after` that `before` did not have in their places, once it is scrolled as far as fits best. */
export function newLines(before: readonly string[], after: readonly string[]): string[] {
  let best: string[] | undefined;
  for (let scrolled = 0; scrolled <= before.length; scrolled++) {
    const fresh = after.filter((line, row) => line !== '' && line !== before[row + scrolled]);
    if (!best || fresh.length < best.length) best = fresh;
  }
  return best ?? [];
}
