// Exercise 11: print `1 s`, `2 s` and `3 s`, each when that many seconds have passed since the timer started, then stop.
import { initializeInterruptLines } from '../../drivers/interrupt-lines';
import { Pit } from '../../drivers/pit';
import { initializeExceptions } from '../../interrupts/interrupts';
import { BootInformation } from '../../library/boot-information';
import { halt } from '../../library/panic';
import { println } from '../../library/print';
import { WRITER } from '../../library/vga-buffer';
import { sti } from '../../library/x86';
import { MemoryController } from '../../memory/memory-controller';

export { interrupt } from '../../interrupts/dispatch';
export { abort } from '../../library/panic';

/** The kernel. */
export function kmain(informationAddress: u32, magic: u32): void {
  WRITER.clearScreen();
  BootInformation.read(informationAddress, magic);
  initializeExceptions();
  MemoryController.initialize(false);
  initializeInterruptLines();
  Pit.start();
  sti();
  println('0 s');
  halt();
}
