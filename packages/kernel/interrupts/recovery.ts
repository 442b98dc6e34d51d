// The way back from a fault: a place in the kernel that can be returned to from anywhere.
//
// `int 0x81` at the checkpoint saves nothing by itself. But its handler is shown the whole interrupted state as a frame,
// and keeps a copy. When something breaks later, the handler of the fault puts the copy in the place of its own frame and
// returns: the processor goes on behind the `int 0x81`, with the registers of that time. Whatever was running in between
// is abandoned, its stack with it; the garbage collector's own stack is put back likewise.
//
//     checkpoint ---- int 0x81 --> frame copied to SAVED
//        |                              |
//     run a command                     |
//        |-- stack overflow --> #DF handler: message, frame := SAVED, iretq
//     <----------------------------------'
import { forgetInterruptedHandlers } from '../library/interrupt-depth';
import { int } from '../library/x86';
import { setHandler } from './dispatch';
import { InterruptFrame } from './interrupt-frame';
import { CHECKPOINT } from './vectors';

const FRAME_BYTES: i32 = offsetof<InterruptFrame>();
const SAVED = memory.data(FRAME_BYTES, 8);

/** The garbage collector's stack pointer at the checkpoint. */
let shadowStackPointer: usize = 0;

let isArmed: bool = false;
let isComingBack: bool = false;

export namespace Recovery {
  /** Makes checkpoints possible. */
  export function initialize(): void {
    setHandler(CHECKPOINT, saveFrame);
  }

  /**
   * Marks the place to come back to. Returns false now, and true each time that a fault comes back here.
   *
   * The function that calls this must not return as long as the checkpoint may be used, and must not use a local
   * variable behind it that changes: registers come back with their old values.
   */
  // @ts-ignore: decorator
  @inline
  export function checkpoint(): bool {
    isComingBack = false;
    int(CHECKPOINT);
    return isComingBack;
  }

  /** From now on, faults end the kernel again. */
  export function disarm(): void {
    isArmed = false;
  }

  /** Whether there is a place to come back to. */
  export function isPossible(): bool {
    return isArmed;
  }

  /** Makes the handler that `frame` belongs to return to the checkpoint. */
  export function resume(frame: InterruptFrame): void {
    memory.copy(changetype<usize>(frame), SAVED, FRAME_BYTES);
    if (isDefined(__stack_pointer)) __stack_pointer = shadowStackPointer;
    isComingBack = true;
    forgetInterruptedHandlers();
  }
}

function saveFrame(frame: InterruptFrame): void {
  memory.copy(SAVED, changetype<usize>(frame), FRAME_BYTES);
  if (isDefined(__stack_pointer)) shadowStackPointer = __stack_pointer;
  isArmed = true;
}
