// Exercise 9: survive an invalid instruction. Install a handler of vector 6 that prints `invalid opcode at 0x...`, with the
// address of the instruction, and steps over it. `ud2` is two bytes long.
import { Idt } from '../../interrupts/idt';
import { halt } from '../../library/panic';
import { println } from '../../library/print';
import { WRITER } from '../../library/vga-buffer';
import { ud2 } from '../../library/x86';

export { interrupt } from '../../interrupts/dispatch';
export { abort } from '../../library/panic';

/** The kernel. */
export function kmain(): void {
  WRITER.clearScreen();
  Idt.clear();
  Idt.load();
  ud2();
  println('survived');
  halt();
}
