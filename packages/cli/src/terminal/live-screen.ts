/**
 * The guest's screen on the user's terminal while it runs: frames at most every 16 ms, a status line below, and the
 * latest serial output below that if the window has room. At the end the last screen stays in the scrollback.
 */
import { stripVTControlCharacters } from 'node:util';
import type { Machine } from '@longmode/machine';
import type { ColorDepth } from './palette.ts';
import { frameToAnsi, ScreenRenderer } from './renderer.ts';
import { TerminalSession } from './session.ts';

const frameMillis = 16;

/** What the live screen works with. */
export interface LiveScreenOptions {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream & { readonly fd: number };
  readonly depth: ColorDepth;
  /** Shown in the status line. */
  readonly title: string;
  /** Show serial output below the screen, and after it at the end. */
  readonly showSerial: boolean;
  /** The user wants to leave: `SIGINT` for Ctrl-C, `quit` for Ctrl-A x. */
  readonly quit: (by: 'SIGINT' | 'quit') => void;
}

/** Shows a machine from `open` to `close`. */
export class LiveScreen {
  private readonly machine: Machine;
  private readonly options: LiveScreenOptions;
  private readonly renderer: ScreenRenderer;
  private readonly session: TerminalSession;
  private readonly subscriptions: Disposable[] = [];
  private timer: NodeJS.Timeout | undefined;
  private serialTail = '';
  private readonly decoder = new TextDecoder();

  constructor(machine: Machine, options: LiveScreenOptions) {
    this.machine = machine;
    this.options = options;
    this.renderer = new ScreenRenderer(options.depth, this.window());
    this.session = new TerminalSession(options.stdin, options.stdout, {
      redraw: () => {
        this.renderer.resize(this.window());
        this.draw();
      },
      input: (bytes) => machine.serial.write(bytes),
      quit: options.quit,
    });
  }

  /** Takes the terminal and starts to show the screen. */
  open(): void {
    this.session.enter();
    this.draw();
    this.subscriptions.push(this.machine.on('screen', () => this.drawSoon()));
    if (!this.options.showSerial) return;
    this.subscriptions.push(
      this.machine.on('serial', ({ port, bytes }) => {
        if (port !== 1) return;
        this.serialTail = (this.serialTail + this.decoder.decode(bytes, { stream: true })).slice(-8000);
        this.drawSoon();
      }),
    );
  }

  /** Gives the terminal back and leaves the final screen (and serial output) in the scrollback. */
  close(): void {
    for (const subscription of this.subscriptions) subscription[Symbol.dispose]();
    clearTimeout(this.timer);
    this.session.close();
    const { stdout, depth, showSerial } = this.options;
    stdout.write(frameToAnsi(this.machine.screen.frame(), depth, this.window().columns));
    const serial = showSerial ? stripVTControlCharacters(this.machine.serial.output()).trimEnd() : '';
    if (serial !== '') stdout.write(`serial output:\n${serial}\n`);
  }

  private window() {
    return { columns: this.options.stdout.columns || 80, rows: this.options.stdout.rows || 25 };
  }

  private drawSoon(): void {
    this.timer ??= setTimeout(() => this.draw(), frameMillis);
  }

  private draw(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const output = this.renderer.draw(this.machine.screen.frame(), this.footer());
    if (output !== '') this.options.stdout.write(output);
  }

  private footer(): string[] {
    const { columns, rows } = this.window();
    const count = `${this.machine.instructions}`.replace(/\B(?=(\d{3})+$)/g, ',');
    const status = ` ${this.options.title}   ${count} instructions   Ctrl-C quits`.slice(0, columns).padEnd(columns);
    const room = Math.max(0, rows - this.machine.screen.rows - 1);
    const serial = stripVTControlCharacters(this.serialTail).trimEnd().split(/\r?\n/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it is the control characters that must go.
    return [status, ...(room > 0 ? serial.slice(-room) : [])].map((line) => line.replace(/[\x00-\x1f\x7f]/g, ' '));
  }
}
