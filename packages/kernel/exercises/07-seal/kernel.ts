// Exercise 7: seal a page. `PAGE` is a page of static memory. Write the number 42 into it, then take the right to write away,
// so that only reading is left (no execution either), and print its address: `sealed: 0x110000`.
import { BootInformation } from '../../library/boot-information';
import { halt } from '../../library/panic';
import { println } from '../../library/print';
import { WRITER } from '../../library/vga-buffer';
import { FRAMES } from '../../memory/kernel-frames';
import { enableNoExecute, enableWriteProtect, remapTheKernel } from '../../memory/remap-kernel';

export { abort } from '../../library/panic';

const PAGE = memory.data(4096, 4096);

/** The kernel. */
export function kmain(informationAddress: u32, magic: u32): void {
  WRITER.clearScreen();
  BootInformation.read(informationAddress, magic);
  FRAMES.initialize();
  enableNoExecute();
  enableWriteProtect();
  remapTheKernel(false);

  store<u64>(PAGE, 42);
  println(`sealed: 0x${<u64>PAGE}`);
  halt();
}
