// The words on the command line that try something with the memory, in one table. Most are mistakes on purpose, to see
// what comes of them. They need `MemoryController.initialize`, but not the heap unless their name says so.
//
// Other words leave out a step of the initialization. They act by themselves:
//
//     no-nxe, no-wp, no-vga, no-mbi, no-guard      `remap-kernel.ts`
//     no-heap, no-heap-pages, heap-bug             `heap/kernel-heap.ts`
//     bump, holes                                  which allocator is under the heap: `heap/kernel-heap.ts`
//     faithful                                     the book's behaviour, its weaknesses included: `mode.ts`
import { hasWord } from '../library/command-line';
import { print, println } from '../library/print';
import { freeFrame } from './frame-scenarios';
import {
  forgetFlush,
  invalidAddress,
  mapAndUnmap,
  mapInsideHuge,
  mapTwice,
  readAfterUnmap,
  staleTranslation,
  unmapTwice,
} from './paging-scenarios';
import { executeData, overflowStack, writeToConstants } from './protection-scenarios';

/** What a visitor of the table gets; a true answer ends the visit. */
type Visitor = (word: string, meaning: string, run: () => void) => bool;

/** The table. */
function visit(visitor: Visitor): bool {
  return (
    visitor('free', 'a frame given back is used again (faithful: it cannot be given back)', freeFrame) ||
    visitor('map', 'map a page, read through it, unmap it', mapAndUnmap) ||
    visitor('stale', 'unmap a page without telling the processor: it can still be read', staleTranslation) ||
    visitor('unmapped', 'read a page after unmapping it: page fault', readAfterUnmap) ||
    visitor('map-twice', 'map a mapped page: panic', mapTwice) ||
    visitor('unmap-twice', 'unmap an unmapped page: panic', unmapTwice) ||
    visitor('huge', 'map a page inside a huge page: panic', mapInsideHuge) ||
    visitor('invalid', 'an address that is not canonical: panic', invalidAddress) ||
    visitor('forget', 'forget to flush a changed mapping: panic at the next change', forgetFlush) ||
    visitor('write-rodata', 'write to constant data: page fault (with no-wp: nothing happens)', writeToConstants) ||
    visitor('execute-data', 'execute static data: page fault', executeData) ||
    visitor('overflow', 'recurse until the stack hits its guard page', overflowStack)
  );
}

/** Runs what the command line asks for. True if there was such a word, and it came back. */
export function runMemoryScenario(): bool {
  return visit((word, _meaning, run) => {
    if (!hasWord(word)) return false;
    run();
    return true;
  });
}

/** Prints all words with their meaning. */
export function showMemoryScenarios(): void {
  visit((word, meaning, _run) => {
    print('      ');
    print(word);
    for (let column = word.length; column < 14; column++) print(' ');
    println(meaning);
    return false;
  });
}
