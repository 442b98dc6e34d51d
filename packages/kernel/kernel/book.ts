// The word `faithful`: the kernel does what the book's kernel does at the end of its last chapter, with its texts, its
// tables and its weaknesses. The order is that of the book: memory first, and the IDT only after it, so a fault on the way
// is a triple fault.
import { initializeBookInterrupts } from '../interrupts/book-interrupts';
import { hasWord } from '../library/command-line';
import { println } from '../library/print';
import { int3, store64 } from '../library/x86';
import { MemoryController } from '../memory/memory-controller';

/** How many strings are made and forgotten, to show that the heap gets its memory back. */
const STRINGS: u32 = 10_000;

/** Does not return. Words of `book-interrupts.ts`, and `write`: a page fault in the place of the stack overflow. */
export function runBook(): void {
  println('Hello World!');
  MemoryController.initialize(true);
  initializeBookInterrupts();
  for (let i: u32 = 0; i < STRINGS; i++) makeString(i);
  int3();
  println('It did not crash!');
  if (hasWord('write')) store64(0xdeadbeaf, 42);
  sum = overflowStack(1);
}

let sum: u64 = 0;
let length: i32 = 0;

function makeString(i: u32): void {
  length += `Some String ${i}`.length;
}

function overflowStack(depth: u64): u64 {
  return depth + overflowStack(depth + 1) * 3;
}
