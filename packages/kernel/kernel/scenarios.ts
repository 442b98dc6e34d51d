// What the command line of the kernel can ask for, as words.
//
//     verbose, test, faithful        modes (`main.ts`)
//     panic, page, stack-overflow,   every fault of `faults.ts`; with `continue`, the shell comes after the message
//     write-0xdeadbeaf, ...          as after the shell's command
//     exit                           leaves through the debug exit port
//     no-nxe, no-wp, no-vga, no-mbi, no-guard, no-heap-pages, heap-bug, bump, holes
//                                    steps of the memory's set-up left out or done otherwise (`memory/`)
import { Recovery } from '../interrupts/recovery';
import { hasWord } from '../library/command-line';
import { halt } from '../library/panic';
import { println } from '../library/print';
import { faults } from './faults';
import { leave } from './power';

/** Runs what the command line asks for. Returns if that wasn't anything, or if the kernel is to go on. */
export function runScenarios(): void {
  const all = faults();
  for (let i = 0; i < all.length; i++) {
    if (!hasWord(all[i].word)) continue;
    println(`${all[i].word}: ${all[i].meaning}`);
    if (hasWord('continue')) provokeAndGoOn(i);
    else {
      all[i].provoke();
      println('It did not crash!');
      halt();
    }
  }
  if (hasWord('exit')) leave();
}

/** Its own function, because everything behind the checkpoint happens twice. */
function provokeAndGoOn(index: i32): void {
  if (!Recovery.checkpoint()) faults()[index].provoke();
  Recovery.disarm();
}
