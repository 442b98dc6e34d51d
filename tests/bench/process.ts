/**
 * Runs one guest on a fresh engine in a fresh process, of this Node or another one. Nothing is compiled there, neither our core nor
 * the guest's code, unless the guest runs once before. Started as a program of its own, which prints the run as JSON.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { loadEngine, type Run, runOnEngine, type Task } from './engine.ts';

const path = fileURLToPath(import.meta.url);

/**
 * Runs `tasks`, one after the other, in another process. @returns the last run, its time from the first instruction on
 * @throws if a guest ends in another way than by its exit
 */
export const runInProcess = (tasks: readonly Task[], node: string = process.execPath): Run =>
  JSON.parse(execFileSync(node, [...process.execArgv, path, JSON.stringify(tasks)], { encoding: 'utf8' }));

/** Path of the newest Node of a major version, from the package `node` by way of npx. @throws if it cannot be had */
export const findNode = (major: number): string =>
  execFileSync('npx', ['--yes', '--package', `node@${major}`, '--', 'node', '--print', 'process.execPath'], {
    encoding: 'utf8',
  }).trim();

if (process.argv[1] === path) {
  const code = await loadEngine('jit');
  let run: Run | undefined;
  for (const task of JSON.parse(process.argv[2] ?? '') as Task[]) run = await runOnEngine('jit', code, task);
  console.log(JSON.stringify(run));
}
