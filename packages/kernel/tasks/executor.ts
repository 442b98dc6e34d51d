// Runs tasks, one at a time, in turn: cooperative multitasking. When no task has anything to do the processor sleeps.
//
//              .-> poll the tasks that are awake -.
//              |                                  |
//        no interrupts: who is awake? <-----------'
//              |  nobody
//              '-> interrupts on and sleep, in one step: one that has come in between wakes it at once;
//                  the timer ticks only if some task waits for it
import { cli, sti, stiHlt } from '../library/x86';
import { Pit } from '../drivers/pit';
import { hasSleepers } from './sleep';
import { Poll, Task } from './task';
import { takeReady, wake, Waker, WAKER_COUNT } from './waker';

/** The tasks, and who has the processor. */
export class Executor {
  private readonly tasks: Map<Waker, Task> = new Map<Waker, Task>();
  /** The task that has the processor, if any does. */
  runningTask: Task | null = null;

  /** Adds a task; it is polled soon. @throws if there are too many */
  spawn(task: Task): void {
    let waker: Waker = 1;
    while (waker < WAKER_COUNT && this.tasks.has(waker)) waker++;
    if (waker === WAKER_COUNT) throw new Error('too many tasks');
    task.waker = waker;
    this.tasks.set(waker, task);
    wakeTask(task);
  }

  /** Ends a task from outside. */
  remove(task: Task): void {
    this.tasks.delete(task.waker);
  }

  /** All tasks, in the order in which they were spawned. */
  allTasks(): Task[] {
    return this.tasks.values();
  }

  /** Runs until there is no task left. After a fault in a task it may be called again. */
  run(): void {
    this.runningTask = null;
    while (this.tasks.size > 0) {
      cli();
      const ready = takeReady();
      if (ready === 0) {
        Pit.setTicking(hasSleepers());
        stiHlt();
        continue;
      }
      sti();
      for (let waker: Waker = 1; waker < WAKER_COUNT; waker++) if (ready & ((<u64>1) << waker)) this.pollTask(waker);
    }
  }

  private pollTask(waker: Waker): void {
    if (!this.tasks.has(waker)) return; // done since it was woken
    const task = this.tasks.get(waker);
    this.runningTask = task;
    task.polls++;
    const poll = task.poll();
    this.runningTask = null;
    if (poll === Poll.Ready) this.remove(task);
  }
}

/** Has a task polled again. Not for interrupt handlers, which call `wake` themselves. */
export function wakeTask(task: Task): void {
  cli();
  wake(task.waker);
  sti();
}
