// Exercise 4: print the powers of two from 1 to 2^20, one line each, right-aligned in decimal in seven columns, then two
// spaces, then in hexadecimal: `   1024  0x400`. `library/print.ts` has what it takes, and no heap is needed.
import { println } from '../../library/print';
import { WRITER } from '../../library/vga-buffer';

export { abort } from '../../library/panic';

/** The kernel. */
export function kmain(): void {
  WRITER.clearScreen();
  println('powers of two');
  while (true) {}
}
