/**
 * Runs one guest on a fresh engine in a fresh process: nothing is compiled yet, neither our core nor the guest's code. Started as
 * a program of its own, which prints the run as JSON.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { loadEngine, type Run, runOnEngine, type Task } from './engine.ts';

const path = fileURLToPath(import.meta.url);

/** Runs one guest in another process. The time is that from the first instruction on. @throws if it ends in another way */
export const runCold = (task: Task): Run =>
  JSON.parse(execFileSync(process.execPath, [...process.execArgv, path, JSON.stringify(task)], { encoding: 'utf8' }));

if (process.argv[1] === path) {
  const task = JSON.parse(process.argv[2] ?? '') as Task;
  console.log(JSON.stringify(await runOnEngine('jit', await loadEngine('jit'), task)));
}
