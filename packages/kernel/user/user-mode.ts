// Ring 3: code that may compute and nothing else. It reaches the kernel by interrupts only, and the kernel decides what
// happens then.
//
// The way there and back are two frames. `run` executes `int 0x82`; the handler keeps a copy of its frame, which is the
// kernel's state, and puts the program's first state in its place: the `iretq` at the end of the handler lands in ring 3.
// When the program ends, or is ended, the handler that runs then puts the copy back: its `iretq` lands behind the `int`.
//
//     kernel:   run --- int 0x82 --.                       .-> run goes on
//                                  | frame := program      | frame := copy
//     program:                     '-> ... int 0x80 ... ---'
//
// Why `int 0x80` for system calls, and not `syscall`: the processor itself switches to the stack in TSS.RSP0, and the
// handler is shown the same frame as for everything else. `syscall` is faster because it does neither.
import { setHandler } from '../interrupts/dispatch';
import { USER_CODE_SELECTOR, USER_DATA_SELECTOR } from '../interrupts/gdt';
import { InterruptFrame } from '../interrupts/interrupt-frame';
import { setUserFaultHandler } from '../interrupts/kernel-handlers';
import { TSS } from '../interrupts/tss';
import { ENTER_USER_PROGRAM, SYSTEM_CALL } from '../interrupts/vectors';
import { forgetInterruptedHandlers } from '../library/interrupt-depth';
import { int } from '../library/x86';
import { systemCallHandler } from './system-calls';

const FRAME_BYTES: i32 = offsetof<InterruptFrame>();
/** The kernel's state while a program runs. */
const KERNEL_STATE = memory.data(FRAME_BYTES, 8);

/** Interrupts are on, and nothing else is (bit 1 always reads as 1). */
const INITIAL_FLAGS: u64 = (1 << 9) | (1 << 1);

/** What the next program starts with. */
let entry: u64 = 0;
let stackTop: u64 = 0;
let argument: u64 = 0;

/** How the last program ended. */
let status: u64 = 0;
let wasKilled: bool = false;

export namespace UserMode {
  /** Makes ring 3 possible. `kernelStack`: top of the stack on which the kernel is entered from there. */
  export function initialize(kernelStack: u64): void {
    TSS.privilegeStack = kernelStack;
    setHandler(SYSTEM_CALL, systemCallHandler, 0, 3); // the one vector, beside breakpoints, that ring 3 may use
    setHandler(ENTER_USER_PROGRAM, enterProgram);
    setUserFaultHandler(killProgram);
  }

  /** Runs a program until it ends. `argument` is what its first function gets. */
  export function run(programEntry: u64, programStack: u64, programArgument: u64): void {
    entry = programEntry;
    stackTop = programStack;
    argument = programArgument;
    int(ENTER_USER_PROGRAM);
  }

  /** Ends the running program: the handler that `frame` belongs to returns to `run`. */
  export function end(frame: InterruptFrame, programStatus: u64, isKilled: bool): void {
    memory.copy(changetype<usize>(frame), KERNEL_STATE, FRAME_BYTES);
    forgetInterruptedHandlers();
    status = programStatus;
    wasKilled = isKilled;
  }

  /** What the last program ended with. */
  export function exitStatus(): u64 {
    return status;
  }

  /** Whether a fault ended the last program. */
  export function isKilled(): bool {
    return wasKilled;
  }
}

/** `int 0x82`: the kernel's state is kept, the program's takes its place. */
function enterProgram(frame: InterruptFrame): void {
  memory.copy(KERNEL_STATE, changetype<usize>(frame), FRAME_BYTES);
  memory.fill(changetype<usize>(frame), 0, FRAME_BYTES); // no register tells the program about the kernel
  frame.rdi = argument;
  frame.rip = entry;
  frame.cs = USER_CODE_SELECTOR;
  frame.rflags = INITIAL_FLAGS;
  frame.rsp = stackTop;
  frame.ss = USER_DATA_SELECTOR;
}

/** A fault in ring 3. The message is on the screen already. */
function killProgram(frame: InterruptFrame): void {
  UserMode.end(frame, 0, true);
}
