// Exercise 5, solved: the first frame is rounded up, the end is rounded down.
import { BootInformation } from '../../library/boot-information';
import { halt } from '../../library/panic';
import { println } from '../../library/print';
import { WRITER } from '../../library/vga-buffer';
import { PAGE_SIZE } from '../../memory/frame';

export { abort } from '../../library/panic';

/** The kernel. */
export function kmain(informationAddress: u32, magic: u32): void {
  WRITER.clearScreen();
  BootInformation.read(informationAddress, magic);
  let area = BootInformation.firstMemoryArea();
  while (area) {
    if (area.isAvailable) {
      const first = (area.base + PAGE_SIZE - 1) / PAGE_SIZE;
      const end = (area.base + area.length) / PAGE_SIZE;
      println(`area at 0x${area.base}: frames 0x${first} to 0x${end - 1}`);
    }
    area = BootInformation.nextMemoryArea(area);
  }
  halt();
}
