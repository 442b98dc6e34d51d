// From the entry points to the handlers: one table of functions, indexed by vector. `interrupt` is what all 256 entry
// points call (an image that has interrupts exports it).
//
//     device or exception -> gate of the IDT -> entry point (saves the registers) -> interrupt(frame) -> handler(frame)
import { enterInterrupt, leaveInterrupt } from '../library/interrupt-depth';
import { InterruptFrame, InterruptHandler } from './interrupt-frame';
import { Idt } from './idt';
import { VECTOR_COUNT } from './vectors';

/** A function's number in the table of functions, per vector. 0 = no handler. */
const HANDLERS = memory.data(VECTOR_COUNT * 4, 4);

/** Called by the entry point of every vector. */
export function interrupt(frame: InterruptFrame): void {
  enterInterrupt();
  const handler = load<u32>(HANDLERS + <usize>frame.vector * 4);
  changetype<InterruptHandler>(handler)(frame);
  leaveInterrupt();
}

/** Makes `handler` answer a vector and opens the vector's gate; for `stack` and `privilege` see {@link Idt.setGate}. */
export function setHandler(vector: u32, handler: InterruptHandler, stack: u32 = 0, privilege: u32 = 0): void {
  store<u32>(HANDLERS + vector * 4, changetype<u32>(handler));
  Idt.setGate(vector, stack, privilege);
}
