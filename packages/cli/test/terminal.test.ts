/**
 * The tool on a real terminal, by tmux: it shows the guest's screen on the alternate screen, keys reach the guest's
 * keyboard, and whatever ends it, the shell gets its terminal back (line settings, main screen, cursor) with the last
 * screen in the scrollback.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { boot } from '../src/index.ts';
import { ECHO_GUEST, writeKernel } from './guests.ts';
import { cli } from './run-cli.ts';
import { Terminal, tmuxIsHere } from './tmux.ts';

const pathOf = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const node = `${process.execPath} --import ${import.meta.resolve('tsx')}`;

describe.skipIf(!tmuxIsHere)('on a terminal', () => {
  let terminal: Terminal;
  beforeEach(() => {
    terminal = new Terminal();
  });
  afterEach(() => terminal[Symbol.dispose]());

  const isBack = () => terminal.until('the main screen', () => terminal.format('#{alternate_on}') === '0');

  describe('a fake guest', () => {
    function start(guest: string, ...words: string[]): void {
      writeFileSync(join(terminal.folder, 'kernel.elf'), 'a kernel');
      terminal.run([node, pathOf('./tty-fixture.ts'), guest, 'boot', 'kernel.elf', ...words].join(' '));
    }
    async function started(): Promise<void> {
      await terminal.until('the alternate screen', () => terminal.format('#{alternate_on}') === '1');
      await terminal.shows('*** GUEST SCREEN ***');
    }

    test('shows screen, status line and serial output; Ctrl-C ends with 130', async () => {
      start('run-on');
      await started();
      await terminal.shows('serial line');
      await terminal.shows(/kernel\.elf {3}[\d,]+ instructions {3}Ctrl-A h help {3}Ctrl-C quits/);
      terminal.type('C-c');
      await terminal.restored(130);
      expect(terminal.pane('-S', '-')).toContain('*** GUEST SCREEN ***');
      expect(terminal.pane('-S', '-')).toContain('serial output:\nserial line\n');
    });

    test('the final screen of a guest that ends at once stays', async () => {
      start('success');
      await terminal.restored(0);
      expect(terminal.pane('-S', '-')).toContain('*** GUEST SCREEN ***');
    });

    test('an uncaught error gives the terminal back and is shown', async () => {
      start('throw');
      await terminal.restored(70);
      expect(terminal.pane('-S', '-')).toContain('longmode: internal error: a bug outside of any promise');
    });

    test.each([
      ['SIGHUP', 129],
      ['SIGINT', 130],
    ])('%s', async (signal, code) => {
      start('run-on');
      await started();
      process.kill(terminal.child, signal);
      await terminal.restored(code);
    });

    test('Ctrl-Z gives the terminal to the shell, fg takes it again', async () => {
      start('run-on');
      await started();
      terminal.type('C-z');
      await isBack();
      await terminal.shows('Stopped');
      terminal.type('fg', 'Enter');
      await started();
      terminal.type('C-c');
      await isBack();
      terminal.type('echo "after fg: $?"', 'Enter');
      await terminal.shows('after fg: 130');
    });
  });

  describe('a real guest that echoes its keyboard', () => {
    async function start(...words: string[]): Promise<void> {
      writeKernel(join(terminal.folder, 'echo.elf'), ECHO_GUEST);
      terminal.run([node, pathOf('../src/main.ts'), 'boot', 'echo.elf', ...words].join(' '));
      await terminal.shows(/^>$/m);
    }

    test('keys arrive, the cursor is where the guest put it, Ctrl-A has its commands', async () => {
      await start();
      terminal.type('hi', 'Up', 'C-b');
      await terminal.shows('> hi^Cb');
      await terminal.until('the cursor', () => terminal.format('#{cursor_x},#{cursor_y} #{cursor_flag}') === '7,0 1');
      terminal.type('C-a', 'h');
      await terminal.shows('Ctrl-A x       leave');
      terminal.type('q');
      await terminal.until('no help', () => !terminal.pane().includes('leave'));
      expect(terminal.pane()).toMatch(/^> hi\^Cb$/m);
      terminal.type('C-a', 's');
      await terminal.shows('the screen is in longmode-screen-1.txt');
      expect(readFileSync(join(terminal.folder, 'longmode-screen-1.txt'), 'utf8')).toBe('> hi^Cb\n');
      terminal.type('C-a', 'c');
      await terminal.shows('there is no debugger here yet');
      terminal.type('é');
      await terminal.shows('a US keyboard has no é');
      terminal.type('C-a', 'r');
      await terminal.until('an empty screen', () => terminal.pane().startsWith('>\n'));
      terminal.type('again');
      await terminal.shows('> again');
      terminal.type('C-a', 'x');
      await terminal.restored(0);
    });

    test('what is typed by hand is recorded, and repeats without hands', async () => {
      await start('--record-inputs', 'typed.txt');
      terminal.type('hi', 'Enter', 'Up');
      await terminal.shows(/^> \^$/m);
      terminal.type('C-a', 'r');
      await terminal.shows('no reset while input is recorded');
      terminal.type('Escape');
      await terminal.restored(0);
      const [kernel, inputs] = [join(terminal.folder, 'echo.elf'), join(terminal.folder, 'typed.txt')];
      for (const engine of ['interpreter', 'js']) {
        const { stdout } = await cli(['boot', kernel, '--json', '--engine', engine, '--inputs', inputs], { boot });
        expect(JSON.parse(stdout)).toMatchObject({ exitCode: 0, end: { kind: 'exit' }, serial: '> hi\n> ^' });
      }
    });

    test('a fault leaves screen and post mortem', async () => {
      await start();
      terminal.type('oh', 'F1');
      await terminal.restored(100);
      expect(terminal.pane('-S', '-')).toMatch(/> oh[\s\S]*TRIPLE FAULT[\s\S]*ud2/);
    });

    test('SIGTERM', async () => {
      await start();
      process.kill(terminal.child, 'SIGTERM');
      await terminal.restored(143);
    });

    test('the guest ends it', async () => {
      await start();
      terminal.type('Escape');
      await terminal.restored(0);
    });
  });
});
