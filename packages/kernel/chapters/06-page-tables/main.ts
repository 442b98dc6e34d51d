// Chapter 6: page tables that contain themselves, so that a program can read and change the tables it runs on.
//
// Words on the command line: `faithful` (frames as in the book), and `stale`, `unmapped`, `map-twice`, `unmap-twice`,
// `huge`, `invalid`, `forget` (`memory/scenarios.ts`).
import { BootInformation } from '../../library/boot-information';
import { halt } from '../../library/panic';
import { println } from '../../library/print';
import { VGA_BUFFER, WRITER } from '../../library/vga-buffer';
import { FRAMES } from '../../memory/kernel-frames';
import { virtualAddress } from '../../memory/page';
import { MAPPER, NOT_MAPPED } from '../../memory/paging/mapper';
import { P4, RECURSIVE_INDEX } from '../../memory/paging/table';
import { mapAndUnmap } from '../../memory/paging-scenarios';
import { runMemoryScenario } from '../../memory/scenarios';

export { abort } from '../../library/panic';

/** The kernel: looks at its tables, then maps and unmaps a page. */
export function kmain(informationAddress: u32, magic: u32): void {
  WRITER.clearScreen();
  BootInformation.read(informationAddress, magic);
  FRAMES.initialize();

  println(`P4 is at 0x${P4.address}, its entry ${RECURSIVE_INDEX} points to itself`);
  println(`0x${VGA_BUFFER} is at 0x${MAPPER.translate(virtualAddress(VGA_BUFFER))}, in a page of 2 MiB`);
  const isMapped = MAPPER.translate(virtualAddress(0x4000_0000)) !== NOT_MAPPED;
  println(`0x${<u32>0x4000_0000} is mapped: ${isMapped}`);
  if (!runMemoryScenario()) mapAndUnmap();
  halt();
}
