/**
 * The memory map of the machine, as SeaBIOS 1.16 reports it through INT 15h E820 on QEMU 7.2's `pc` machine (and GRUB hands
 * it on unchanged): measured there for several `-m` sizes. The last 128 KiB of RAM are reserved because SeaBIOS puts the
 * ACPI tables there; the last two entries are the BIOS flash below 4 GiB and AMD's HyperTransport hole below 1 TiB.
 *
 *   0x00000000 ┌────────────┐ usable: 639 KiB
 *   0x0009fc00 ├────────────┤ reserved: extended BIOS data area, 1 KiB
 *   0x000a0000 ├╌╌╌╌╌╌╌╌╌╌╌╌┤ not in the map: video memory, option ROMs
 *   0x000f0000 ├────────────┤ reserved: BIOS
 *   0x00100000 ├────────────┤ usable
 *    end-128K  ├────────────┤ reserved: ACPI tables
 *      end     └────────────┘
 */

/** Kinds of memory in Multiboot's numbering (Multiboot 2 specification 3.6.8). */
const MEMORY_AVAILABLE = 1;
const MEMORY_RESERVED = 2;

/** One range of physical memory. */
export interface MemoryRange {
  readonly baseAddress: bigint;
  readonly lengthBytes: bigint;
  /** 1 available, 2 reserved, 3 ACPI reclaimable, 4 ACPI NVS, 5 defective. */
  readonly type: number;
}

export const CONVENTIONAL_MEMORY_END = 0x9fc00;
export const HIGH_MEMORY_START = 0x100000;
/** RAM at the end of memory that the firmware keeps for its ACPI tables. */
const FIRMWARE_TABLES_BYTES = 0x20000;

/** First address above the RAM that the map calls usable, for `memoryBytes` of RAM. */
export function usableMemoryEnd(memoryBytes: number): number {
  return Math.max(HIGH_MEMORY_START, memoryBytes - FIRMWARE_TABLES_BYTES);
}

/** The E820 map of a machine with `memoryBytes` of RAM (1 MiB to 3 GiB). */
export function memoryMap(memoryBytes: number): MemoryRange[] {
  const highEnd = usableMemoryEnd(memoryBytes);
  const range = (base: number, end: number, type: number): MemoryRange => ({
    baseAddress: BigInt(base),
    lengthBytes: BigInt(end - base),
    type,
  });
  return [
    range(0, CONVENTIONAL_MEMORY_END, MEMORY_AVAILABLE),
    range(CONVENTIONAL_MEMORY_END, 0xa0000, MEMORY_RESERVED),
    range(0xf0000, HIGH_MEMORY_START, MEMORY_RESERVED),
    range(HIGH_MEMORY_START, highEnd, MEMORY_AVAILABLE),
    range(highEnd, memoryBytes, MEMORY_RESERVED),
    range(0xfffc0000, 0x1_0000_0000, MEMORY_RESERVED),
    range(0xfd_0000_0000, 0x100_0000_0000, MEMORY_RESERVED),
  ].filter((entry) => entry.lengthBytes > 0n);
}

/** KiB from 0 and from 1 MiB, as the basic memory fields of both protocols count them. */
export function basicMemoryKib(memoryBytes: number): { lowerKib: number; upperKib: number } {
  return {
    lowerKib: CONVENTIONAL_MEMORY_END / 1024,
    upperKib: (usableMemoryEnd(memoryBytes) - HIGH_MEMORY_START) / 1024,
  };
}
