/**
 * The place of the serial terminal: loads the terminal when it is shown for the first time, and keeps for it what the
 * guest sends until it is there.
 */

import type { SerialPanel } from './serial-panel.ts';

/** Older output is forgotten. */
const MAXIMUM_BACKLOG_BYTES = 1 << 16;

export class SerialPanelHost {
  readonly #onInput: (text: string) => void;
  /** What a terminal has to show from the start. */
  #backlog: Uint8Array[] = [];
  #backlogBytes = 0;
  #place: HTMLElement | null = null;
  #panel: SerialPanel | undefined;

  /** @param onInput told what is typed into the terminal */
  constructor(onInput: (text: string) => void) {
    this.#onInput = onInput;
  }

  /** Shows the terminal in `place`, or nowhere. */
  show(place: HTMLElement | null): void {
    if (place === this.#place) return;
    this.#place = place;
    this.#panel?.dispose();
    this.#panel = undefined;
    if (place) void this.#load(place);
  }

  /** Output of the guest. */
  write(bytes: Uint8Array): void {
    this.#backlog.push(bytes);
    this.#backlogBytes += bytes.length;
    while (this.#backlogBytes > MAXIMUM_BACKLOG_BYTES && this.#backlog.length > 1) {
      this.#backlogBytes -= this.#backlog.shift()?.length ?? 0;
    }
    this.#panel?.write(bytes);
  }

  /** A new machine. */
  clear(): void {
    this.#backlog = [];
    this.#backlogBytes = 0;
    this.#panel?.clear();
  }

  async #load(place: HTMLElement): Promise<void> {
    try {
      const { openSerialPanel } = await import('./serial-panel.ts');
      if (this.#place !== place) return;
      this.#panel = openSerialPanel(place, this.#onInput);
      for (const bytes of this.#backlog) this.#panel.write(bytes);
    } catch (error) {
      if (this.#place === place) place.textContent = `The serial terminal could not be loaded: ${String(error)}`;
    }
  }
}
