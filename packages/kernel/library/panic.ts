// What happens when the kernel finds itself broken: one message, then silence. `throw new Error('...')`,
// `assert(...)`, an index out of range and a null where none may be all end here, because the build passes this
// `abort` to the AssemblyScript compiler (`--use abort=`), which adds the message, the file and the line.
//
//     PANIC in kernel/main.ts at line 42:
//         the message
//         at the function that panicked (file:line)
//         at its caller, and so on: backtrace.ts
import { printBacktrace } from './backtrace';
import { print, println, setColor } from './print';
import { cli, hlt, readRbp } from './x86';
import { Color } from './vga-buffer';

let isPanicking: bool = false;
/** What comes behind the message of a panic or of a fault that nothing survives. */
let endHandler: () => void = halt;

/** Has something else happen at the end than that the machine stops. */
export function onEnd(handler: () => void): void {
  endHandler = handler;
}

/** The end of the kernel, behind the message that says why. Does not return. */
export function end(): void {
  endHandler();
  halt();
}

/** Prints the message and where it comes from, then stops the machine. Called by compiled code, never directly. */
export function abort(message: string | null, file: string | null, line: u32, _column: u32): void {
  // Printing itself may panic; the second time there is nobody left to tell.
  if (!isPanicking) {
    isPanicking = true;
    setColor(Color.LightRed);
    println();
    println();
    print('PANIC in ');
    print(file === null ? 'unknown file' : file);
    println(` at line ${line}:`);
    print('    ');
    println(message === null ? 'no message' : message);
    setColor(Color.LightGray);
    printBacktrace(0, readRbp()); // this function's own frame: the trace begins with its caller
  }
  end();
}

/** Stops the machine for good: no interrupt wakes it, and should a non-maskable one do so, it sleeps again. */
export function halt(): void {
  cli();
  while (true) hlt();
}
