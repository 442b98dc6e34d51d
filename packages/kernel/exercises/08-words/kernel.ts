// Exercise 8: count how often each word occurs in `TEXT`, with a `Map`, and print them in the order of their first
// occurrence, one per line: `the: 4`.
import { BootInformation } from '../../library/boot-information';
import { halt } from '../../library/panic';
import { println } from '../../library/print';
import { WRITER } from '../../library/vga-buffer';
import { MemoryController } from '../../memory/memory-controller';

export { abort } from '../../library/panic';

const TEXT = 'the page the frame and the table that maps the page to the frame';

/** The kernel. */
export function kmain(informationAddress: u32, magic: u32): void {
  WRITER.clearScreen();
  BootInformation.read(informationAddress, magic);
  MemoryController.initialize(false);
  println(TEXT);
  halt();
}
