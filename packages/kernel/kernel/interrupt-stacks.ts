// The stacks that the kernel needs beside its own: three for the interrupt stack table, and the one on which it is
// entered from ring 3. Each has a guard page below it, with a name.
import { Regions } from '../interrupts/regions';
import { initializeInterruptStacks } from '../interrupts/interrupts';
import { registerStack } from '../library/backtrace';
import { MemoryController } from '../memory/memory-controller';
import { stackTop } from './link-symbols';

const PAGE: u64 = 4096;
/** Enough for a handler that explains a fault in detail. */
const STACK_PAGES: u64 = 4;

/** Allocates the stacks and tells the processor. Returns the one for entries from ring 3. */
export function allocateInterruptStacks(): u64 {
  // The guard page has taken the place of the lowest boot table, so the kernel's stack begins further down now.
  const guardPage = MemoryController.guardPage();
  if (guardPage !== 0) registerStack(guardPage + PAGE, stackTop());
  const doubleFault = allocateStack('the double fault stack', 'the guard page below the double fault stack');
  const nonMaskable = allocateStack('the NMI stack', 'the guard page below the NMI stack');
  const machineCheck = allocateStack('the machine check stack', 'the guard page below the machine check stack');
  initializeInterruptStacks(doubleFault, nonMaskable, machineCheck);
  return allocateStack('the system call stack', 'the guard page below the system call stack');
}

function allocateStack(name: string, guardName: string): u64 {
  const top = MemoryController.allocateStack(STACK_PAGES);
  assert(top !== 0, 'no room for the interrupt stacks');
  const bottom = top - STACK_PAGES * PAGE;
  Regions.add(bottom - PAGE, bottom, guardName);
  Regions.add(bottom, top, name);
  registerStack(bottom, top);
  return top;
}
