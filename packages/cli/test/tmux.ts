/** A shell on a real terminal, by tmux: types into it, looks at it, and tells whether it is as it was. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Whether tmux is installed; without it tests of terminals are skipped, and say so. */
export const tmuxIsHere = spawnSync('tmux', ['-V']).status === 0;
if (!tmuxIsHere) console.log('skipped: there is no tmux on this machine, which the tests of terminals need');

const patience = 30_000;

/** One terminal of 100 by 32 with bash in it, in a folder of its own. */
export class Terminal implements Disposable {
  readonly folder: string;
  private readonly socket: string;
  private readonly settings: string;

  constructor(rows = 32) {
    this.folder = mkdtempSync(join(tmpdir(), 'longmode-tty-'));
    this.socket = `longmode-${process.pid}-${Math.trunc(performance.now() * 1000)}`;
    writeFileSync(join(this.folder, 'rc'), "PS1='$ '\n");
    const shell = `bash --noprofile --rcfile ${this.folder}/rc -i`;
    this.tmux('new-session', '-d', '-x', '100', '-y', `${rows}`, '-c', this.folder, shell);
    this.settings = this.stty();
  }

  /** Runs a command line in the shell; its exit code is shown as `code=N`. Leaves the words out of what is typed. */
  run(commandLine: string): void {
    writeFileSync(join(this.folder, 'go'), `${commandLine}; echo "code=$?"\n`);
    this.type(`. ${this.folder}/go`, 'Enter');
  }

  /** Keys as tmux names them, or texts. */
  type(...keys: string[]): void {
    this.tmux('send-keys', ...keys);
  }

  /** What the terminal shows; `-S -` with all that has scrolled away. */
  pane(...options: string[]): string {
    return this.tmux('capture-pane', '-p', ...options);
  }

  /** A format of tmux, such as `#{alternate_on}`. */
  format(text: string): string {
    return this.tmux('display-message', '-p', text).trim();
  }

  async until(what: string, condition: () => boolean): Promise<void> {
    const deadline = performance.now() + patience;
    while (!condition()) {
      if (performance.now() > deadline) throw new Error(`never happened: ${what}\n${this.pane()}`);
      await sleep(50);
    }
  }

  shows(text: string | RegExp): Promise<void> {
    const matches = () => (typeof text === 'string' ? this.pane().includes(text) : text.test(this.pane()));
    return this.until(`the terminal shows ${text}`, matches);
  }

  /** The process that the shell runs. */
  get child(): number {
    const { stdout } = spawnSync('pgrep', ['-P', this.format('#{pane_pid}')], { encoding: 'utf8' });
    return Number(stdout);
  }

  /** Waits for the exit code and for the terminal as it was: main screen, cursor, the same settings of the line. */
  async restored(code: number): Promise<void> {
    await this.shows(`code=${code}`);
    const state = this.format('#{alternate_on} #{cursor_flag}');
    if (state !== '0 1') throw new Error(`alternate screen and cursor are ${state}, expected 0 1`);
    const settings = this.stty();
    if (settings !== this.settings) throw new Error(`stty changed from\n${this.settings}\nto\n${settings}`);
  }

  [Symbol.dispose](): void {
    this.tmux('kill-server');
    rmSync(this.folder, { recursive: true });
  }

  /** Settings of the line. Asked from outside, so that the shell's own line editor does not change them meanwhile. */
  private stty(): string {
    const path = join(this.folder, 'stty');
    this.type(`stty -a > ${path}.part; mv ${path}.part ${path}`, 'Enter');
    const { stdout } = spawnSync(
      'bash',
      ['-c', `while [ ! -e ${path} ]; do sleep 0.05; done; cat ${path}; rm ${path}`],
      {
        encoding: 'utf8',
        timeout: patience,
      },
    );
    return stdout;
  }

  private tmux(...words: string[]): string {
    const { stdout, stderr, status } = spawnSync('tmux', ['-L', this.socket, '-f', '/dev/null', ...words], {
      encoding: 'utf8',
      env: { ...process.env, TMUX: '' },
    });
    if (status !== 0) throw new Error(`tmux ${words.join(' ')}: ${stderr}`);
    return stdout;
  }
}
