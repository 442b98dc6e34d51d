/** Cursor over a WebAssembly binary: bytes, LEB128 integers, names (Core Specification 5.2). */
import { CompileError } from '../errors.ts';

const utf8 = new TextDecoder();

export class ByteReader {
  readonly bytes: Uint8Array;
  /** Offset of the next byte in `bytes`. */
  position: number;
  readonly end: number;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
  }

  get done(): boolean {
    return this.position >= this.end;
  }

  byte(): number {
    if (this.done) throw new CompileError('module', `the module is cut off at offset ${this.position}`);
    return this.bytes[this.position++]!;
  }

  /** Unsigned LEB128 of at most 32 bits. */
  u32(): number {
    let result = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      result |= (byte & 0x7f) << shift;
      if (byte < 0x80) return result >>> 0;
      if (shift >= 28) throw new CompileError('module', `integer too long at offset ${this.position}`);
    }
  }

  /** Signed LEB128 of at most 32 bits. */
  s32(): number {
    return Number(this.signed(32));
  }

  /** Signed LEB128 of at most 64 bits. */
  s64(): bigint {
    return this.signed(64);
  }

  name(): string {
    return utf8.decode(this.take(this.u32()));
  }

  /** A view of the next `count` bytes. */
  take(count: number): Uint8Array {
    if (this.position + count > this.end)
      throw new CompileError('module', `the module is cut off: ${count} bytes expected at offset ${this.position}`);
    this.position += count;
    return this.bytes.subarray(this.position - count, this.position);
  }

  /** A reader of the next `count` bytes, which this one skips. Positions stay those of the whole file. */
  section(count: number): ByteReader {
    const start = this.position;
    this.take(count);
    return new ByteReader(this.bytes, start, this.position);
  }

  private signed(bits: number): bigint {
    let result = 0n;
    for (let shift = 0n; ; ) {
      const byte = this.byte();
      result |= BigInt(byte & 0x7f) << shift;
      shift += 7n;
      if (byte < 0x80) return BigInt.asIntN(bits, BigInt.asIntN(Number(shift), result));
      if (shift > bits) throw new CompileError('module', `integer too long at offset ${this.position}`);
    }
  }
}
