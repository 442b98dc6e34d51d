// Chapter 10: double faults. When the kernel's stack is full, no handler can be entered: the processor has nowhere to put
// the frame. The interrupt stack table gives the double fault handler a stack of its own, and a stack overflow ends in a
// message instead of a reset.
//
// Words on the command line: `no-ist` leaves the stack out, `no-df-gate` the handler; `write` has a page fault without a
// handler in the place of the stack overflow.
import { initializeBookInterrupts } from '../../interrupts/book-interrupts';
import { BootInformation } from '../../library/boot-information';
import { hasWord } from '../../library/command-line';
import { println } from '../../library/print';
import { WRITER } from '../../library/vga-buffer';
import { int3, store64 } from '../../library/x86';
import { MemoryController } from '../../memory/memory-controller';

export { interrupt } from '../../interrupts/dispatch';
export { abort } from '../../library/panic';

/** The kernel. */
export function kmain(informationAddress: u32, magic: u32): void {
  WRITER.clearScreen();
  BootInformation.read(informationAddress, magic);
  MemoryController.initialize(false);
  initializeBookInterrupts();
  int3();
  println('It did not crash!');
  if (hasWord('write')) store64(0xdeadbeaf, 42);
  sum = overflowStack(1);
}

let sum: u64 = 0;

/** Adds after the call, so that no compiler makes a loop of it. */
function overflowStack(depth: u64): u64 {
  return depth + overflowStack(depth + 1) * 3;
}
