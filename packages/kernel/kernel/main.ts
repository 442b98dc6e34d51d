// The whole kernel, as `npm start` shows it: a list of what comes to life in which order. Boot code has checked the
// machine, mapped the first GiB and entered 64-bit mode; `kmain` takes over with the loader's record in its hands.
//
// Words on the command line ask for more: `scenarios.ts` lists them.
import { initializeInterruptLines } from '../drivers/interrupt-lines';
import { KeyboardController } from '../drivers/keyboard-controller';
import { Pit } from '../drivers/pit';
import { startClock } from '../drivers/real-time-clock';
import { listenToSerial } from '../drivers/serial-input';
import { initializeExceptions } from '../interrupts/interrupts';
import { BootInformation } from '../library/boot-information';
import { hasWord } from '../library/command-line';
import { hideCursor } from '../library/cursor';
import { mirrorToSerial } from '../library/serial';
import { WRITER } from '../library/vga-buffer';
import { sti } from '../library/x86';
import { MemoryController } from '../memory/memory-controller';
import { isFaithful } from '../memory/mode';
import { initializeSleep } from '../tasks/sleep';
import { UserMode } from '../user/user-mode';
import { runBook } from './book';
import { allocateInterruptStacks } from './interrupt-stacks';
import { nameRegions } from './name-regions';
import { runScenarios } from './scenarios';
import { runSelfTests } from './self-tests';
import { runShell } from './shell/shell';
import { showMachine, showWelcome } from './welcome';

export { interrupt } from '../interrupts/dispatch';
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
  if (isFaithful()) runBook(); // the book's kernel, to the letter; does not return

  initializeExceptions(); // every fault from here on is explained
  MemoryController.initialize(hasWord('verbose')); // frames, page tables with the right rights, the heap
  nameRegions(); // fault messages say where
  const systemCallStack = allocateInterruptStacks(); // a double fault finds a good stack
  UserMode.initialize(systemCallStack); // ring 3 and its system calls
  initializeInterruptLines(); // the 8259 controllers: lines 0-15 are vectors 0x20-0x2f
  Pit.start(); // 100 ticks a second
  startClock(); // the time since now can be asked for
  initializeSleep(); // tasks can wait for ticks
  KeyboardController.initialize(); // keys arrive in a queue
  listenToSerial(); // and so do bytes of the serial line
  sti(); // interrupts are taken

  if (hasWord('verbose')) showMachine(magic);
  else showWelcome();
  if (hasWord('test')) runSelfTests(); // does not return
  runScenarios(); // returns unless a word on the command line asks for the end
  runShell(); // for good
}
