// The shell: two tasks, one that reads keys and one that carries out lines. They meet in the line that is waiting.
import { Recovery } from '../../interrupts/recovery';
import { showCursor } from '../../library/cursor';
import { println, setColor } from '../../library/print';
import { Color } from '../../library/vga-buffer';
import { Executor, wakeTask } from '../../tasks/executor';
import { KeyboardTask } from '../../tasks/keyboard-task';
import { Poll, Task } from '../../tasks/task';
import { Key } from '../../drivers/scan-codes';
import { findCommand } from './commands';
import { LineEditor } from './line-editor';
import { SHELL, ShellState, setShell } from './shell-state';
import { restoreGates } from '../faults';

/** Carries out the lines that the editor completes. */
class ShellTask extends Task {
  constructor() {
    super('shell');
  }

  poll(): Poll {
    while (SHELL.lines.length > 0) {
      const line = SHELL.lines.shift();
      SHELL.isBusy = true;
      execute(line);
      SHELL.isBusy = false;
      SHELL.editor.begin();
    }
    return Poll.Pending;
  }
}

/** Reads and carries out commands for good. */
export function runShell(): void {
  const executor = new Executor();
  const task = new ShellTask();
  setShell(new ShellState(executor, new LineEditor(), task));
  executor.spawn(new KeyboardTask(typeKey));
  executor.spawn(task);
  showCursor();
  SHELL.editor.begin();
  while (true) {
    // Behind the checkpoint only what is reachable through SHELL counts: a fault comes back here.
    if (Recovery.checkpoint()) recover();
    SHELL.executor.run();
  }
}

/** A task broke. A command of the shell is given up, and the shell goes on; any other task is over. */
function recover(): void {
  restoreGates();
  setColor(Color.Yellow);
  const task = SHELL.executor.runningTask;
  if (task !== null && task !== SHELL.task) {
    SHELL.executor.remove(task);
    println(`The task ${task.name} is over; the kernel goes on.`);
  } else {
    println('The command is given up; the kernel goes on.');
  }
  setColor(Color.LightGray);
  SHELL.isBusy = false;
  SHELL.editor.begin();
  wakeTask(SHELL.task);
}

/** Takes a key from the keyboard task. */
function typeKey(key: Key): void {
  const line = SHELL.editor.press(key);
  if (line === null) return;
  SHELL.lines.push(line);
  wakeTask(SHELL.task);
}

/** Carries out one line: a word, and what it is told. */
function execute(line: string): void {
  const words = line.split(' ').filter((word) => word.length > 0);
  if (words.length === 0) return;
  const command = findCommand(words[0]);
  if (command === null) println(`There is no command ${words[0]}; help lists them.`);
  else command.run(words.slice(1));
}
