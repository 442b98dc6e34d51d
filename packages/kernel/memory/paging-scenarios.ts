// What can be tried with page tables on the command line, most of it a mistake on purpose.
import { print, println } from '../library/print';
import { load64, store64 } from '../library/x86';
import { VirtualAddress } from './addresses';
import { Frame } from './frame';
import { FRAMES, KernelFrameAllocator } from './kernel-frames';
import { pageContaining, pageStart, virtualAddress } from './page';
import { EntryFlag } from './paging/entry';
import { MAPPER, NOT_MAPPED } from './paging/mapper';

/** The 42nd GiB: entry 42 of the level-3 table, far from everything that is mapped. */
const PAGE = pageContaining(virtualAddress(42 << 30));
const MARK: u64 = 0x1122_3344_5566_7788;

/** Prints where an address leads to. */
function printTranslation(label: string, address: VirtualAddress): void {
  print(label);
  const physical = MAPPER.translate(address);
  if (physical === NOT_MAPPED) print('None');
  else print(`Some(${physical})`);
}

function printFrame(frame: Frame): void {
  print(`Frame { number: ${frame.number} }`);
}

/** Maps the 42nd GiB's first page, reads through it, and removes the mapping: the book's test. */
export function mapAndUnmap(): void {
  const address = pageStart(PAGE);
  const frame = FRAMES.allocateFrame();
  if (frame === null) throw new Error('no frames available');
  printTranslation('None = ', address);
  print(', map to ');
  printFrame(frame);
  println();
  MAPPER.mapTo<KernelFrameAllocator>(PAGE, frame, 0, FRAMES).ignore(); // absent before
  printTranslation('Some = ', address);
  println();
  const next = FRAMES.allocateFrame();
  print('next free frame: ');
  if (next === null) print('None');
  else {
    print('Some(');
    printFrame(next);
    print(')');
  }
  println();
  const isSame = load64(address) === load64(frame.startAddress);
  println(`the page shows what is in the frame: ${isSame}`);
  MAPPER.unmap(PAGE).flush();
  printTranslation('None = ', address);
  println();
}

/** Maps the page, writable, to a new frame, and leaves a mark there. */
function mapMarked(): void {
  MAPPER.map<KernelFrameAllocator>(PAGE, EntryFlag.WRITABLE, FRAMES).ignore(); // absent before
  store64(pageStart(PAGE), MARK);
}

/** A mapping is removed, but the processor isn't told: it still knows the way. */
export function staleTranslation(): void {
  mapMarked();
  const address = pageStart(PAGE);
  MAPPER.unmap(PAGE).ignore(); // the mistake
  printTranslation('unmapped, but not flushed. translate: ', address);
  println();
  println(`the page can still be read: 0x${load64(address)}`);
}

/** The same, done right: the read is a page fault. */
export function readAfterUnmap(): void {
  mapMarked();
  MAPPER.unmap(PAGE).flush();
  println(`this is never printed: 0x${load64(pageStart(PAGE))}`);
}

/** Maps a page that is mapped. */
export function mapTwice(): void {
  mapMarked();
  MAPPER.map<KernelFrameAllocator>(PAGE, 0, FRAMES).flush();
}

/** Removes a mapping that isn't there. */
export function unmapTwice(): void {
  mapMarked();
  MAPPER.unmap(PAGE).flush();
  MAPPER.unmap(PAGE).flush();
}

/** Maps a small page inside a huge one. */
export function mapInsideHuge(): void {
  MAPPER.mapHuge<KernelFrameAllocator>(PAGE, Frame.of(0x400), 0, FRAMES).ignore(); // absent before
  printTranslation('a page of 2 MiB: ', virtualAddress(pageStart(PAGE) + 0x12345));
  println();
  MAPPER.map<KernelFrameAllocator>(PAGE, 0, FRAMES).flush();
}

/** Asks for the page of an address that cannot be one. */
export function invalidAddress(): void {
  pageContaining(virtualAddress(0x0000_8000_0000_0000));
}

/** Keeps a flush token and forgets it: the next change notices. */
export function forgetFlush(): void {
  const forgotten = MAPPER.map<KernelFrameAllocator>(PAGE, 0, FRAMES);
  MAPPER.unmap(PAGE).flush();
  forgotten.flush();
}
