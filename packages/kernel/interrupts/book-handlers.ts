// The handlers of the book, with its exact texts: what chapters 9 and 10 install, and the whole kernel with the word
// `faithful`. The whole kernel's own handlers (`kernel-handlers.ts`) print the same and go on from there.
import { halt } from '../library/panic';
import { print, println } from '../library/print';
import { readCr2 } from '../library/x86';
import { InterruptFrame, printStackFrame } from './interrupt-frame';
import { printPageFaultErrorCode } from './page-fault';

/** A breakpoint is the one exception that every kernel can go on after: rip is already behind the `int3`. */
export function breakpointHandler(frame: InterruptFrame): void {
  println('EXCEPTION: BREAKPOINT');
  printStackFrame(frame);
}

/** The kernel was about to enter a handler and couldn't. The frame is that of the second fault. */
export function doubleFaultHandler(frame: InterruptFrame): void {
  println();
  println('EXCEPTION: DOUBLE FAULT');
  printStackFrame(frame);
  halt();
}

/** A division by zero, or a quotient that doesn't fit. */
export function divideByZeroHandler(frame: InterruptFrame): void {
  println();
  println('EXCEPTION: DIVIDE BY ZERO');
  printStackFrame(frame);
  halt();
}

/** Bytes that are no instruction. */
export function invalidOpcodeHandler(frame: InterruptFrame): void {
  println();
  println(`EXCEPTION: INVALID OPCODE at 0x${frame.rip}`);
  printStackFrame(frame);
  halt();
}

/** A page fault: the message, then the end. */
export function pageFaultHandler(frame: InterruptFrame): void {
  printPageFault(frame);
  halt();
}

/** The wrong end of a page fault handler: the instruction is tried again, and nothing has changed. */
export function returningPageFaultHandler(frame: InterruptFrame): void {
  printPageFault(frame);
}

/** The message of a page fault. */
export function printPageFault(frame: InterruptFrame): void {
  println();
  println(`EXCEPTION: PAGE FAULT while accessing 0x${readCr2()}`);
  print('error code: ');
  printPageFaultErrorCode(frame.errorCode);
  println();
  printStackFrame(frame);
}
