/** Section headers of an ELF64 file, as the tests need them: what the kernel's own list has to agree with. */

export interface Section {
  readonly address: bigint;
  readonly sizeBytes: bigint;
  readonly isWritable: boolean;
  readonly isExecutable: boolean;
}

/** The sections that are in memory while the kernel runs. */
export function allocatedSections(file: Buffer): Section[] {
  const [start, size, count] = [Number(file.readBigUInt64LE(40)), file.readUInt16LE(58), file.readUInt16LE(60)];
  return Array.from({ length: count }, (_, index) => {
    const at = start + index * size;
    const flags = file.readBigUInt64LE(at + 8);
    return {
      flags,
      address: file.readBigUInt64LE(at + 16),
      sizeBytes: file.readBigUInt64LE(at + 32),
      isWritable: (flags & 1n) !== 0n,
      isExecutable: (flags & 4n) !== 0n,
    };
  }).filter(({ flags }) => (flags & 2n) !== 0n);
}
