// The whole kernel, as `npm start` shows it. Boot code has checked the machine, mapped the first GiB and entered 64-bit
// mode; `kmain` takes over with the loader's record in its hands.
//
// Words on the command line ask for more: `verbose` (what differs from machine to machine), and the deliberate ends
// `panic`, `fault` and `exit` (`demonstrations.ts`).
import { BootInformation } from '../library/boot-information';
import { hasWord } from '../library/command-line';
import { hideCursor } from '../library/cursor';
import { halt } from '../library/panic';
import { println } from '../library/print';
import { mirrorToSerial } from '../library/serial';
import { WRITER } from '../library/vga-buffer';
import { endByExit, endByFault, endByPanic } from './demonstrations';
import { showMachine, showWelcome } from './welcome';

export { abort } from '../library/panic';

/**
 * The kernel.
 * @param informationAddress physical address of the loader's boot information
 * @param magic which Multiboot protocol it follows
 */
export function kmain(informationAddress: u32, magic: u32): void {
  WRITER.clearScreen(); // the loader's text goes
  hideCursor(); // and its cursor
  mirrorToSerial(); // from here on, output goes to the first serial port too
  BootInformation.read(informationAddress, magic); // command line and memory map can be asked for

  if (hasWord('verbose')) showMachine(magic);
  else showWelcome();

  if (hasWord('panic')) endByPanic();
  if (hasWord('fault')) endByFault();
  if (hasWord('exit')) endByExit();
  println('   Nothing left to do. The processor sleeps.');
  halt(); // for good
}
