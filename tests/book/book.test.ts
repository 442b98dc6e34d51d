/**
 * The book keeps its word: every command that it shows works, every link leads somewhere, every exercise exists.
 *
 * Commands are run as a reader would run them, without a terminal. What a guest's end means for the exit code is another
 * test's business; here it must not be a mistake on the command line, a missing file, or something not implemented.
 */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EXERCISES } from '@longmode/kernel/exercises';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = resolve(root, 'docs/book');
const pages = readdirSync(folder).filter((name) => name.endsWith('.md'));
const textOf = (page: string): string => readFileSync(resolve(folder, page), 'utf8');

interface Command {
  readonly page: string;
  readonly directory: string;
  readonly words: readonly string[];
}

/** Splits as a shell does, as far as the book needs it: double quotes, comments, and nothing behind a pipe. */
function wordsOf(line: string): string[] {
  const words: string[] = [];
  for (const [, quoted, plain] of line.matchAll(/"([^"]*)"|(\S+)/g)) {
    if (plain?.startsWith('#') || plain === '|' || plain === '2>&1') break;
    words.push(quoted ?? plain ?? '');
  }
  return words;
}

/** The commands of all blocks in `sh` that start the emulator; a `cd` holds to the end of its block. */
function* commands(page: string): Generator<Command> {
  for (const [, block] of textOf(page).matchAll(/```sh\n(.*?)```/gs)) {
    let directory = root;
    for (const line of block!.split('\n')) {
      const words = wordsOf(line);
      if (words[0] === 'cd') directory = resolve(root, words[1]!);
      if (words[0] === 'npx' && words[1] === 'longmode') yield { page, directory, words: words.slice(2) };
    }
  }
}

/** Exit codes of mistakes: command line, image, file, not implemented (packages/cli/README.md). */
const MISTAKES = [2, 65, 66, 70];

function exitCodeOf({ directory, words }: Command): Promise<{ code: number; errors: string }> {
  const tool = resolve(root, 'packages/cli/bin/longmode.js');
  const bounded = words[0] === 'boot' ? [...words, '--timeout', '30s'] : words;
  return new Promise((done) => {
    const child = execFile(process.execPath, [tool, ...bounded], { cwd: directory }, (error, _, errors) => {
      done({ code: typeof error?.code === 'number' ? error.code : 0, errors });
    });
    child.stdin?.end();
  });
}

const all = pages.flatMap((page) => [...commands(page)]);

describe.each(pages)('%s', (page) => {
  it('links to files that exist', () => {
    for (const [, target] of textOf(page).matchAll(/\]\((?!https?:)([^)#]+)/g)) {
      expect(existsSync(resolve(folder, dirname(page), target!)), target).toBe(true);
    }
  });
});

it('shows commands', () => {
  expect(all.length).toBeGreaterThan(30);
});

it.each(all.map((command) => [`${command.page}: longmode ${command.words.join(' ')}`, command] as const))(
  '%s',
  async (_, command) => {
    const { code, errors } = await exitCodeOf(command);
    expect(MISTAKES, errors).not.toContain(code);
  },
);

it('names every exercise, and no other', () => {
  const named = pages.flatMap((page) => [...textOf(page).matchAll(/\*\*(\d\d-[a-z-]+)\*\*/g)].map(([, name]) => name!));
  expect(named.sort()).toEqual([...EXERCISES]);
});
