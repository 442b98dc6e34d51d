/**
 * The tool on a real terminal, by tmux: it shows the guest's screen on the alternate screen, and whatever ends it, the
 * shell gets its terminal back (cooked mode, main screen, cursor) with the last screen in the scrollback.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

const tmuxIsHere = spawnSync('tmux', ['-V']).status === 0;
if (!tmuxIsHere) console.log('terminal.test.ts: skipped, there is no tmux on this machine');

const fixture = fileURLToPath(new URL('./tty-fixture.ts', import.meta.url));
const tsx = import.meta.resolve('tsx');
const patience = 20_000;

describe.skipIf(!tmuxIsHere)('on a terminal', () => {
  let folder = '';
  let kernel = '';
  let socket = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'longmode-tty-'));
    kernel = join(folder, 'kernel.elf');
    writeFileSync(kernel, 'a kernel');
    writeFileSync(join(folder, 'rc'), "PS1='$ '\n");
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function tmux(...words: string[]): string {
    const { stdout, stderr, status } = spawnSync('tmux', ['-L', socket, '-f', '/dev/null', ...words], {
      encoding: 'utf8',
      env: { ...process.env, TMUX: '' },
    });
    if (status !== 0) throw new Error(`tmux ${words.join(' ')}: ${stderr}`);
    return stdout;
  }
  const format = (text: string) => tmux('display-message', '-p', text).trim();
  const pane = (...options: string[]) => tmux('capture-pane', '-p', ...options);
  const type = (...keys: string[]) => tmux('send-keys', ...keys);

  async function until(what: string, condition: () => boolean): Promise<void> {
    const deadline = performance.now() + patience;
    while (!condition()) {
      if (performance.now() > deadline) throw new Error(`never happened: ${what}\n${pane()}`);
      await sleep(50);
    }
  }
  const shows = (text: string) => until(`the terminal shows ${text}`, () => pane().includes(text));

  /** Starts the tool in the shell and waits for the guest's screen; `echo` tells how it ended. */
  async function start(guest: string, ...words: string[]): Promise<void> {
    const command = [process.execPath, '--import', tsx, fixture, guest, 'boot', kernel, ...words].join(' ');
    writeFileSync(join(folder, 'go'), `${command}; echo "code=$?"\n`);
    type(`. ${folder}/go`, 'Enter');
  }
  async function started(): Promise<void> {
    await until('the alternate screen', () => format('#{alternate_on}') === '1');
    await shows('*** GUEST SCREEN ***');
  }
  async function expectRestored(code: number): Promise<void> {
    await shows(`code=${code}`);
    expect(format('#{alternate_on} #{cursor_flag}')).toBe('0 1');
    type('stty -a', 'Enter');
    await until('stty', () => /\bicanon\b/.test(pane()));
    expect(pane()).toMatch(/(?<!-)\bicanon\b/);
    expect(pane()).toMatch(/(?<!-)\becho\b/);
    expect(pane()).toMatch(/(?<!-)\bisig\b/);
  }

  beforeEach(() => {
    socket = `longmode-${process.pid}-${Math.trunc(performance.now())}`;
    tmux('new-session', '-d', '-x', '100', '-y', '32', `bash --noprofile --rcfile ${folder}/rc -i`);
  });
  afterEach(() => tmux('kill-server'));

  test('shows screen, status line and serial output; Ctrl-C ends with 130', async () => {
    await start('run-on');
    await started();
    await shows('serial line');
    expect(pane()).toMatch(/kernel\.elf {3}[\d,]+ instructions {3}Ctrl-C quits/);
    type('C-c');
    await expectRestored(130);
    expect(pane('-S', '-')).toContain('*** GUEST SCREEN ***');
    expect(pane('-S', '-')).toContain('serial output:\nserial line\n');
  }, 60_000);

  test('Ctrl-A x ends with 0', async () => {
    await start('run-on');
    await started();
    type('C-a', 'x');
    await expectRestored(0);
  }, 60_000);

  test('the final screen of a guest that ends at once stays', async () => {
    await start('success');
    await expectRestored(0);
    expect(pane('-S', '-')).toContain('*** GUEST SCREEN ***');
  }, 60_000);

  test('a triple fault leaves screen and post mortem', async () => {
    await start('crash');
    await expectRestored(100);
    expect(pane('-S', '-')).toMatch(/\*\*\* GUEST SCREEN \*\*\*[\s\S]*TRIPLE FAULT/);
  }, 60_000);

  test('an uncaught error gives the terminal back and is shown', async () => {
    await start('throw');
    await expectRestored(70);
    expect(pane('-S', '-')).toContain('longmode: internal error: a bug outside of any promise');
  }, 60_000);

  test.each([
    ['TERM', 143],
    ['HUP', 129],
    ['INT', 130],
  ])(
    'SIG%s',
    async (signal, code) => {
      await start('run-on');
      await started();
      process.kill(
        Number(spawnSync('pgrep', ['-P', format('#{pane_pid}')], { encoding: 'utf8' }).stdout),
        `SIG${signal}`,
      );
      await expectRestored(code);
    },
    60_000,
  );

  test('Ctrl-Z gives the terminal to the shell, fg takes it again', async () => {
    await start('run-on');
    await started();
    type('C-z');
    await until('the main screen', () => format('#{alternate_on}') === '0');
    await shows('Stopped');
    type('fg', 'Enter');
    await started();
    type('C-c');
    await until('the main screen', () => format('#{alternate_on}') === '0');
    type('echo "after fg: $?"', 'Enter');
    await shows('after fg: 130');
  }, 60_000);
});
