// What happens before `main` in a kernel of one's own: the start that `library/build/own-kernel.ts` generates
// calls this with the loader's two values.
import { BootInformation } from './boot-information';
import { hideCursor } from './cursor';
import { mirrorToSerial } from './serial';
import { WRITER } from './vga-buffer';

/**
 * Empties the screen, mirrors what is printed to COM1, and makes the boot information readable.
 * @param informationAddress physical address of the loader's boot information
 * @param magic which Multiboot protocol it follows
 */
export function start(informationAddress: u32, magic: u32): void {
  WRITER.clearScreen();
  hideCursor();
  mirrorToSerial();
  BootInformation.read(informationAddress, magic);
}
