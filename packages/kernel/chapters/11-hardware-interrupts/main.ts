// Chapter 11: the world outside. Timer and keyboard interrupt the kernel, which sleeps in between: a dot for each tick,
// a scan code for each press and release of a key.
import { initializeInterruptLines } from '../../drivers/interrupt-lines';
import { KeyboardController, SCAN_CODES } from '../../drivers/keyboard-controller';
import { Pit } from '../../drivers/pit';
import { initializeExceptions } from '../../interrupts/interrupts';
import { BootInformation } from '../../library/boot-information';
import { print, println } from '../../library/print';
import { WRITER } from '../../library/vga-buffer';
import { cli, sti, stiHlt } from '../../library/x86';
import { MemoryController } from '../../memory/memory-controller';

export { interrupt } from '../../interrupts/dispatch';
export { abort } from '../../library/panic';

const DOTS: u64 = 20;

/** The kernel. */
export function kmain(informationAddress: u32, magic: u32): void {
  WRITER.clearScreen();
  BootInformation.read(informationAddress, magic);
  initializeExceptions();
  MemoryController.initialize(false);
  initializeInterruptLines();
  Pit.start();
  if (!KeyboardController.initialize()) println('There is no keyboard controller.');

  println('A dot for each tick of the timer:');
  for (let dots: u64 = 0; dots < DOTS; dots++) {
    Pit.sleep(1);
    print('.');
  }
  println();
  Pit.setTicking(false); // nobody waits for a tick any more, so let the processor sleep
  println('The scan codes of the keyboard:');
  while (true) {
    cli(); // so that no key can come between the look and the sleep
    const scanCode = SCAN_CODES.take();
    if (scanCode < 0) {
      stiHlt();
      continue;
    }
    sti();
    println(`0x${scanCode}`);
  }
}
