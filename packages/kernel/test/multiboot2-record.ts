/** A Multiboot 2 record in a guest's memory, with the two tags that the memory chapters read (specification 3.6). */

/** An entry of the memory map; type 1 is ordinary memory. */
export interface Area {
  readonly base: bigint;
  readonly length: bigint;
  readonly type: number;
}

/** A section of the kernel; flags are ELF's (1 = writable, 2 = in memory, 4 = executable). */
export interface RecordSection {
  readonly address: bigint;
  readonly sizeBytes: bigint;
  readonly flags: bigint;
}

/** Writes the record to `address`; `null` leaves a tag out. */
export function putMultiboot2Record(
  memory: Uint8Array,
  address: number,
  areas: readonly Area[] | null,
  sections: readonly RecordSection[] | null,
): void {
  const view = new DataView(memory.buffer);
  let at = address + 8;
  /** A number is 32 bits long, a bigint 64. */
  const tag = (type: number, content: readonly (number | bigint)[]) => {
    let end = at + 8;
    for (const value of content) {
      if (typeof value === 'bigint') view.setBigUint64(end, value, true);
      else view.setUint32(end, value, true);
      end += typeof value === 'bigint' ? 8 : 4;
    }
    view.setUint32(at, type, true);
    view.setUint32(at + 4, end - at, true);
    at = (end + 7) & ~7;
  };
  if (areas !== null) tag(6, [24, 0, ...areas.flatMap(({ base, length, type }) => [base, length, type, 0])]);
  if (sections !== null) {
    const header = ({ flags, address: start, sizeBytes }: RecordSection) =>
      [0, 1, flags, start, 0n, sizeBytes, 0n, 0n, 0n] as const;
    tag(9, [sections.length, 64, 0, ...sections.flatMap(header)]);
  }
  tag(0, []);
  view.setUint32(address, at - address, true);
}
