// The commands that look at memory: `mem`, `heap`, `peek`, `pages`.
import { Regions } from '../../interrupts/regions';
import { print, printByte, printDecimal, printHexadecimal, println, setColor } from '../../library/print';
import { Color } from '../../library/vga-buffer';
import { load8 } from '../../library/x86';
import { HEAP_START, KernelHeap } from '../../memory/heap/kernel-heap';
import { MemoryController } from '../../memory/memory-controller';
import { tableIndex, TOP_LEVEL, readEntry, walkPageTables } from '../../memory/paging/page-walk';
import { parseNumber } from './parse-number';

const KIB: u64 = 1024;
const FRAME_KIB: u64 = 4;
/** Cells of a row of the heap's map. */
const MAP_COLUMNS: usize = 64;
const MAP_ROWS: usize = 4;
const PEEK_BYTES: u64 = 64;
const PEEK_COLUMNS: u64 = 16;

const ENTRY_ADDRESS: u64 = 0x000f_ffff_ffff_f000;
const ENTRY_FLAG_NAMES: StaticArray<string> = ['P', 'W', 'U', 'PWT', 'PCD', 'A', 'D', 'PS', 'G'];

/** Frames: how many there are and how many are free. */
export function showFrames(): void {
  const frames = MemoryController.frames();
  const used = frames.totalFrames - frames.freeFrames;
  println(`frames: ${frames.totalFrames} (${(frames.totalFrames * FRAME_KIB) / KIB} MiB), ${used} in use`);
}

/** The heap's account. */
export function showHeap(): void {
  println(
    `heap:   ${<u64>KernelHeap.sizeBytes() / KIB} KiB mapped, ${KernelHeap.usedBytes()} bytes in use, at most ${KernelHeap.peakBytes()}`,
  );
  println(
    `        ${KernelHeap.allocationCount()} allocations, ${KernelHeap.deallocationCount()} given back, ${KernelHeap.holeCount()} holes, the largest of ${KernelHeap.largestHole()} bytes`,
  );
}

/** `heap`: a character for each piece of the heap. */
export function showHeapMap(_: string[]): void {
  const size = KernelHeap.sizeBytes();
  const cellBytes = (size + MAP_COLUMNS * MAP_ROWS - 1) / (MAP_COLUMNS * MAP_ROWS);
  println(`0x${HEAP_START}, ${cellBytes} bytes per character: # in use, + partly, . free`);
  for (let row: usize = 0; row < MAP_ROWS; row++) {
    for (let column: usize = 0; column < MAP_COLUMNS; column++) {
      const start = HEAP_START + (row * MAP_COLUMNS + column) * cellBytes;
      const end = min(start + cellBytes, HEAP_START + size);
      if (start >= end) break;
      const free = KernelHeap.freeBytesBetween(start, end);
      printByte(free === 0 ? 0x23 : free < end - start ? 0x2b : 0x2e);
    }
    println();
  }
  showHeap();
}

/** `peek ADDRESS`: 64 bytes, in hexadecimal and as characters. */
export function peek(words: string[]): void {
  const start = addressOf(words);
  for (let row: u64 = 0; row < PEEK_BYTES; row += PEEK_COLUMNS) {
    printHexadecimal(start + row, 16);
    print(' ');
    for (let i: u64 = 0; i < PEEK_COLUMNS; i++) {
      print(' ');
      printHexadecimal(load8(start + row + i), 2);
    }
    print('  ');
    for (let i: u64 = 0; i < PEEK_COLUMNS; i++) {
      const byte = load8(start + row + i);
      printByte(byte >= 0x20 && byte < 0x7f ? byte : 0x2e);
    }
    println();
  }
}

/** `pages ADDRESS`: the entry of each level, down to the page or to where the way ends. */
export function showPageWalk(words: string[]): void {
  const address = addressOf(words);
  print('place: ');
  Regions.printPlace(address);
  println();
  const last = walkPageTables(address);
  const lastLevel = last.level;
  const isMapped = last.isMapped;
  for (let level = TOP_LEVEL; level >= lastLevel; level--) {
    const entry = readEntry(level, address);
    print(`P${level}[`);
    printDecimal(tableIndex(level, address), 3);
    print('] = 0x');
    printHexadecimal(entry, 16);
    printFlags(entry);
    println();
  }
  if (!isMapped) println('not mapped');
  else {
    const offsetMask: u64 = ((<u64>1) << (3 + 9 * lastLevel)) - 1;
    println(`physical address: 0x${(last.entry & ENTRY_ADDRESS & ~offsetMask) + (address & offsetMask)}`);
  }
}

function printFlags(entry: u64): void {
  setColor(Color.Yellow);
  for (let bit = 0; bit < ENTRY_FLAG_NAMES.length; bit++)
    if (entry & ((<u64>1) << bit)) print(` ${ENTRY_FLAG_NAMES[bit]}`);
  if (entry >> 63) print(' NX');
  setColor(Color.LightGray);
}

/** The address that a command was given; 0 if it was none. */
function addressOf(words: string[]): u64 {
  return words.length === 0 ? 0 : parseNumber(words[0], 0);
}
