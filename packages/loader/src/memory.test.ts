import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MIB } from '../test/images.ts';
import { basicMemoryKib, memoryMap } from './index.ts';
import { FreeMemory } from './placement.ts';

describe('memoryMap', () => {
  // Measured: GRUB 2.06 on QEMU 7.2 with -m 16, 128 and 3072.
  test.each([
    [16, 0xee0000n, 0xfe0000n, 15232],
    [128, 0x7ee0000n, 0x7fe0000n, 129920],
    [3072, 0xbfee0000n, 0xbffe0000n, 3144576],
  ])('of %i MiB', (mebibytes, highBytes, firmware, upperKib) => {
    expect(memoryMap(mebibytes * MIB)).toEqual([
      { baseAddress: 0n, lengthBytes: 0x9fc00n, type: 1 },
      { baseAddress: 0x9fc00n, lengthBytes: 0x400n, type: 2 },
      { baseAddress: 0xf0000n, lengthBytes: 0x10000n, type: 2 },
      { baseAddress: 0x100000n, lengthBytes: highBytes, type: 1 },
      { baseAddress: firmware, lengthBytes: 0x20000n, type: 2 },
      { baseAddress: 0xfffc0000n, lengthBytes: 0x40000n, type: 2 },
      { baseAddress: 0xfd00000000n, lengthBytes: 0x300000000n, type: 2 },
    ]);
    expect(basicMemoryKib(mebibytes * MIB)).toEqual({ lowerKib: 639, upperKib });
  });

  test('has no usable memory above 1 MiB on a machine of 1 MiB', () => {
    expect(memoryMap(MIB).filter((range) => range.type === 1)).toHaveLength(1);
    expect(memoryMap(MIB + 4096)[3]).toEqual({ baseAddress: 0x100000n, lengthBytes: 4096n, type: 2 });
  });
});

describe('FreeMemory', () => {
  /** One bit per 4 KiB page, the obvious way. */
  const PAGE = 4096;
  const PAGES = (4 * MIB) / PAGE;
  const usable = (page: number) =>
    (page + 1) * PAGE <= 0x9fc00 || (page >= 256 && (page + 1) * PAGE <= 4 * MIB - 0x20000);

  test('finds the lowest and the highest free place, like a page table does', () => {
    const request = fc.record({
      from: fc.nat(PAGES),
      pages: fc.integer({ min: 1, max: 300 }),
      align: fc.constantFrom(1, 2, 16),
    });
    const take = fc.record({ at: fc.nat(PAGES - 1), pages: fc.nat(40) });
    fc.assert(
      fc.property(fc.array(take, { maxLength: 20 }), request, (takes, { from, pages, align }) => {
        const memory = new FreeMemory(4 * MIB);
        const free = Array.from({ length: PAGES }, (_, page) => usable(page));
        for (const { at, pages: count } of takes) {
          memory.take(at * PAGE, count * PAGE);
          free.fill(false, at, at + count);
        }
        const fits = (page: number) => free.slice(page, page + pages).filter(Boolean).length === pages;
        const candidates = free.flatMap((_, page) =>
          page >= from && page % align === 0 && fits(page) ? [page * PAGE] : [],
        );
        expect(memory.lowest(from * PAGE, pages * PAGE, align * PAGE)).toBe(candidates[0]);
        expect(memory.highest(from * PAGE, 4 * MIB, pages * PAGE, align * PAGE)).toBe(candidates.at(-1));
      }),
      { numRuns: 300 },
    );
  });
});
