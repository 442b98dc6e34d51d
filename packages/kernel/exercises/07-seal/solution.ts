// Exercise 7, solved. Without the `flush` the processor may go on using the old rights.
import { BootInformation } from '../../library/boot-information';
import { halt } from '../../library/panic';
import { println } from '../../library/print';
import { WRITER } from '../../library/vga-buffer';
import { FRAMES } from '../../memory/kernel-frames';
import { pageContaining, virtualAddress } from '../../memory/page';
import { EntryFlag } from '../../memory/paging/entry';
import { MAPPER } from '../../memory/paging/mapper';
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
  const page = pageContaining(virtualAddress(PAGE));
  MAPPER.updateFlags(page, EntryFlag.PRESENT | EntryFlag.NO_EXECUTE).flush();
  println(`sealed: 0x${<u64>PAGE}`);
  halt();
}
