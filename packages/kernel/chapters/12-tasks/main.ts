// Chapter 12: tasks. Two of them count, each at its own speed, while a third shows the keys that are pressed: none of
// them waits for another, and when nobody has anything to do the processor sleeps.
import { initializeInterruptLines } from '../../drivers/interrupt-lines';
import { KeyboardController } from '../../drivers/keyboard-controller';
import { Pit } from '../../drivers/pit';
import { Key } from '../../drivers/scan-codes';
import { initializeExceptions } from '../../interrupts/interrupts';
import { BootInformation } from '../../library/boot-information';
import { printByte, println } from '../../library/print';
import { WRITER } from '../../library/vga-buffer';
import { sti } from '../../library/x86';
import { MemoryController } from '../../memory/memory-controller';
import { Executor } from '../../tasks/executor';
import { KeyboardTask } from '../../tasks/keyboard-task';
import { initializeSleep, wakeAfter } from '../../tasks/sleep';
import { Poll, Task } from '../../tasks/task';

export { interrupt } from '../../interrupts/dispatch';
export { abort } from '../../library/panic';

/** Counts to a number, and sleeps between two numbers. */
class CountTask extends Task {
  private count: i32 = 0;

  constructor(
    name: string,
    private readonly last: i32,
    private readonly pauseTicks: u64,
  ) {
    super(name);
  }

  poll(): Poll {
    this.count++;
    println(`${this.name}: ${this.count}`);
    if (this.count === this.last) return Poll.Ready;
    wakeAfter(this.waker, this.pauseTicks);
    return Poll.Pending;
  }
}

/** The kernel. */
export function kmain(informationAddress: u32, magic: u32): void {
  WRITER.clearScreen();
  BootInformation.read(informationAddress, magic);
  initializeExceptions();
  MemoryController.initialize(false);
  initializeInterruptLines();
  Pit.start();
  initializeSleep();
  if (!KeyboardController.initialize()) println('There is no keyboard controller.');

  const executor = new Executor();
  executor.spawn(new CountTask('slow', 3, 7));
  executor.spawn(new CountTask('fast', 6, 3));
  executor.spawn(new KeyboardTask(showKey));
  sti();
  executor.run();
}

function showKey(key: Key): void {
  if (key < 0x80) printByte(key);
  else println(`key 0x${key}`);
}
