// Exercise 6: map the page at 0x5000_0000 to the frame of the screen, writable, and write a white `W` on blue (0x1f57) into
// the first cell of the screen through it.
import { BootInformation } from '../../library/boot-information';
import { halt } from '../../library/panic';
import { WRITER } from '../../library/vga-buffer';
import { FRAMES } from '../../memory/kernel-frames';

export { abort } from '../../library/panic';

/** The kernel. */
export function kmain(informationAddress: u32, magic: u32): void {
  WRITER.clearScreen();
  BootInformation.read(informationAddress, magic);
  FRAMES.initialize();
  halt();
}
