// The shell's commands: one table, and one function each. A command may be abandoned in the middle by a fault, so none
// holds anything that has to be given back.
import { faults } from '../faults';
import { leave, reboot } from '../power';
import { println } from '../../library/print';
import { WRITER } from '../../library/vga-buffer';
import { Pit } from '../../drivers/pit';
import { secondsSinceStart } from '../../drivers/real-time-clock';
import { showWord } from './word-list';
import { showFrames, showHeap, showHeapMap, peek, showPageWalk } from './memory-commands';
import { countInBackground, showTasks } from './task-commands';
import { runUserProgram } from './user-command';

/** A command. */
export class Command {
  constructor(
    readonly name: string,
    /** What may follow it, for the help. */
    readonly argument: string,
    readonly meaning: string,
    /** Carries it out, with the words behind its name. */
    readonly run: (words: string[]) => void,
  ) {}
}

let table: Command[] | null = null;

/** All commands, in the order of the help. */
export function commands(): Command[] {
  const known = table;
  if (known !== null) return known;
  const list = [
    new Command('help', '', 'this list', help),
    new Command('mem', '', 'frames and heap, in numbers', showMemory),
    new Command('heap', '', 'the heap, as a map', showHeapMap),
    new Command('peek', 'ADDRESS', 'the bytes at an address', peek),
    new Command('pages', 'ADDRESS', 'the way through the page tables', showPageWalk),
    new Command('ps', '', 'the tasks', showTasks),
    new Command('count', 'N', 'a task that counts seconds in the background', countInBackground),
    new Command('uptime', '', 'time since the start', showUptime),
    new Command('fault', 'KIND', 'something goes wrong; alone: what can', fault),
    new Command('user', 'KIND', 'a program in ring 3; alone: one that is harmless', runUserProgram),
    new Command('echo', 'WORDS', 'prints the words', echo),
    new Command('clear', '', 'empties the screen', clear),
    new Command('reboot', '', 'starts the machine again', (_) => reboot()),
    new Command('exit', '', 'leaves through the debug exit port', (_) => leave()),
  ];
  table = list;
  return list;
}

/** The command with a name, or null. */
export function findCommand(name: string): Command | null {
  const all = commands();
  for (let i = 0; i < all.length; i++) if (all[i].name === name) return all[i];
  return null;
}

function help(_: string[]): void {
  const all = commands();
  for (let i = 0; i < all.length; i++) showWord(all[i].name + ' ' + all[i].argument, all[i].meaning);
}

function showMemory(_: string[]): void {
  showFrames();
  showHeap();
}

function showUptime(_: string[]): void {
  println(`${secondsSinceStart()} seconds; ${Pit.ticks()} ticks of the timer, which rests when nobody waits for it`);
}

function fault(words: string[]): void {
  const all = faults();
  for (let i = 0; i < all.length; i++) {
    if (words.length === 0) showWord(all[i].word, all[i].meaning);
    else if (all[i].word === words[0]) {
      all[i].provoke();
      return;
    }
  }
  if (words.length > 0) println(`There is no fault ${words[0]}; fault alone lists them.`);
}

function echo(words: string[]): void {
  println(words.join(' '));
}

function clear(_: string[]): void {
  WRITER.clearScreen();
}
