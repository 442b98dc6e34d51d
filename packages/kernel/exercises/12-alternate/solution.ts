// Exercise 12, solved: one line for each poll, then the other one's turn.
import { initializeInterruptLines } from '../../drivers/interrupt-lines';
import { initializeExceptions } from '../../interrupts/interrupts';
import { BootInformation } from '../../library/boot-information';
import { halt } from '../../library/panic';
import { println } from '../../library/print';
import { WRITER } from '../../library/vga-buffer';
import { MemoryController } from '../../memory/memory-controller';
import { Executor, wakeTask } from '../../tasks/executor';
import { Poll, Task } from '../../tasks/task';

export { interrupt } from '../../interrupts/dispatch';
export { abort } from '../../library/panic';

const ROUNDS: i32 = 3;

/** Says its name a few times, in turn with its partner. */
class Player extends Task {
  private round: i32 = 0;
  partner: Task | null = null;

  poll(): Poll {
    this.round++;
    println(`${this.name} ${this.round}`);
    const partner = this.partner;
    if (partner) wakeTask(partner);
    return this.round === ROUNDS ? Poll.Ready : Poll.Pending;
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
  const ping = new Player('ping');
  const pong = new Player('pong');
  ping.partner = pong;
  pong.partner = ping;
  executor.spawn(ping);
  executor.spawn(pong);
  executor.run();
  halt();
}
