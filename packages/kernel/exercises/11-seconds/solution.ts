// Exercise 11, solved.
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

const TICKS_PER_SECOND: u64 = 100;

/** The kernel. */
export function kmain(informationAddress: u32, magic: u32): void {
  WRITER.clearScreen();
  BootInformation.read(informationAddress, magic);
  initializeExceptions();
  MemoryController.initialize(false);
  initializeInterruptLines();
  Pit.start();
  sti();
  for (let second = 1; second <= 3; second++) {
    Pit.sleep(TICKS_PER_SECOND);
    println(`${second} s`);
  }
  halt();
}
