// Exercise 10, solved: the gate names the stack.
import { setHandler } from '../../interrupts/dispatch';
import { Gdt } from '../../interrupts/gdt';
import { Idt } from '../../interrupts/idt';
import { InterruptFrame } from '../../interrupts/interrupt-frame';
import { DOUBLE_FAULT_STACK, TSS } from '../../interrupts/tss';
import { DOUBLE_FAULT } from '../../interrupts/vectors';
import { BootInformation } from '../../library/boot-information';
import { halt } from '../../library/panic';
import { println } from '../../library/print';
import { WRITER } from '../../library/vga-buffer';
import { MemoryController } from '../../memory/memory-controller';

export { interrupt } from '../../interrupts/dispatch';
export { abort } from '../../library/panic';

let sum: u64 = 0;
let depth: u32 = 0;

/** The kernel. */
export function kmain(informationAddress: u32, magic: u32): void {
  WRITER.clearScreen();
  BootInformation.read(informationAddress, magic);
  MemoryController.initialize(false);
  TSS.setInterruptStack(DOUBLE_FAULT_STACK, MemoryController.allocateStack(1));
  Gdt.load(false);
  Idt.clear();
  setHandler(DOUBLE_FAULT, doubleFault, DOUBLE_FAULT_STACK);
  Idt.load();
  sum = overflowStack(1);
}

/** Adds after the call, so that no compiler makes a loop of it. */
function overflowStack(value: u64): u64 {
  depth++;
  return value + overflowStack(value + 1) * 3;
}

function doubleFault(_frame: InterruptFrame): void {
  println('double fault');
  println(`depth: ${depth}`);
  halt();
}
