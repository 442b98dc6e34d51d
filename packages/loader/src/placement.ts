/**
 * Which physical memory is free, and GRUB's choice of it: whatever has no address of its own goes to the lowest place that
 * fits. Measured with GRUB 2.06 on QEMU (test/grub.test.ts): sections without an address, then modules, then the Multiboot 2 boot information
 * from 1 MiB upwards (also below or between the segments of a kernel), the Multiboot 1 boot information from 64 KiB.
 */
import { alignUp } from './bytes.ts';
import { CONVENTIONAL_MEMORY_END, HIGH_MEMORY_START, usableMemoryEnd } from './memory-map.ts';

/** Interrupt vectors and BIOS data lie below. */
const LOW_START = 0x1000;

interface Range {
  start: number;
  end: number;
}

/** Keeps track of the memory that is taken; starts with what the memory map does not call usable. */
export class FreeMemory {
  /** Ascending, neither overlapping nor touching. */
  readonly #taken: Range[];

  constructor(memoryBytes: number) {
    this.#taken = [
      { start: CONVENTIONAL_MEMORY_END, end: HIGH_MEMORY_START },
      { start: usableMemoryEnd(memoryBytes), end: Number.POSITIVE_INFINITY },
    ];
    if (usableMemoryEnd(memoryBytes) === HIGH_MEMORY_START) {
      this.#taken.splice(0, 2, { start: CONVENTIONAL_MEMORY_END, end: Number.POSITIVE_INFINITY });
    }
  }

  /** Marks a range as taken, whether or not parts of it are already. */
  take(start: number, lengthBytes: number): void {
    if (lengthBytes <= 0) return;
    const merged = { start, end: start + lengthBytes };
    const first = this.#firstEndingBehind(start - 1);
    let last = first;
    for (let range = this.#taken[last]; range !== undefined && range.start <= merged.end; range = this.#taken[++last]) {
      merged.start = Math.min(merged.start, range.start);
      merged.end = Math.max(merged.end, range.end);
    }
    this.#taken.splice(first, last - first, merged);
  }

  /** The lowest address from `from` on where `lengthBytes` bytes at `alignment` are free; undefined if there is none. */
  lowest(from: number, lengthBytes: number, alignment: number): number | undefined {
    let candidate = alignUp(from, alignment);
    for (let i = this.#firstEndingBehind(candidate); i < this.#taken.length; i++) {
      const range = this.#taken[i]!;
      if (candidate + lengthBytes <= range.start) return candidate;
      candidate = Math.max(candidate, alignUp(range.end, alignment));
    }
    return undefined;
  }

  /** GRUB's choice for whatever has no address: from 1 MiB if there is room, else below it. */
  lowestAboveOneMib(lengthBytes: number, alignment: number): number | undefined {
    return this.lowest(HIGH_MEMORY_START, lengthBytes, alignment) ?? this.lowest(LOW_START, lengthBytes, alignment);
  }

  /** The highest address in [from, to - lengthBytes] where the bytes are free. */
  highest(from: number, to: number, lengthBytes: number, alignment: number): number | undefined {
    let limit = to;
    for (let i = this.#taken.length - 1; i >= -1; i--) {
      const range = this.#taken[i] ?? { start: 0, end: 0 };
      const candidate = Math.floor((limit - lengthBytes) / alignment) * alignment;
      if (candidate < from) return undefined;
      if (candidate >= range.end) return candidate;
      limit = Math.min(limit, range.start);
    }
    return undefined;
  }

  /** Index of the first taken range whose end is above `address`. */
  #firstEndingBehind(address: number): number {
    let low = 0;
    let high = this.#taken.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#taken[middle]!.end <= address) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
