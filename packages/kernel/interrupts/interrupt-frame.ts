// Handlers of interrupts and exceptions: their type, and the part of the frame that the book prints.
import { InterruptFrame } from '../library/interrupt-frame';
import { println } from '../library/print';

export { InterruptFrame } from '../library/interrupt-frame';

/** A handler of one vector. It runs with interrupts off, and it must not allocate: the heap may be in the middle of something. */
export type InterruptHandler = (frame: InterruptFrame) => void;

/** Prints the part of the frame that the processor has pushed, in the form that the book shows. */
export function printStackFrame(frame: InterruptFrame): void {
  println('ExceptionStackFrame {');
  println(`    instruction_pointer: 0x${frame.rip},`);
  println(`    code_segment: ${frame.cs},`);
  println(`    cpu_flags: 0x${frame.rflags},`);
  println(`    stack_pointer: 0x${frame.rsp},`);
  println(`    stack_segment: ${frame.ss}`);
  println('}');
}
