// The commands that deal with tasks: `ps`, `count`.
import { TICKS_PER_SECOND } from '../../drivers/pit';
import { printDecimal, println } from '../../library/print';
import { wakeAfter } from '../../tasks/sleep';
import { Poll, Task } from '../../tasks/task';
import { parseNumber } from './parse-number';
import { SHELL } from './shell-state';

const DEFAULT_COUNT: u64 = 3;

/** `ps`: the tasks, and how often each has run. */
export function showTasks(_: string[]): void {
  println('number  polls  name');
  const all = SHELL.executor.allTasks();
  for (let i = 0; i < all.length; i++) {
    const task = all[i];
    printDecimal(task.waker, 6);
    printDecimal(task.polls, 7);
    println(`  ${task.name}`);
  }
}

/** `count N`: counts to N, a number each second, while the shell goes on. */
export function countInBackground(words: string[]): void {
  SHELL.executor.spawn(new CountTask(words.length === 0 ? DEFAULT_COUNT : parseNumber(words[0], DEFAULT_COUNT)));
}

/** A task that has nothing to do most of the time. */
class CountTask extends Task {
  private count: u64 = 0;

  constructor(private readonly last: u64) {
    super('count');
  }

  poll(): Poll {
    if (this.count > 0) {
      SHELL.beginAside();
      println(`count: ${this.count}`);
      SHELL.endAside();
    }
    if (this.count === this.last) return Poll.Ready;
    this.count++;
    wakeAfter(this.waker, TICKS_PER_SECOND);
    return Poll.Pending;
  }
}
