// Exercise 5: print the frames of each available memory area, and only those that lie in it as a whole:
//
//     area at 0x0: frames 0x0 to 0x9e
//
// `area.base` and `area.length` are in bytes, and neither has to be a multiple of 4096.
import { BootInformation } from '../../library/boot-information';
import { halt } from '../../library/panic';
import { println } from '../../library/print';
import { WRITER } from '../../library/vga-buffer';

export { abort } from '../../library/panic';

/** The kernel. */
export function kmain(informationAddress: u32, magic: u32): void {
  WRITER.clearScreen();
  BootInformation.read(informationAddress, magic);
  let area = BootInformation.firstMemoryArea();
  while (area) {
    if (area.isAvailable) {
      println(`area at 0x${area.base}: ${area.length} bytes`);
    }
    area = BootInformation.nextMemoryArea(area);
  }
  halt();
}
