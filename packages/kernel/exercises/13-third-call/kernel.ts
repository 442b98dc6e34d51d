// Exercise 13: a system call of your own. Install a handler of `int 0x80` that user programs may use (privilege 3): call
// number 2 answers with the sum of its arguments in rdi and rsi, any other number with 2^64 - 1, as a -1 looks without a sign.
import { Idt } from '../../interrupts/idt';
import { halt } from '../../library/panic';
import { println } from '../../library/print';
import { WRITER } from '../../library/vga-buffer';
import { systemCall } from '../../library/x86';

export { interrupt } from '../../interrupts/dispatch';
export { abort } from '../../library/panic';

/** The kernel. The gate works from ring 0 as well, so a program isn't needed to try it. */
export function kmain(): void {
  WRITER.clearScreen();
  Idt.clear();
  Idt.load();
  println(`40 + 2 = ${systemCall(2, 40, 2, 0)}`);
  println(`nonsense: ${systemCall(77, 0, 0, 0)}`);
  halt();
}
