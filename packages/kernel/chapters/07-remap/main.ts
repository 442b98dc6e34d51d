// Chapter 7: new page tables for the kernel, in which each section has the rights that it needs and no more, and a guard
// page below the stack.
//
// Words on the command line: `faithful` (rights as in the book), `no-nxe`, `no-wp`, `no-vga`, `no-mbi`, `no-guard`
// (leave a step out), `write-rodata`, `execute-data`, `overflow` and what chapter 6 has (`memory/scenarios.ts`).
import { BootInformation } from '../../library/boot-information';
import { halt } from '../../library/panic';
import { println } from '../../library/print';
import { WRITER } from '../../library/vga-buffer';
import { FRAMES } from '../../memory/kernel-frames';
import { enableNoExecute, enableWriteProtect, remapTheKernel } from '../../memory/remap-kernel';
import { runMemoryScenario } from '../../memory/scenarios';

export { abort } from '../../library/panic';

/** The kernel: moves to tables of its own. */
export function kmain(informationAddress: u32, magic: u32): void {
  WRITER.clearScreen();
  BootInformation.read(informationAddress, magic);
  FRAMES.initialize();
  enableNoExecute();
  enableWriteProtect();
  remapTheKernel(true);

  FRAMES.allocateFrame(); // reads the loader's memory map, which has to be mapped still
  runMemoryScenario();
  println('It did not crash!');
  halt();
}
