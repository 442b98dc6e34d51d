// Chapter 9: handling exceptions. The interrupt descriptor table tells the processor where to go when an instruction
// can't be carried out; from a breakpoint the kernel comes back.
//
// Words on the command line: `divide`, `invalid-opcode`, `page-fault`, `page-fault-read` end with the message of that
// exception, `page-fault-loop` returns from the handler without having mended anything, `no-gates` (the IDT has limit 0)
// ends in a triple fault.
import {
  breakpointHandler,
  divideByZeroHandler,
  invalidOpcodeHandler,
  pageFaultHandler,
  returningPageFaultHandler,
} from '../../interrupts/book-handlers';
import { setHandler } from '../../interrupts/dispatch';
import { Idt } from '../../interrupts/idt';
import { BREAKPOINT, DIVIDE_ERROR, INVALID_OPCODE, PAGE_FAULT } from '../../interrupts/vectors';
import { BootInformation } from '../../library/boot-information';
import { hasWord } from '../../library/command-line';
import { halt } from '../../library/panic';
import { println } from '../../library/print';
import { WRITER } from '../../library/vga-buffer';
import { int3, load8, store64, ud2 } from '../../library/x86';
import { MemoryController } from '../../memory/memory-controller';

export { interrupt } from '../../interrupts/dispatch';
export { abort } from '../../library/panic';

/** The kernel. */
export function kmain(informationAddress: u32, magic: u32): void {
  WRITER.clearScreen();
  BootInformation.read(informationAddress, magic);
  MemoryController.initialize(false);

  Idt.clear();
  setHandler(BREAKPOINT, breakpointHandler);
  if (hasWord('divide')) setHandler(DIVIDE_ERROR, divideByZeroHandler);
  if (hasWord('invalid-opcode')) setHandler(INVALID_OPCODE, invalidOpcodeHandler);
  if (hasWord('page-fault') || hasWord('page-fault-read')) setHandler(PAGE_FAULT, pageFaultHandler);
  if (hasWord('page-fault-loop')) setHandler(PAGE_FAULT, returningPageFaultHandler);
  if (hasWord('no-gates')) Idt.loadWithLimit(0);
  else Idt.load();

  if (hasWord('divide')) divideByZero();
  if (hasWord('invalid-opcode')) ud2();
  if (hasWord('page-fault') || hasWord('page-fault-loop')) store64(0xdeadbeaf, 42);
  if (hasWord('page-fault-read')) load8(0xdeadbeaf);
  int3();
  println('It did not crash!');
  halt();
}

/** A divisor that the compiler doesn't know. */
let divisor: u32 = 0;

function divideByZero(): void {
  divisor = 42 / divisor;
}
