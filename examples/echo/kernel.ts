// A typewriter, on interrupts: the processor sleeps until a key comes. Tab shows how long it has been awake, Escape ends.
//
//     longmode build echo/kernel.ts && longmode boot echo/kernel.elf
import { DEBUG_EXIT_SUCCESS, exit, printByte, println } from 'longmode/kernel';
import {
  initializeInterrupts,
  KEY_ESCAPE,
  KEY_TAB,
  Pit,
  TICKS_PER_SECOND,
  waitForKey,
} from 'longmode/kernel/interrupts';
import { int3 } from 'longmode/kernel/x86';

export function main(): void {
  if (!initializeInterrupts()) throw new Error('there is no keyboard');
  int3(); // a breakpoint exception: its handler says so, and the kernel goes on
  println('Type something:');
  while (true) {
    const key = waitForKey();
    if (key === KEY_ESCAPE) break;
    if (key === KEY_TAB) println(`(${(Pit.ticks() * 1000) / TICKS_PER_SECOND} ms)`);
    else if (key < 0x80) printByte(key);
  }
  println();
  println('Good bye.');
  exit(DEBUG_EXIT_SUCCESS);
}
