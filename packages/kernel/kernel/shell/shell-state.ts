// What the shell's tasks and commands share. A global, because a fault may abandon every local variable there is.
import { Executor } from '../../tasks/executor';
import { Task } from '../../tasks/task';
import { LineEditor } from './line-editor';

/** The shell. */
export class ShellState {
  /** Lines that wait to be carried out. */
  readonly lines: string[] = [];
  /** Whether a command is running, so that there is no prompt on the screen. */
  isBusy: bool = false;

  constructor(
    readonly executor: Executor,
    readonly editor: LineEditor,
    /** The task that carries lines out. */
    readonly task: Task,
  ) {}

  /** Begins to print something that nobody has asked for just now; `endAside` shows the prompt again. */
  beginAside(): void {
    if (!this.isBusy) this.editor.hide();
  }

  endAside(): void {
    if (!this.isBusy) this.editor.show();
  }
}

/** The one shell, from `setShell` on. */
export let SHELL: ShellState = changetype<ShellState>(0);

/** Makes a shell the one. */
export function setShell(shell: ShellState): void {
  SHELL = shell;
}
