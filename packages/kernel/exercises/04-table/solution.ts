// Exercise 4, solved.
import { printDecimal, println } from '../../library/print';
import { WRITER } from '../../library/vga-buffer';

export { abort } from '../../library/panic';

/** The kernel. */
export function kmain(): void {
  WRITER.clearScreen();
  println('powers of two');
  for (let power: u64 = 1; power <= 1 << 20; power <<= 1) {
    printDecimal(power, 7);
    println(`  0x${power}`);
  }
  while (true) {}
}
