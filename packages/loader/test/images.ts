/** Small, good kernel images for tests, made by the loader's own builders. */
import {
  buildElf,
  buildMultiboot1Header,
  buildMultiboot2Header,
  type ElfClass,
  type ElfSource,
  type HeaderTag,
  SHF_ALLOC,
  SHF_EXECINSTR,
  SHT_PROGBITS,
  STB_GLOBAL,
  STT_FUNC,
} from '../src/index.ts';

export const MIB = 0x100000;
export const MEMORY = { memoryBytes: 128 * MIB };

/** Bytes one after another. */
export function concat(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** `cli; hlt; jmp $-1` and 29 bytes of nothing. */
export const CODE = concat(Uint8Array.of(0xfa, 0xf4, 0xeb, 0xfd), new Uint8Array(28));

export const multiboot1 = (header: Parameters<typeof buildMultiboot1Header>[0] = { flags: 3 }) =>
  buildMultiboot1Header(header);
export const multiboot2 = (...tags: HeaderTag[]) => buildMultiboot2Header(tags);

/** One segment at 1 MiB: the header, then the code, where the entry is; then 0x1000 bytes of bss. */
export function kernel(
  elfClass: ElfClass,
  header: Uint8Array,
  changes: Partial<ElfSource> = {},
  code: Uint8Array = CODE,
): Uint8Array {
  const padded = concat(header, new Uint8Array((8 - (header.length % 8)) % 8));
  const bytes = concat(padded, code);
  const entry = BigInt(MIB + padded.length);
  return buildElf({
    class: elfClass,
    entry,
    segments: [{ bytes, physicalAddress: BigInt(MIB), memoryBytes: BigInt(bytes.length + 0x1000) }],
    sections: [
      {
        name: '.text',
        type: SHT_PROGBITS,
        flags: SHF_ALLOC | SHF_EXECINSTR,
        address: BigInt(MIB),
        segment: 0,
        sizeBytes: BigInt(bytes.length),
        alignment: 16n,
      },
    ],
    symbols: [{ name: 'start', address: entry, sizeBytes: 4n, type: STT_FUNC, binding: STB_GLOBAL, sectionIndex: 1 }],
    ...changes,
  });
}

/** A copy with some bytes changed. */
export function patched(bytes: Uint8Array, offset: number, ...values: number[]): Uint8Array {
  const copy = bytes.slice();
  copy.set(values, offset);
  return copy;
}

/** A 16, 32 or 64-bit number as little-endian bytes. */
export function le(value: number | bigint, lengthBytes: number): number[] {
  return Array.from({ length: lengthBytes }, (_, i) => Number((BigInt(value) >> BigInt(8 * i)) & 0xffn));
}
