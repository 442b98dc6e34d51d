// Deliberate ends of the kernel, each selected by a word on the command line, to see what they look like from outside.
import { halt } from '../library/panic';
import { println, setColor } from '../library/print';
import { Color } from '../library/vga-buffer';
import { outd, store64 } from '../library/x86';

/** Canonical, but far above the one GiB that the boot code maps. */
const UNMAPPED_ADDRESS: u64 = 0xdeadbeaf;

/** I/O port of QEMU's isa-debug-exit device; the emulator has it too. The exit status is `value << 1 | 1`. */
const DEBUG_EXIT_PORT: u32 = 0xf4;
const DEBUG_EXIT_SUCCESS: u32 = 0x10;

/** `panic`: an error deep in nested calls names its message, file and line. */
export function endByPanic(): void {
  allocateTheImpossible(3);
}

function allocateTheImpossible(depth: i32): void {
  if (depth > 0) {
    allocateTheImpossible(depth - 1);
    return;
  }
  throw new Error('this panic was asked for on the command line');
}

/** `fault`: a page fault in a kernel that handles none: double fault, triple fault, and the processor gives up. */
export function endByFault(): void {
  setColor(Color.Yellow);
  println(`   Writing to 0x${UNMAPPED_ADDRESS}: not mapped, and nobody handles the page fault.`);
  store64(UNMAPPED_ADDRESS, 42);
}

/** `exit`: ends the machine through its debug exit port, with status 33. Without such a port it only sleeps. */
export function endByExit(): void {
  println(`   Leaving through port 0x${DEBUG_EXIT_PORT}.`);
  outd(DEBUG_EXIT_PORT, DEBUG_EXIT_SUCCESS);
  halt();
}
