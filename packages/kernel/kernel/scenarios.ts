// What the command line of the kernel can ask for, as words. One fault or one experiment, then the end:
//
//     page, stack-overflow, ...      every fault of `faults.ts`; with `continue` the shell comes after the message
//     map, stale, execute-data, ...  every experiment of `memory/scenarios.ts`
//     exit                           leaves through the debug exit port
//
// Others change how the kernel starts: `verbose`, `test`, `faithful` (`main.ts`), and steps of the memory's set-up that
// are left out or done otherwise (`no-nxe`, `no-wp`, ...: `memory/scenarios.ts`).
import { Recovery } from '../interrupts/recovery';
import { hasWord } from '../library/command-line';
import { halt } from '../library/panic';
import { println } from '../library/print';
import { runMemoryScenario } from '../memory/scenarios';
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
  if (runMemoryScenario()) {
    println('It did not crash!');
    halt();
  }
  if (hasWord('exit')) leave();
}

/** Its own function, because everything behind the checkpoint happens twice. */
function provokeAndGoOn(index: i32): void {
  if (!Recovery.checkpoint()) faults()[index].provoke();
  Recovery.disarm();
}
