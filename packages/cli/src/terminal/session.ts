/**
 * Borrows the terminal and gives it back: alternate screen, hidden cursor and raw mode on `enter`, all undone on
 * `leave`, whatever ends the process. It hooks `exit`, the terminating signals and uncaught errors; job control
 * (SIGTSTP, SIGCONT) hands the terminal to the shell and takes it again. Nothing of the machine is known here.
 */
import { writeSync } from 'node:fs';
import { type KeyCommand, KeyCommands } from './key-commands.ts';
import { KeyDecoder, type Keystroke } from './key-decoder.ts';

/** Alternate screen, no cursor, plain look, bracketed paste. */
const enterSequence = '\x1b[?1049h\x1b[?25l\x1b[0m\x1b[2J\x1b[H\x1b[?2004h';
const leaveSequence = '\x1b[?2004l\x1b[?2026l\x1b[0m\x1b[?25h\x1b[?1049l';

/** What the front end does when the terminal has something to say. */
export interface SessionEvents {
  /** The window changed, or its contents were lost while the process was stopped: draw everything again. */
  redraw(): void;
  /** A key for the guest. */
  key(stroke: Keystroke): void;
  /** The user wants something of us; `suspend` is done already. */
  command(command: Exclude<KeyCommand, 'suspend'>): void;
}

const hasJobControl = process.platform !== 'win32';

/** The terminal while it shows the guest's screen. Make one, `enter`, and `leave` at the end (twice does no harm). */
export class TerminalSession {
  private readonly stdin: NodeJS.ReadStream;
  private readonly stdout: NodeJS.WriteStream & { readonly fd: number };
  private readonly events: SessionEvents;
  private readonly decoder = new KeyDecoder();
  private readonly commands = new KeyCommands();
  private flushTimer: NodeJS.Timeout | undefined;
  private active = false;
  private hooked = false;

  constructor(stdin: NodeJS.ReadStream, stdout: NodeJS.WriteStream & { readonly fd: number }, events: SessionEvents) {
    this.stdin = stdin;
    this.stdout = stdout;
    this.events = events;
  }

  /** Takes the terminal over. */
  enter(): void {
    if (this.active) return;
    this.active = true;
    this.hook();
    if (this.stdin.isTTY) {
      this.stdin.setRawMode(true);
      this.stdin.resume();
    }
    this.writeNow(enterSequence);
  }

  /** Gives the terminal back as it was, at once: the sequence is written synchronously, so it also works in `exit`. */
  leave(): void {
    if (!this.active) return;
    this.active = false;
    this.writeNow(leaveSequence);
    if (this.stdin.isTTY) {
      this.stdin.setRawMode(false);
      this.stdin.pause();
    }
  }

  /** Gives the terminal back for good and stops listening to it. */
  close(): void {
    this.leave();
    if (!this.hooked) return;
    this.hooked = false;
    clearTimeout(this.flushTimer);
    process.off('exit', this.onExit);
    process.off('SIGTSTP', this.onStop);
    process.off('SIGCONT', this.onContinue);
    this.stdin.off('data', this.onInput);
    this.stdout.off('resize', this.events.redraw);
  }

  private hook(): void {
    if (this.hooked) return;
    this.hooked = true;
    process.on('exit', this.onExit);
    if (hasJobControl) {
      process.on('SIGTSTP', this.onStop);
      process.on('SIGCONT', this.onContinue);
    }
    // What is piped in is nobody's typing.
    if (this.stdin.isTTY) this.stdin.on('data', this.onInput);
    this.stdout.on('resize', this.events.redraw);
  }

  private readonly onExit = (): void => this.leave();

  private readonly onInput = (typed: Uint8Array): void => {
    clearTimeout(this.flushTimer);
    this.take(this.decoder.decode(typed));
    const { patienceMillis } = this.decoder;
    if (patienceMillis === undefined) return;
    this.flushTimer = setTimeout(() => this.take(this.decoder.flush()), patienceMillis);
  };

  private take(strokes: readonly Keystroke[]): void {
    for (const stroke of strokes) {
      const taken = this.commands.take(stroke);
      if (!taken) continue;
      if ('forGuest' in taken) this.events.key(taken.forGuest);
      else if (taken.command === 'suspend') this.suspendGroup();
      else this.events.command(taken.command);
    }
  }

  /** In raw mode Ctrl-Z is only a byte: stop the whole foreground group, as the terminal would have done it. */
  private suspendGroup(): void {
    if (hasJobControl) process.kill(0, 'SIGTSTP');
  }

  private readonly onStop = (): void => {
    this.leave();
    // SIGSTOP cannot be caught, so the process stops here; the shell's `fg` sends SIGCONT.
    process.kill(process.pid, 'SIGSTOP');
  };

  private readonly onContinue = (): void => {
    this.enter();
    this.events.redraw();
  };

  private writeNow(sequence: string): void {
    try {
      writeSync(this.stdout.fd, sequence);
    } catch {
      // The terminal is gone (EIO after a hang-up) or does not take the bytes now: there is nobody to restore it for.
    }
  }
}
