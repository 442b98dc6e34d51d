// Exercise 6, solved.
import { BootInformation } from '../../library/boot-information';
import { halt } from '../../library/panic';
import { VGA_BUFFER, WRITER } from '../../library/vga-buffer';
import { store16 } from '../../library/x86';
import { Frame, physicalAddress } from '../../memory/frame';
import { FRAMES, KernelFrameAllocator } from '../../memory/kernel-frames';
import { pageContaining, virtualAddress } from '../../memory/page';
import { EntryFlag } from '../../memory/paging/entry';
import { MAPPER } from '../../memory/paging/mapper';

const WINDOW: u64 = 0x5000_0000;

export { abort } from '../../library/panic';

/** The kernel. */
export function kmain(informationAddress: u32, magic: u32): void {
  WRITER.clearScreen();
  BootInformation.read(informationAddress, magic);
  FRAMES.initialize();
  const page = pageContaining(virtualAddress(WINDOW));
  const screen = Frame.containing(physicalAddress(VGA_BUFFER));
  MAPPER.mapTo<KernelFrameAllocator>(page, screen, EntryFlag.WRITABLE, FRAMES).flush();
  store16(WINDOW, 0x1f57);
  halt();
}
