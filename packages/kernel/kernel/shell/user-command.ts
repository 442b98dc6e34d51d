// The command `user`: loads the program that the kernel carries, runs it in ring 3, and says how it ended.
import { println } from '../../library/print';
import { loadProgram, PROGRAM_STACK_TOP, unloadProgram } from '../../user/program-loader';
import { UserMode } from '../../user/user-mode';
import { userProgram } from '../link-symbols';
import { showWord } from './word-list';

/** What the program can be told to do; the index is its argument (`user/program/main.ts`). */
const KINDS: StaticArray<string> = ['hello', 'kernel', 'privileged', 'overflow', 'code', 'cheat'];
const MEANINGS: StaticArray<string> = [
  'prints primes and ends with status 42',
  'reads memory of the kernel',
  'executes an instruction that is not for ring 3',
  'calls itself for ever',
  'writes to its own code',
  'passes an address of the kernel to a system call',
];

/** `user KIND`. */
export function runUserProgram(words: string[]): void {
  const kind = words.length === 0 ? 0 : indexOfKind(words[0]);
  if (kind < 0) {
    for (let i = 0; i < KINDS.length; i++) showWord(KINDS[i], MEANINGS[i]);
    return;
  }
  runProgram(kind);
}

/** Runs the program with an argument, from loading it to taking its memory back. */
export function runProgram(argument: u64): void {
  const entry = loadProgram(userProgram());
  UserMode.run(entry, PROGRAM_STACK_TOP, argument);
  unloadProgram(userProgram());
  if (UserMode.isKilled()) println('The program was killed; the kernel goes on.');
  else println(`The program ended with status ${UserMode.exitStatus()}.`);
}

function indexOfKind(word: string): i32 {
  for (let i = 0; i < KINDS.length; i++) if (KINDS[i] === word) return i;
  return -1;
}
