// The book's tables: a GDT with code segment and TSS, a stack of one page for double faults, and gates for two exceptions
// only. What chapter 10 sets up, and the whole kernel with the word `faithful`.
import { hasWord } from '../library/command-line';
import { MemoryController } from '../memory/memory-controller';
import { breakpointHandler, doubleFaultHandler } from './book-handlers';
import { setHandler } from './dispatch';
import { Gdt } from './gdt';
import { Idt } from './idt';
import { DOUBLE_FAULT_STACK, TSS } from './tss';
import { BREAKPOINT, DOUBLE_FAULT } from './vectors';

/** Words: `no-ist` leaves the double fault handler on the running stack, `no-df-gate` leaves it out. */
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
