/** Frames, page tables and heap on the host: limits and mistakes, one by one. Random sequences: tests/boot/kernel. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { compileTestGuest, type Guest, MachineEnd, startGuest } from './guest.ts';
import { type Area, putMultiboot2Record, type RecordSection } from './multiboot2-record.ts';
import { SCREEN_ADDRESS } from './screen-text.ts';

const SOURCE = `
import { BootInformation } from '../library/boot-information';
import { Frame } from '../memory/frame';
import { LinkedListAllocator } from '../memory/heap/linked-list-allocator';
import { AREA_FRAMES, BITMAP_FRAMES, FRAMES, KernelFrameAllocator } from '../memory/kernel-frames';
import { pageOf } from '../memory/page';
import { P4 } from '../memory/paging/table';
import { TemporaryPage } from '../memory/paging/temporary-page';
import { remapTheKernel } from '../memory/remap-kernel';
import { StackAllocator } from '../memory/stack-allocator';
import { WRITER } from '../library/vga-buffer';
export { abort } from '../library/panic';

export function read(information: u32): void { WRITER.clearScreen(); BootInformation.read(information, 0x36d76289); }
export function frames(): void { FRAMES.initialize(); }
export function next(): i64 { const frame = FRAMES.allocateFrame(); return frame === null ? -1 : frame.number; }
export function free(number: u64): void { FRAMES.deallocateFrame(Frame.of(number)); }
export function run(count: u64): i64 {
  const frame = BITMAP_FRAMES.allocateFrames(count);
  return frame === null ? -1 : frame.number;
}
export function areas(kernel: u64, kernelEnd: u64, record: u64, recordEnd: u64): void {
  AREA_FRAMES.initialize(kernel, kernelEnd, record, recordEnd);
}
export function nextInAreas(): i64 { const frame = AREA_FRAMES.allocateFrame(); return frame === null ? -1 : frame.number; }
export function level4(): u64 { return P4.address; }
export function level1(i4: u32, i3: u32, i2: u32): u64 {
  const p3 = P4.nextTableCreate<KernelFrameAllocator>(i4, FRAMES);
  const p2 = p3.nextTableCreate<KernelFrameAllocator>(i3, FRAMES);
  return p2.nextTableCreate<KernelFrameAllocator>(i2, FRAMES).address;
}
export function remap(): void { remapTheKernel(false); }
const TEMPORARY = changetype<TemporaryPage>(memory.data(offsetof<TemporaryPage>(), 8));
export function temporaryTwice(): void {
  TEMPORARY.initialize<KernelFrameAllocator>(pageOf(0xcafebabe), 0, FRAMES);
  TEMPORARY.map(Frame.of(0x300));
  TEMPORARY.map(Frame.of(0x301));
}
const HEAP = changetype<LinkedListAllocator>(memory.data(offsetof<LinkedListAllocator>(), 8));
export function heap(start: usize, size: usize): void { HEAP.initialize(start, size); }
export function allocate(size: usize, alignment: usize): usize { return HEAP.allocate(size, alignment); }
export function deallocate(address: usize, size: usize): void { HEAP.deallocate(address, size); }
export function holes(): u32 { return HEAP.holeCount; }
const STACKS = changetype<StackAllocator>(memory.data(offsetof<StackAllocator>(), 8));
export function stacks(start: u64, end: u64): void { STACKS.initialize(start, end); }
export function stack(pages: u64): u64 { return STACKS.allocateStack(pages); }
export function nextStack(): u64 { return STACKS.nextAddress; }
`;

const RECORD = 0x500;
const PAGE_TABLES = 0x1_0000;
const HEAP = 0x30_0000;
const AREAS: readonly Area[] = [
  { base: 0x10_0000n, length: 0xf0_0000n, type: 1 },
  { base: 0n, length: 0x9_fc00n, type: 1 },
  { base: 0x9_fc00n, length: 0x400n, type: 2 },
];
/** What stands for the kernel: the module's static data is in it. */
const SECTION: RecordSection = { address: 0x10_0000n, sizeBytes: 0x10_0000n, flags: 3n };

let module: WebAssembly.Module;
beforeAll(async () => {
  module = await compileTestGuest(SOURCE);
}, 120_000);

/** A guest on page tables as the boot code makes them; `null` leaves a tag out. */
function guestWith(areas: readonly Area[] | null = AREAS, section: RecordSection | null = SECTION): Guest {
  const guest = startGuest(module);
  guest.growMemory(0x100_0000);
  putMultiboot2Record(guest.memory, RECORD, areas, section === null ? null : [section]);
  guest.call('read', RECORD);
  guest.paging.identityMap(PAGE_TABLES);
  return guest;
}

/** The message of the panic that a call ends in. */
function panicOf(guest: Guest, name: string, ...parameters: (number | bigint)[]): string {
  expect(() => guest.call(name, ...parameters)).toThrow(MachineEnd);
  const rows = Array.from({ length: 25 }, (_, row) =>
    String.fromCharCode(
      ...guest.memory
        .subarray(SCREEN_ADDRESS + row * 160, SCREEN_ADDRESS + row * 160 + 160)
        .filter((_byte, at) => at % 2 === 0),
    ).trim(),
  );
  return rows[rows.findIndex((row) => row.startsWith('PANIC')) + 1]!;
}

const all = (guest: Guest, name: string): bigint[] => {
  const numbers: bigint[] = [];
  for (let number = guest.call(name) as bigint; number !== -1n; number = guest.call(name) as bigint)
    numbers.push(number);
  return numbers;
};

describe('frames', () => {
  test('FRAME-7, FRAME-8, FRAME-9, faithful: ascending, around kernel and record, then none for ever', () => {
    const guest = guestWith();
    guest.call('areas', 0x10_0000n, 0x20_0000n, 0x30_0100n, 0x30_0200n);
    const numbers = all(guest, 'nextInAreas');
    const expected = Array.from({ length: 0x1000 }, (_, number) => BigInt(number)).filter(
      // Both ends count: 0x200 begins behind the kernel, and 0x9f is only partly memory.
      (number) => number <= 0x9fn || (number >= 0x100n && (number < 0x100n || number > 0x200n) && number !== 0x300n),
    );
    expect(numbers).toEqual(expected);
    expect(guest.call('nextInAreas')).toBe(-1n);
  });

  test('FRAME-7, FRAME-8, FRAME-9, fixed: whole frames above 1 MiB, without kernel, record and bitmap', () => {
    const guest = guestWith();
    guest.call('frames');
    const numbers = all(guest, 'next');
    // 0x200 is the bitmap: 0x1000 frames are 512 bytes.
    expect(numbers).toEqual(Array.from({ length: 0xdff }, (_, i) => 0x201n + BigInt(i)));
    expect(guest.call('next')).toBe(-1n);
  });

  test('FRAME-10, fixed: frames come back, also in a row', () => {
    const guest = guestWith();
    guest.call('frames');
    all(guest, 'next');
    for (const number of [0x500n, 0x777n, 0x501n, 0x502n]) guest.call('free', number);
    expect(guest.call('run', 4n)).toBe(-1n);
    expect(guest.call('run', 3n)).toBe(0x500n);
    expect(all(guest, 'next')).toEqual([0x777n]);
  });

  test.each([
    ['twice', 0x300n, 'frame freed twice'],
    ['of the kernel', 0x180n, 'this frame was never given out'],
    ['of the first MiB', 0x20n, 'this frame was never given out'],
    ['of the bitmap', 0x200n, 'this frame was never given out'],
    ['outside of memory', 0x8000n, 'this frame was never given out'],
  ])('a frame freed %s is a panic', (_name, number, message) => {
    const guest = guestWith();
    guest.call('frames');
    expect(panicOf(guest, 'free', number)).toBe(message);
  });

  test('FRAME-11: without memory map or ELF sections nothing works', () => {
    expect(panicOf(guestWith(null), 'frames')).toBe('Memory map tag required');
    expect(panicOf(guestWith(AREAS, null), 'frames')).toBe('Elf sections tag required');
  });
});

describe('page tables', () => {
  test('PAGE-12: addresses of tables follow from the recursive entry', () => {
    const guest = guestWith();
    guest.call('frames');
    const unsigned = (value: unknown) => BigInt.asUintN(64, value as bigint);
    expect(unsigned(guest.call('level4'))).toBe(0xffff_ffff_ffff_f000n);
    const octal = (i4: bigint, i3: bigint, i2: bigint) =>
      (0xffffn << 48n) | (0o777n << 39n) | (i4 << 30n) | (i3 << 21n) | (i2 << 12n);
    for (const [i4, i3, i2] of [
      [1, 2, 3],
      [0o377, 0o777, 0o776],
      [0o400, 0, 0],
    ] as const)
      expect(unsigned(guest.call('level1', i4, i3, i2))).toBe(octal(BigInt(i4), BigInt(i3), BigInt(i2)));
  });

  test('PAGE-13: the next table of a level-1 table does not compile', { timeout: 120_000 }, async () => {
    const refused = compileTestGuest(`
      import { P4 } from '../memory/paging/table';
      export { abort } from '../library/panic';
      export function kmain(): bool { return P4.nextTable(0)!.nextTable(0)!.nextTable(0)!.nextTable(0) !== null; }
    `);
    await expect(refused).rejects.toThrow(/Property 'nextTable' does not exist on type '.*Level1Table'/);
  });

  test('a flush that is dropped does not compile', { timeout: 120_000 }, async () => {
    const refused = compileTestGuest(`
      import { KernelFrameAllocator, FRAMES } from '../memory/kernel-frames';
      import { MAPPER } from '../memory/paging/mapper';
      export { abort } from '../library/panic';
      export function kmain(): void {
        MAPPER.unmap(3).flush();
        MAPPER.unmap(4);
        MAPPER.map<KernelFrameAllocator>(5, 0, FRAMES);
      }
    `);
    await expect(refused).rejects.toThrow(/under-test\.ts:7:\d+: the MapperFlush of Mapper#unmap must be spent/);
    await expect(refused).rejects.toThrow(/under-test\.ts:8:\d+: the MapperFlush of Mapper#map must be spent/);
  });

  test('REMAP-23: a section that does not begin with a page is a panic', () => {
    const guest = guestWith(AREAS, { ...SECTION, address: 0x10_0008n });
    guest.call('frames');
    expect(panicOf(guest, 'remap')).toBe('sections need to be page aligned');
  });

  test('REMAP-24: a temporary page that is in use is a panic', () => {
    const guest = guestWith();
    guest.call('frames');
    expect(panicOf(guest, 'temporaryTwice')).toBe('temporary page is already mapped');
  });
});

describe('the list of holes', () => {
  const guestWithHeap = () => {
    const guest = guestWith();
    guest.call('heap', HEAP, 0x1000);
    const view = new DataView(guest.memory.buffer);
    return {
      guest,
      allocate: (size: number, alignment = 8) => (guest.call('allocate', size, alignment) as number) - HEAP,
      free: (offset: number, size: number) => guest.call('deallocate', HEAP + offset, size),
      /** Start and size of each hole. */
      holes: () => {
        const holes: [start: number, size: number][] = [];
        // The first hole of a heap whose first byte is free; otherwise the caller frees that first.
        for (let at = HEAP; at !== 0; at = Number(view.getBigUint64(at + 8, true)))
          holes.push([at - HEAP, Number(view.getBigUint64(at, true))]);
        return holes;
      },
    };
  };

  test('HEAP-13: at least 16 bytes, in steps of 8', () => {
    const { allocate } = guestWithHeap();
    expect([allocate(1), allocate(16), allocate(17), allocate(24), allocate(1)]).toEqual([0, 16, 32, 56, 80]);
  });

  test('HEAP-14: what is left in front of an aligned piece is a hole of at least 16 bytes', () => {
    const { guest, allocate, free } = guestWithHeap();
    allocate(24);
    expect(allocate(8, 32)).toBe(64); // at 32 only 8 bytes would be left in front
    expect(guest.call('holes')).toBe(2);
    expect(allocate(40)).toBe(24); // exactly that hole
    free(0, 24);
    free(24, 40);
    free(64, 8);
    expect(guest.call('holes')).toBe(1);
  });

  test('HEAP-15: freed memory merges with the hole before, behind, both or none', () => {
    const { allocate, free, holes } = guestWithHeap();
    for (let i = 0; i < 8; i++) allocate(32);
    free(0, 32); // the holes' list begins at the heap's first byte from here on
    free(64, 32);
    expect(holes().slice(0, 2)).toEqual([
      [0, 32],
      [64, 32],
    ]); // none
    free(96, 32);
    expect(holes()[1]).toEqual([64, 64]); // before
    free(160, 32);
    free(128 + 64, 32);
    expect(holes()[2]).toEqual([160, 64]);
    free(32, 32);
    expect(holes()[0]).toEqual([0, 128]); // both
    free(128, 32);
    expect(holes()[0]).toEqual([0, 224]);
    free(224, 32);
    expect(holes()).toEqual([[0, 0x1000]]); // behind, and both
  });

  test('HEAP-16: memory that is free already cannot be freed, not even a part of it', () => {
    for (const [offset, size] of [
      [0, 32],
      [16, 16],
      [0x800, 64],
    ] as const) {
      const { guest, allocate, free } = guestWithHeap();
      allocate(32);
      allocate(32);
      free(0, 32);
      expect(panicOf(guest, 'deallocate', HEAP + offset, size)).toBe('invalid deallocation (probably a double free)');
    }
  });
});

test('every word of the scenarios is in the README', () => {
  const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
  const words = [...read('memory/scenarios.ts').matchAll(/visitor\('([a-z-]+)'/g)].map(([, word]) => word!);
  expect(words.length).toBeGreaterThan(8);
  for (const word of words) expect(read('README.md')).toContain(`\`${word}\``);
});

test('DF-12: no stack of 0 pages; one that does not fit leaves the range alone; fifty of one page fit in 101 pages', () => {
  const guest = guestWith();
  const start = 0x5000_0000n;
  guest.call('frames');
  guest.call('stacks', start, start + 101n * 4096n);
  expect(guest.call('stack', 0n)).toBe(0n);
  expect(guest.call('stack', 101n)).toBe(0n);
  expect(guest.call('nextStack')).toBe(start);
  // Each stack takes two pages: its guard page and its own.
  for (let i = 1n; i <= 50n; i++) expect(guest.call('stack', 1n)).toBe(start + i * 2n * 4096n);
  expect(guest.call('stack', 1n)).toBe(0n);
});
