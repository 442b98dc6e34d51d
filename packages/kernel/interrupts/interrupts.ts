// The order in which a kernel's interrupts come to life.
import { Gdt } from './gdt';
import { Idt } from './idt';
import { installKernelHandlers } from './kernel-handlers';
import { Recovery } from './recovery';
import { DOUBLE_FAULT_STACK, MACHINE_CHECK_STACK, NON_MASKABLE_INTERRUPT_STACK, TSS } from './tss';

/** Handlers for everything, on the running stack: the first thing that the kernel does, so that no fault is silent. */
export function initializeExceptions(): void {
  installKernelHandlers(false);
  Recovery.initialize();
  Idt.load();
}

/**
 * Loads GDT and TSS, and gives the double fault, the non-maskable interrupt and the machine check a stack each.
 * @param doubleFaultStack highest address of the stack, likewise the others
 */
export function initializeInterruptStacks(doubleFaultStack: u64, nonMaskableStack: u64, machineCheckStack: u64): void {
  TSS.setInterruptStack(DOUBLE_FAULT_STACK, doubleFaultStack);
  TSS.setInterruptStack(NON_MASKABLE_INTERRUPT_STACK, nonMaskableStack);
  TSS.setInterruptStack(MACHINE_CHECK_STACK, machineCheckStack);
  TSS.denyAllPorts();
  Gdt.load(true);
  installKernelHandlers(true);
  Recovery.initialize();
}
