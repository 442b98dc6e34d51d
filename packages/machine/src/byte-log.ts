/**
 * Output of the guest, kept for the host to read. It grows as needed up to `MAXIMUM_BYTES`; then the older half is
 * dropped, because a guest must not be able to use up the host's memory by talking.
 */

import { createUtf8Decoder } from './host.ts';

const INITIAL_BYTES = 1024;
/** 16 MiB: far more than any boot log. */
const MAXIMUM_BYTES = 1 << 24;

export class ByteLog {
  #buffer = new Uint8Array(INITIAL_BYTES);
  #length = 0;
  #text = '';
  #decoded = 0;
  #decode = createUtf8Decoder();
  #droppedCharacters = 0;

  append(byte: number): void {
    if (this.#length === this.#buffer.length) this.#makeRoom();
    this.#buffer[this.#length++] = byte;
  }

  get lengthBytes(): number {
    return this.#length;
  }

  /** A copy of what is kept, from byte `start` on. */
  bytes(start = 0): Uint8Array {
    return this.#buffer.slice(start, this.#length);
  }

  /** What is kept as UTF-8; a sequence that is not complete yet is left out. */
  text(): string {
    if (this.#decoded < this.#length) {
      this.#text += this.#decode(this.#buffer.subarray(this.#decoded, this.#length));
      this.#decoded = this.#length;
    }
    return this.#text;
  }

  /** Characters dropped so far: what has to be subtracted from a position in all output to get one in `text()`. */
  get droppedCharacters(): number {
    return this.#droppedCharacters;
  }

  #makeRoom(): void {
    if (this.#length < MAXIMUM_BYTES) {
      const larger = new Uint8Array(this.#buffer.length * 2);
      larger.set(this.#buffer);
      this.#buffer = larger;
      return;
    }
    const before = this.text().length;
    this.#buffer.copyWithin(0, MAXIMUM_BYTES / 2);
    this.#length = MAXIMUM_BYTES / 2;
    this.#decode = createUtf8Decoder();
    this.#text = '';
    this.#decoded = 0;
    this.#droppedCharacters += before - this.text().length;
  }
}
