// Exercise 9, solved: the frame is the saved state itself.
import { setHandler } from '../../interrupts/dispatch';
import { Idt } from '../../interrupts/idt';
import { InterruptFrame } from '../../interrupts/interrupt-frame';
import { INVALID_OPCODE } from '../../interrupts/vectors';
import { halt } from '../../library/panic';
import { println } from '../../library/print';
import { WRITER } from '../../library/vga-buffer';
import { ud2 } from '../../library/x86';

export { interrupt } from '../../interrupts/dispatch';
export { abort } from '../../library/panic';

const UD2_BYTES: u64 = 2;

/** The handler. */
function stepOver(frame: InterruptFrame): void {
  println(`invalid opcode at 0x${frame.rip}`);
  frame.rip += UD2_BYTES;
}

/** The kernel. */
export function kmain(): void {
  WRITER.clearScreen();
  Idt.clear();
  setHandler(INVALID_OPCODE, stepOver);
  Idt.load();
  ud2();
  println('survived');
  halt();
}
