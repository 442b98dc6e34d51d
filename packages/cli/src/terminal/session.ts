/**
 * Borrows the terminal and gives it back: alternate screen, hidden cursor and raw mode on `enter`, all undone on
 * `leave`, whatever ends the process. It hooks `exit`, the terminating signals and uncaught errors; job control
 * (SIGTSTP, SIGCONT) hands the terminal to the shell and takes it again. Nothing of the machine is known here.
 */
import { writeSync } from 'node:fs';

const enterSequence = '\x1b[?1049h\x1b[?25l\x1b[0m\x1b[2J\x1b[H';
const leaveSequence = '\x1b[?2026l\x1b[0m\x1b[?25h\x1b[?1049l';

/** What the front end does when the terminal has something to say. */
export interface SessionEvents {
  /** The window changed, or its contents were lost while the process was stopped: draw everything again. */
  redraw(): void;
  /** Bytes from the keyboard, without those which the session uses itself. */
  input(bytes: Uint8Array): void;
  /** The user wants to leave: `SIGINT` for Ctrl-C, `quit` for Ctrl-A x. */
  quit(by: 'SIGINT' | 'quit'): void;
}

const hasJobControl = process.platform !== 'win32';

const ctrlA = 0x01;
const ctrlC = 0x03;
const ctrlZ = 0x1a;

/**
 * Takes Ctrl-C, Ctrl-Z and the Ctrl-A commands (x quits, Ctrl-A sends itself; anything else after it is dropped) out
 * of what is typed; all else is for the guest.
 */
export class KeyFilter {
  private escaped = false;

  /** Splits typed bytes into those for the guest and what the user asked of us. Nothing counts after that. */
  take(typed: Uint8Array): { forGuest: Uint8Array; command: 'SIGINT' | 'quit' | 'suspend' | undefined } {
    const forGuest: number[] = [];
    const result = (command: 'SIGINT' | 'quit' | 'suspend' | undefined) => ({
      forGuest: Uint8Array.from(forGuest),
      command,
    });
    for (const byte of typed) {
      if (this.escaped) {
        this.escaped = false;
        if (byte === 0x78 || byte === 0x58) return result('quit');
        if (byte === ctrlA) forGuest.push(ctrlA);
      } else if (byte === ctrlC) {
        return result('SIGINT');
      } else if (byte === ctrlZ) {
        return result('suspend');
      } else if (byte === ctrlA) {
        this.escaped = true;
      } else {
        forGuest.push(byte);
      }
    }
    return result(undefined);
  }
}

/** The terminal while it shows the guest's screen. Make one, `enter`, and `leave` at the end (twice does no harm). */
export class TerminalSession {
  private readonly stdin: NodeJS.ReadStream;
  private readonly stdout: NodeJS.WriteStream & { readonly fd: number };
  private readonly events: SessionEvents;
  private readonly keys = new KeyFilter();
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
    this.stdin.on('data', this.onInput);
    this.stdout.on('resize', this.events.redraw);
  }

  private readonly onExit = (): void => this.leave();

  private readonly onInput = (typed: Uint8Array): void => {
    const { forGuest, command } = this.keys.take(typed);
    if (forGuest.length > 0) this.events.input(forGuest);
    if (command === 'suspend') this.suspendGroup();
    else if (command) this.events.quit(command);
  };

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
