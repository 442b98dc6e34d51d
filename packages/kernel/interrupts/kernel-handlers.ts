// The handlers of the whole kernel: every vector has one. Each says what happened, in the words of the book where the
// book has words, and then explains it. What comes next depends on who it was:
//
//     a breakpoint, a debug exception, an NMI, a stray interrupt    goes on where it was
//     a user program                                                is killed, the kernel goes on
//     the kernel, with a checkpoint (`recovery.ts`)                 what it was doing is abandoned, it goes on there
//     the kernel otherwise                                          the end
import { printBacktrace } from '../library/backtrace';
import { isInCriticalSection } from '../library/critical-section';
import { interruptDepth } from '../library/interrupt-depth';
import { end } from '../library/panic';
import { print, println, printHexadecimal, setColor } from '../library/print';
import { Color, WRITER } from '../library/vga-buffer';
import { load8, readCr2 } from '../library/x86';
import { breakpointHandler, printPageFault } from './book-handlers';
import { setHandler } from './dispatch';
import { InterruptFrame, InterruptHandler, printStackFrame } from './interrupt-frame';
import { explainPageFault } from './page-fault';
import { Recovery } from './recovery';
import { Regions } from './regions';
import { interruptStackOf } from './tss';
import {
  BREAKPOINT,
  DEBUG,
  DOUBLE_FAULT,
  EXCEPTION_COUNT,
  exceptionName,
  hasSelectorErrorCode,
  INVALID_OPCODE,
  MACHINE_CHECK,
  NON_MASKABLE_INTERRUPT,
  PAGE_FAULT,
  printSelectorErrorCode,
  VECTOR_COUNT,
} from './vectors';

/** How many bytes of an invalid instruction are shown. */
const SHOWN_BYTES: u64 = 4;

let userFaultHandler: InterruptHandler = endKernel;

/**
 * Gives every vector a handler.
 * @param hasInterruptStacks whether the TSS has stacks for the vectors that want their own
 */
export function installKernelHandlers(hasInterruptStacks: bool): void {
  for (let vector: u32 = 0; vector < VECTOR_COUNT; vector++) {
    const stack = hasInterruptStacks ? interruptStackOf(vector) : 0;
    setHandler(vector, vector < EXCEPTION_COUNT ? exceptionHandler : unexpectedInterruptHandler, stack);
  }
  setHandler(BREAKPOINT, breakpointHandler, 0, 3); // ring 3 may use `int3` too
}

/** Sets what happens to a user program after the message about its fault. */
export function setUserFaultHandler(handler: InterruptHandler): void {
  userFaultHandler = handler;
}

/** Any exception but a breakpoint. */
function exceptionHandler(frame: InterruptFrame): void {
  const vector = <u32>frame.vector;
  const color = WRITER.colorCode;
  setColor(Color.LightRed);
  printException(frame, vector);
  setColor(Color.LightGray);
  if (!frame.isFromUserMode) printBacktrace(frame.rip, frame.rbp, frame.rsp);
  WRITER.colorCode = color;
  if (vector === DEBUG || vector === NON_MASKABLE_INTERRUPT) return;
  if (frame.isFromUserMode) userFaultHandler(frame);
  else if (canBeAbandoned(vector)) Recovery.resume(frame);
  else endKernel(frame);
}

/** Whether what the kernel was doing is worth going on without. */
function canBeAbandoned(vector: u32): bool {
  // A fault inside a handler, in the middle of an allocation, or of a broken machine: something is left half done.
  return Recovery.isPossible() && interruptDepth() === 1 && !isInCriticalSection() && vector !== MACHINE_CHECK;
}

function endKernel(_frame: InterruptFrame): void {
  end();
}

function printException(frame: InterruptFrame, vector: u32): void {
  if (vector === PAGE_FAULT) {
    printPageFault(frame);
    explainPageFault(readCr2(), frame.errorCode);
    return;
  }
  println();
  print(`EXCEPTION: ${exceptionName(vector)}`);
  if (vector === INVALID_OPCODE) print(` at 0x${frame.rip}`);
  println();
  if (hasSelectorErrorCode(vector)) {
    print('error code: ');
    printSelectorErrorCode(frame.errorCode);
    println();
  }
  printStackFrame(frame);
  if (vector === INVALID_OPCODE) printBytes(frame.rip);
  if (vector === DOUBLE_FAULT) {
    // Most double faults begin as a page fault whose handler couldn't be entered.
    print(`last page fault: 0x${readCr2()}, `);
    Regions.printPlace(readCr2());
    println();
  }
}

/** The bytes that the processor couldn't make sense of; it has just read them, so they can be read. */
function printBytes(address: u64): void {
  print('bytes:');
  for (let i: u64 = 0; i < SHOWN_BYTES && ((address ^ (address + i)) & ~0xfff) === 0; i++) {
    print(' ');
    printHexadecimal(load8(address + i), 2);
  }
  println();
}

/** An interrupt that nothing asked for: worth a line, no reason to stop. */
function unexpectedInterruptHandler(frame: InterruptFrame): void {
  println(`unexpected interrupt ${frame.vector}`);
}
