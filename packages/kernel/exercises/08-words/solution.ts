// Exercise 8, solved. A `Map` keeps its keys in the order in which they came.
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
  const counts = new Map<string, i32>();
  const words = TEXT.split(' ');
  for (let i = 0; i < words.length; i++) {
    const word = words[i];
    counts.set(word, (counts.has(word) ? counts.get(word) : 0) + 1);
  }
  const all = counts.keys();
  for (let i = 0; i < all.length; i++) println(`${all[i]}: ${counts.get(all[i])}`);
  halt();
}
