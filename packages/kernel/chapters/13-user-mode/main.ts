// Chapter 13: user mode. A program in ring 3, with pages of its own, asks the kernel to print; then it tries what it must
// not do, is ended, and the kernel goes on.
import { initializeInterruptLines } from '../../drivers/interrupt-lines';
import { initializeExceptions, initializeInterruptStacks } from '../../interrupts/interrupts';
import { BootInformation } from '../../library/boot-information';
import { halt } from '../../library/panic';
import { println } from '../../library/print';
import { WRITER } from '../../library/vga-buffer';
import { MemoryController } from '../../memory/memory-controller';
import { loadProgram, PROGRAM_STACK_TOP, unloadProgram } from '../../user/program-loader';
import { UserMode } from '../../user/user-mode';

export { interrupt } from '../../interrupts/dispatch';
export { abort } from '../../library/panic';

/** The ELF file of the program, which travels inside of the image. */
// @ts-ignore: decorator
@external("link", "user_program_start")
declare function userProgram(): usize;

/** Arguments of the program (`user/program/main.ts`): to behave, and to read memory of the kernel. */
const HELLO: u64 = 0;
const READ_KERNEL: u64 = 1;

/** The kernel. */
export function kmain(informationAddress: u32, magic: u32): void {
  WRITER.clearScreen();
  BootInformation.read(informationAddress, magic);
  initializeExceptions();
  MemoryController.initialize(false);
  const doubleFaultStack = MemoryController.allocateStack(1);
  initializeInterruptStacks(doubleFaultStack, MemoryController.allocateStack(1), MemoryController.allocateStack(1));
  initializeInterruptLines(); // ring 3 runs with interrupts on: the firmware's vectors would look like exceptions
  UserMode.initialize(MemoryController.allocateStack(1));

  run(HELLO);
  run(READ_KERNEL);
  println('The kernel goes on.');
  halt();
}

function run(argument: u64): void {
  const entry = loadProgram(userProgram());
  UserMode.run(entry, PROGRAM_STACK_TOP, argument);
  unloadProgram(userProgram());
  if (UserMode.isKilled()) println('The program was killed.');
  else println(`The program ended with status ${UserMode.exitStatus()}.`);
}
