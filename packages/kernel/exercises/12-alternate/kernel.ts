// Exercise 12: let the two tasks take turns: `ping 1`, `pong 1`, `ping 2`, ... up to 3. As it stands each says all it has
// to say at once. A task wakes another one by `wakeTask(task)`.
import { initializeInterruptLines } from '../../drivers/interrupt-lines';
import { initializeExceptions } from '../../interrupts/interrupts';
import { BootInformation } from '../../library/boot-information';
import { halt } from '../../library/panic';
import { println } from '../../library/print';
import { WRITER } from '../../library/vga-buffer';
import { MemoryController } from '../../memory/memory-controller';
import { Executor } from '../../tasks/executor';
import { Poll, Task } from '../../tasks/task';

export { interrupt } from '../../interrupts/dispatch';
export { abort } from '../../library/panic';

const ROUNDS: i32 = 3;

/** Says its name a few times. */
class Player extends Task {
  poll(): Poll {
    for (let round = 1; round <= ROUNDS; round++) println(`${this.name} ${round}`);
    return Poll.Ready;
  }
}

/** The kernel. */
export function kmain(informationAddress: u32, magic: u32): void {
  WRITER.clearScreen();
  BootInformation.read(informationAddress, magic);
  initializeExceptions();
  MemoryController.initialize(false);
  initializeInterruptLines();

  const executor = new Executor();
  executor.spawn(new Player('ping'));
  executor.spawn(new Player('pong'));
  executor.run();
  halt();
}
