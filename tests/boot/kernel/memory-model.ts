/**
 * What frames, page tables and heap of the kernel have to do under any sequence of operations: the simplest thing that
 * gives the same answers. A script is made from random choices, run somewhere, and its results are compared here.
 */
import fc from 'fast-check';

/** Numbers of the operations in `packages/kernel/test/guests/memory-script.ts`. */
const OPERATION = {
  allocateFrame: 0,
  freeFrame: 1,
  freeFrames: 2,
  map: 3,
  unmap: 4,
  translate: 5,
  cleanUp: 6,
  allocateHole: 7,
  freeHole: 8,
  holes: 9,
  allocateBlock: 10,
  freeBlock: 11,
  blocks: 12,
  allocateFrameRun: 13,
  freeFrameRun: 14,
} as const;

/** One operation with its operands, and what its result must be; `check` throws otherwise. */
export interface ScriptStep {
  readonly operation: number;
  readonly a: bigint;
  readonly b: bigint;
  readonly text: string;
  readonly check: (result: bigint) => void;
}

const NONE = 0xffff_ffff_ffff_ffffn;
const HEAP_BYTES = 0x1_0000n;
const HEAPS = {
  Hole: { start: 0x400_0000n, granularity: 8n, allocate: OPERATION.allocateHole, free: OPERATION.freeHole },
  Block: { start: 0x410_0000n, granularity: 16n, allocate: OPERATION.allocateBlock, free: OPERATION.freeBlock },
} as const;

/** Pages that share tables on every level in some pairs, and in others on none; none of them is mapped at first. */
const PAGES = [
  0x80_0000_0000n,
  0x80_0000_1000n,
  0x80_001f_f000n,
  0x80_0020_0000n,
  0x80_4000_0000n,
  0x7fff_ffff_f000n,
  0xffff_8000_0000_0000n,
  0xffff_8000_0000_7000n,
];

/** One random choice; the numbers are bent to what is possible at that point. */
export interface Choice {
  readonly kind: 'frame' | 'frameRun' | 'page' | 'translate' | 'Hole' | 'Block';
  readonly slot: number;
  readonly size: number;
  readonly alignment: number;
}

/** Random choices. Slots are few, so that memory comes and goes. */
export const choices: fc.Arbitrary<Choice[]> = fc.array(
  fc.record({
    kind: fc.constantFrom<Choice['kind']>('frame', 'frameRun', 'page', 'translate', 'Hole', 'Hole', 'Block', 'Block'),
    slot: fc.nat({ max: 23 }),
    size: fc.oneof(fc.nat({ max: 200 }), fc.nat({ max: 9000 })),
    alignment: fc.constantFrom(1, 8, 8, 16, 64, 4096),
  }),
  { minLength: 1, maxLength: 120, size: 'max' },
);

function fail(message: string): never {
  throw new Error(message);
}

function expectEqual(result: bigint, expected: bigint, what: string): void {
  if (result !== expected) fail(`${what}: expected 0x${expected.toString(16)}, found 0x${result.toString(16)}`);
}

/** Turns choices into a script that ends with everything given back, and knows what it must answer. */
export function scriptOf(list: readonly Choice[]): ScriptStep[] {
  const steps: ScriptStep[] = [];
  const add = (operation: number, a: bigint, b: bigint, text: string, check: ScriptStep['check']) =>
    steps.push({ operation, a, b, text, check });
  const nothing = (what: string) => (result: bigint) => expectEqual(result, 0n, what);

  // Slots know at the time of writing whether they are full; what is in them, only once the results are there.
  const frameSlots = new Map<number, { run: bigint; first: bigint }>();
  const ownedFrames = new Set<bigint>();
  const pages = new Map<bigint, bigint>();
  const live = { Hole: new Map<number, Piece>(), Block: new Map<number, Piece>() };
  let freeAtStart = 0n;
  add(OPERATION.freeFrames, 0n, 0n, 'free frames', (result) => {
    freeAtStart = result;
  });

  const freeFrames = (slot: number) => {
    const owned = frameSlots.get(slot)!;
    frameSlots.delete(slot);
    const operation = owned.run === 1n ? OPERATION.freeFrame : OPERATION.freeFrameRun;
    add(operation, BigInt(slot), owned.run, `free frames of slot ${slot}`, (result) => {
      expectEqual(result, 0n, 'free');
      for (let i = 0n; i < owned.run; i++) ownedFrames.delete(owned.first + i);
    });
  };
  const takeFrames = (slot: number, run: bigint) => {
    const owned = { run, first: 0n };
    frameSlots.set(slot, owned);
    const operation = run === 1n ? OPERATION.allocateFrame : OPERATION.allocateFrameRun;
    add(operation, BigInt(slot), run, `${run} frames into slot ${slot}`, (first) => {
      if (first === NONE) fail('no frame, but there are plenty');
      owned.first = first;
      for (let i = 0n; i < run; i++) {
        if (first + i < 0x100n) fail(`frame 0x${(first + i).toString(16)} is in the first MiB`);
        if (ownedFrames.has(first + i)) fail(`frame 0x${(first + i).toString(16)} belongs to somebody`);
        ownedFrames.add(first + i);
      }
    });
  };
  const unmap = (page: bigint) => {
    const frame = pages.get(page)!;
    pages.delete(page);
    add(OPERATION.unmap, page, 0n, `unmap 0x${page.toString(16)}`, (result) => expectEqual(result, frame, 'unmap'));
    add(OPERATION.cleanUp, page, 0n, 'clean up', nothing('clean up'));
  };
  const translate = (page: bigint) => {
    const frame = pages.get(page);
    const expected = frame === undefined ? NONE : (frame << 12n) | 0x123n;
    add(OPERATION.translate, page | 0x123n, 0n, `translate 0x${page.toString(16)}`, (result) =>
      expectEqual(result, expected, 'translate'),
    );
  };
  const freePiece = (kind: 'Hole' | 'Block', slot: number) => {
    const piece = live[kind].get(slot)!;
    live[kind].delete(slot);
    // Whether the allocation succeeded is known only when it has run.
    add(HEAPS[kind].free, BigInt(slot), 0n, `free ${kind} slot ${slot}`, (result) => {
      expectEqual(result, 0n, 'free');
      owned[kind].delete(piece);
    });
  };
  const owned = { Hole: new Set<Piece>(), Block: new Set<Piece>() };
  const takePiece = (kind: 'Hole' | 'Block', slot: number, size: bigint, alignment: bigint) => {
    const piece: Piece = { address: 0n, size };
    live[kind].set(slot, piece);
    const { start } = HEAPS[kind];
    add(HEAPS[kind].allocate, BigInt(slot), (alignment << 32n) | size, `${size} bytes at ${alignment}`, (address) => {
      if (address === 0n) fail(`no memory for ${size} bytes, of which the script never takes that many`);
      if (address % alignment !== 0n) fail(`0x${address.toString(16)} is not aligned to ${alignment}`);
      if (address < start || address + size > start + HEAP_BYTES) fail(`0x${address.toString(16)} is outside the heap`);
      for (const other of owned[kind])
        if (address < other.address + other.size && other.address < address + size)
          fail(`0x${address.toString(16)} overlaps 0x${other.address.toString(16)}`);
      piece.address = address;
      owned[kind].add(piece);
    });
  };
  /** Bytes that a heap has given out at most, fragmentation included: small enough that every request must succeed. */
  const committed = (kind: 'Hole' | 'Block') =>
    [...live[kind].values()].reduce((sum, { size }) => sum + 2n * size + 8192n, 0n);

  for (const { kind, slot, size, alignment } of list) {
    if (kind === 'frame' || kind === 'frameRun') {
      if (frameSlots.has(slot)) freeFrames(slot);
      else takeFrames(slot, kind === 'frame' ? 1n : BigInt(2 + (size % 7)));
    } else if (kind === 'page' || kind === 'translate') {
      const page = PAGES[slot % PAGES.length]!;
      if (kind === 'translate') translate(page);
      else if (pages.has(page)) unmap(page);
      else {
        const frame = BigInt(0x5000 + size);
        pages.set(page, frame);
        add(OPERATION.map, page, frame, `map 0x${page.toString(16)}`, nothing('map'));
        translate(page);
      }
    } else if (live[kind].has(slot)) freePiece(kind, slot);
    else if (committed(kind) + BigInt(2 * size + 8192) < HEAP_BYTES - 8192n)
      takePiece(kind, slot, BigInt(size + 1), BigInt(alignment));
  }

  // In the end everything goes back, and it is as it was.
  for (const slot of [...frameSlots.keys()]) freeFrames(slot);
  for (const page of [...pages.keys()]) unmap(page);
  for (const kind of ['Hole', 'Block'] as const) for (const slot of [...live[kind].keys()]) freePiece(kind, slot);
  for (const page of PAGES) translate(page);
  const whole = (HEAP_BYTES << 32n) | 1n;
  add(OPERATION.holes, 0n, 0n, 'holes', (result) => expectEqual(result, whole, 'one hole'));
  add(OPERATION.blocks, 0n, 0n, 'blocks', (result) => expectEqual(result, whole, 'one hole below the blocks'));
  add(OPERATION.freeFrames, 0n, 0n, 'free frames', (result) => expectEqual(result, freeAtStart, 'no frame is lost'));
  return steps;
}

/** Memory in use. */
interface Piece {
  address: bigint;
  readonly size: bigint;
}

/** Compares results with the script. @throws Error that names the first wrong step and those before it */
export function checkResults(steps: readonly ScriptStep[], results: readonly bigint[]): void {
  for (const [index, step] of steps.entries()) {
    try {
      step.check(results[index]!);
    } catch (error) {
      const before = steps.slice(Math.max(0, index - 12), index + 1).map(({ text }) => text);
      throw new Error(`step ${index}: ${(error as Error).message}\n${before.join('\n')}`);
    }
  }
}
