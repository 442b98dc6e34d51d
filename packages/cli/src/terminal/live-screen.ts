/**
 * The guest's screen on the user's terminal while it runs: frames at most every 16 ms, a status line below, and the
 * latest serial output below that if the window has room. Keys go to the guest, but for the commands of
 * key-commands.ts. At the end the last screen stays in the scrollback.
 */
import { stripVTControlCharacters } from 'node:util';
import type { Machine } from '@longmode/machine';
import { GuestKeys } from './guest-keys.ts';
import { KEY_HELP, type KeyCommand } from './key-commands.ts';
import type { Keystroke } from './key-decoder.ts';
import { pageOf, withLine } from './overlay.ts';
import type { ColorDepth } from './palette.ts';
import { firstVisibleRow, frameToAnsi, frameToText, ScreenRenderer } from './renderer.ts';
import { saveScreen } from './screenshot-file.ts';
import { TerminalSession } from './session.ts';

const frameMillis = 16;
const noticeMillis = 4000;

/** What the live screen works with. */
export interface LiveScreenOptions {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream & { readonly fd: number };
  readonly depth: ColorDepth;
  /** Shown in the status line. */
  readonly title: string;
  /** Show serial output below the screen, and after it at the end. */
  readonly showSerial: boolean;
  /** Keys reach the guest. False for a replay, whose input is recorded. */
  readonly keysToGuest: boolean;
  /** Why there can be no reset; undefined if there can. */
  readonly noReset: string | undefined;
  /** The user wants to leave: `SIGINT` for Ctrl-C, `quit` for Ctrl-A x; or to boot again. */
  readonly quit: (by: 'SIGINT' | 'quit' | 'restart') => void;
}

/** Shows a machine, and after a reset the next one, from `open` to `close`. */
export class LiveScreen {
  private machine: Machine;
  private keys: GuestKeys;
  private readonly options: LiveScreenOptions;
  private readonly renderer: ScreenRenderer;
  private readonly session: TerminalSession;
  private readonly subscriptions: Disposable[] = [];
  private timer: NodeJS.Timeout | undefined;
  private serialTail = '';
  private decoder = new TextDecoder();
  private isHelpOpen = false;
  private notice = '';
  private noticeTimer: NodeJS.Timeout | undefined;

  constructor(machine: Machine, options: LiveScreenOptions) {
    this.machine = machine;
    this.keys = new GuestKeys(machine);
    this.options = options;
    this.renderer = new ScreenRenderer(options.depth, this.window());
    this.session = new TerminalSession(options.stdin, options.stdout, {
      redraw: () => {
        this.renderer.resize(this.window());
        this.draw();
      },
      key: (stroke) => this.keyTyped(stroke),
      command: (command) => this.perform(command),
    });
  }

  /** Takes the terminal and starts to show the screen. */
  open(): void {
    this.session.enter();
    this.attach(this.machine);
  }

  /** Shows another machine from now on. */
  attach(machine: Machine): void {
    this.detach();
    this.machine = machine;
    this.keys = new GuestKeys(machine);
    this.serialTail = '';
    this.decoder = new TextDecoder();
    this.draw();
    this.subscriptions.push(machine.on('screen', () => this.drawSoon()));
    if (!this.options.showSerial) return;
    this.subscriptions.push(
      machine.on('serial', ({ port, bytes }) => {
        if (port !== 1) return;
        this.serialTail = (this.serialTail + this.decoder.decode(bytes, { stream: true })).slice(-8000);
        this.drawSoon();
      }),
    );
  }

  /** Gives the terminal back and leaves the final screen (and serial output) in the scrollback. */
  close(): void {
    this.detach();
    clearTimeout(this.timer);
    clearTimeout(this.noticeTimer);
    this.session.close();
    const { stdout, depth, showSerial } = this.options;
    stdout.write(frameToAnsi(this.machine.screen.frame(), depth, this.window().columns));
    const serial = showSerial ? stripVTControlCharacters(this.machine.serial.output()).trimEnd() : '';
    if (serial !== '') stdout.write(`serial output:\n${serial}\n`);
  }

  private detach(): void {
    for (const subscription of this.subscriptions.splice(0)) subscription[Symbol.dispose]();
  }

  private keyTyped(stroke: Keystroke): void {
    if (this.isHelpOpen) {
      this.isHelpOpen = false;
      this.draw();
      return;
    }
    if (!this.options.keysToGuest) return;
    const leftOut = this.keys.send(stroke);
    if (leftOut !== '') this.tell(`a US keyboard has no ${leftOut.slice(0, 20)}`);
  }

  private perform(command: Exclude<KeyCommand, 'suspend'>): void {
    switch (command) {
      case 'interrupt':
        this.options.quit('SIGINT');
        break;
      case 'quit':
        this.options.quit('quit');
        break;
      case 'help':
        this.isHelpOpen = !this.isHelpOpen;
        this.draw();
        break;
      case 'screenshot':
        this.tell(this.screenshot());
        break;
      case 'reset':
        if (this.options.noReset === undefined) this.options.quit('restart');
        else this.tell(this.options.noReset);
        break;
      case 'debugger':
        this.tell('there is no debugger here yet; --trace and --show print what the guest does');
    }
  }

  private screenshot(): string {
    try {
      return `the screen is in ${saveScreen(frameToText(this.machine.screen.frame()))}`;
    } catch (error) {
      return `the screen could not be saved: ${(error as Error).message}`;
    }
  }

  /** Shows a line for some seconds. */
  private tell(notice: string): void {
    this.notice = notice;
    clearTimeout(this.noticeTimer);
    this.noticeTimer = setTimeout(() => {
      this.notice = '';
      this.draw();
    }, noticeMillis);
    this.draw();
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
    const output = this.renderer.draw(this.frame(), this.footer());
    if (output !== '') this.options.stdout.write(output);
  }

  /** The guest's screen, or the help; a notice lies over its last row where there is no status line to hold it. */
  private frame() {
    const frame = this.machine.screen.frame();
    if (this.isHelpOpen) return pageOf(frame, KEY_HELP);
    const window = this.window();
    if (this.notice === '' || window.rows > frame.rows) return frame;
    return withLine(frame, firstVisibleRow(frame, window) + window.rows - 1, this.notice);
  }

  private footer(): string[] {
    const { columns, rows } = this.window();
    const count = `${this.machine.instructions}`.replace(/\B(?=(\d{3})+$)/g, ',');
    const usual = `${this.options.title}   ${count} instructions   Ctrl-A h help   Ctrl-C quits`;
    const status = ` ${this.notice || usual}`.slice(0, columns).padEnd(columns);
    const room = Math.max(0, rows - this.machine.screen.rows - 1);
    const serial = stripVTControlCharacters(this.serialTail).trimEnd().split(/\r?\n/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it is the control characters that must go.
    return [status, ...(room > 0 ? serial.slice(-room) : [])].map((line) => line.replace(/[\x00-\x1f\x7f]/g, ' '));
  }
}
