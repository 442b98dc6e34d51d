/** Growing little-endian byte array for ELF and DWARF. */
export class ByteWriter {
  private bytes = new Uint8Array(1024);
  length = 0;

  private reserve(count: number): number {
    if (this.length + count > this.bytes.length) {
      const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.length + count));
      grown.set(this.bytes.subarray(0, this.length));
      this.bytes = grown;
    }
    const at = this.length;
    this.length += count;
    return at;
  }

  u8(value: number): this {
    const at = this.reserve(1); // may replace `bytes`
    this.bytes[at] = value;
    return this;
  }
  u16(value: number): this {
    return this.u8(value & 0xff).u8((value >> 8) & 0xff);
  }
  u32(value: number): this {
    return this.u16(value & 0xffff).u16(value >>> 16);
  }
  /** A number below 2^53. */
  u64(value: number): this {
    return this.u32(value >>> 0).u32(Math.floor(value / 0x1_0000_0000));
  }
  uleb(value: number): this {
    for (; value >= 0x80; value = Math.floor(value / 128)) this.u8((value % 128) | 0x80);
    return this.u8(value);
  }
  sleb(value: number): this {
    for (; value < -64 || value > 63; value >>= 7) this.u8((value & 0x7f) | 0x80);
    return this.u8(value & 0x7f);
  }
  /** Zero-terminated UTF-8. */
  text(value: string): this {
    return this.data(new TextEncoder().encode(value)).u8(0);
  }
  data(value: Uint8Array): this {
    const at = this.reserve(value.length);
    this.bytes.set(value, at);
    return this;
  }
  align(alignment: number, fill = 0): this {
    while (this.length % alignment !== 0) this.u8(fill);
    return this;
  }
  /** Overwrites 4 bytes, e.g. a length that is known only at the end. */
  patch32(at: number, value: number): void {
    new DataView(this.bytes.buffer).setUint32(at, value, true);
  }
  finish(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }
}
