/**
 * Little-endian reading and writing of structures, the only place of the loader where a DataView is touched. Reads outside
 * the bytes throw a RangeError (the DataView's own); the parsers check sizes first, so that one is a bug of ours.
 */

/** Reads little-endian fields from a byte array by offset. */
export class ByteReader {
  readonly bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get length(): number {
    return this.bytes.length;
  }

  /** True if `lengthBytes` bytes from `offset` are inside; both may be any number, also NaN or beyond 2^53. */
  has(offset: number, lengthBytes: number): boolean {
    return offset >= 0 && lengthBytes >= 0 && offset + lengthBytes <= this.bytes.length;
  }

  u8(offset: number): number {
    return this.#view.getUint8(offset);
  }
  u16(offset: number): number {
    return this.#view.getUint16(offset, true);
  }
  u32(offset: number): number {
    return this.#view.getUint32(offset, true);
  }
  u64(offset: number): bigint {
    return this.#view.getBigUint64(offset, true);
  }

  slice(offset: number, lengthBytes: number): Uint8Array {
    if (!this.has(offset, lengthBytes)) throw new RangeError(`bytes ${offset}+${lengthBytes} of ${this.length}`);
    return this.bytes.subarray(offset, offset + lengthBytes);
  }

  /** The text from `offset` up to a NUL, `limit` or the end of the bytes, whatever comes first. */
  zeroTerminated(offset: number, limit = 65536): string {
    const stop = Math.min(this.bytes.length, offset + limit);
    let end = offset;
    while (end < stop && this.bytes[end] !== 0) end++;
    return decodeUtf8(this.bytes.subarray(Math.min(offset, stop), end));
  }
}

/** Appends little-endian fields; grows as needed (which replaces the buffer: grow first, then look at it). */
export class ByteWriter {
  #bytes = new Uint8Array(256);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  #grow(lengthBytes: number): number {
    const offset = this.#length;
    if (offset + lengthBytes > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#bytes.length * 2, offset + lengthBytes));
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    this.#length += lengthBytes;
    return offset;
  }

  u8(value: number): this {
    const at = this.#grow(1);
    this.#view.setUint8(at, value);
    return this;
  }
  u16(value: number): this {
    const at = this.#grow(2);
    this.#view.setUint16(at, value, true);
    return this;
  }
  u32(value: number): this {
    const at = this.#grow(4);
    this.#view.setUint32(at, value, true);
    return this;
  }
  u64(value: bigint): this {
    const at = this.#grow(8);
    this.#view.setBigUint64(at, value, true);
    return this;
  }
  raw(bytes: Uint8Array): this {
    const at = this.#grow(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }
  zeroTerminated(text: string): this {
    return this.raw(encodeUtf8(text)).u8(0);
  }

  /** Appends zero bytes up to the next multiple of `alignment`. */
  align(alignment: number): this {
    this.#grow(alignUp(this.#length, alignment) - this.#length);
    return this;
  }

  /** Overwrites a 32-bit field that was written earlier, such as a size that is known only at the end. */
  patchU32(offset: number, value: number): this {
    this.#view.setUint32(offset, value, true);
    return this;
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}

const utf8Encoder = new TextEncoder();
// Command lines are bytes to the guest; a broken sequence must not make the reader throw.
const utf8Decoder = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true });

/** UTF-8 bytes of a text, without terminator. */
export function encodeUtf8(text: string): Uint8Array {
  return utf8Encoder.encode(text);
}

/** Text of UTF-8 bytes; malformed sequences become U+FFFD. */
function decodeUtf8(bytes: Uint8Array): string {
  // A copy, because browsers do not decode shared memory, which guest memory may be.
  return utf8Decoder.decode(new Uint8Array(bytes));
}

/** The smallest multiple of `alignment` (a positive integer) that is not below `value`. */
export function alignUp(value: number, alignment: number): number {
  return Math.ceil(value / alignment) * alignment;
}
