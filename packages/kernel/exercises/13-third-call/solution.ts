// Exercise 13, solved.
import { setHandler } from '../../interrupts/dispatch';
import { Idt } from '../../interrupts/idt';
import { InterruptFrame } from '../../interrupts/interrupt-frame';
import { halt } from '../../library/panic';
import { println } from '../../library/print';
import { WRITER } from '../../library/vga-buffer';
import { systemCall } from '../../library/x86';

export { interrupt } from '../../interrupts/dispatch';
export { abort } from '../../library/panic';

const SYSTEM_CALL: u32 = 0x80;
const CALL_ADD: u64 = 2;

function answer(frame: InterruptFrame): void {
  frame.rax = frame.rax === CALL_ADD ? frame.rdi + frame.rsi : u64.MAX_VALUE;
}

/** The kernel. The gate works from ring 0 as well, so a program isn't needed to try it. */
export function kmain(): void {
  WRITER.clearScreen();
  Idt.clear();
  setHandler(SYSTEM_CALL, answer, 0, 3);
  Idt.load();
  println(`40 + 2 = ${systemCall(2, 40, 2, 0)}`);
  println(`nonsense: ${systemCall(77, 0, 0, 0)}`);
  halt();
}
