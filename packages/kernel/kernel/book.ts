// The word `faithful`: the kernel does what the book's kernel does at the end of its last chapter, with its texts, its
// tables and its weaknesses. The order is that of the book: memory first, and the IDT only after it, so a fault on the way
// is a triple fault.
import { breakpointHandler, doubleFaultHandler } from '../interrupts/book-handlers';
import { setHandler } from '../interrupts/dispatch';
import { Gdt } from '../interrupts/gdt';
import { Idt } from '../interrupts/idt';
import { DOUBLE_FAULT_STACK, TSS } from '../interrupts/tss';
import { BREAKPOINT, DOUBLE_FAULT } from '../interrupts/vectors';
import { hasWord } from '../library/command-line';
import { println } from '../library/print';
import { int3, store64 } from '../library/x86';
import { MemoryController } from '../memory/memory-controller';

/** How many strings are made and forgotten, to show that the heap gets its memory back. */
const STRINGS: u32 = 10_000;

/** Does not return. Words: `no-ist`, `no-df-gate`, `write`. */
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

/** GDT, TSS and IDT as in the book: a stack of one page for double faults, and gates for two exceptions only. */
export function initializeBookInterrupts(): void {
  const stack = MemoryController.allocateStack(1);
  assert(stack !== 0, 'could not allocate double fault stack');
  TSS.setInterruptStack(DOUBLE_FAULT_STACK, stack);
  Gdt.load(false);
  Idt.clear();
  setHandler(BREAKPOINT, breakpointHandler);
  if (!hasWord('no-df-gate')) setHandler(DOUBLE_FAULT, doubleFaultHandler, hasWord('no-ist') ? 0 : DOUBLE_FAULT_STACK);
  Idt.load();
}

function overflowStack(depth: u64): u64 {
  return depth + overflowStack(depth + 1) * 3;
}
