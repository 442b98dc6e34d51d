// Chapter 8: the heap, and with it the rest of the language: objects, arrays, maps, texts put together at run time.
//
// Words on the command line: `faithful` (100 KiB, one list of holes), `bump` and `holes` (the chapter's first two
// allocators), `no-heap`, `no-heap-pages`, `heap-bug` (leave a step out or do it wrong), and below.
import { BootInformation } from '../../library/boot-information';
import { hasWord } from '../../library/command-line';
import { halt } from '../../library/panic';
import { println } from '../../library/print';
import { WRITER } from '../../library/vga-buffer';
import { collectGarbage } from '../../memory/heap/collect';
import { KernelHeap } from '../../memory/heap/kernel-heap';
import {
  allocateInInterrupt,
  allocateTenThousand,
  churn,
  freeTwice,
  initializeTwice,
  overAllocate,
} from '../../memory/heap-scenarios';
import { MemoryController } from '../../memory/memory-controller';
import { runMemoryScenario } from '../../memory/scenarios';

export { abort } from '../../library/panic';

/** Something that lives on the heap. */
class Process {
  wakeUps: u32 = 0;

  constructor(public name: string) {}
}

/** The kernel: takes the memory over, then uses the language's own collections. */
export function kmain(informationAddress: u32, magic: u32): void {
  WRITER.clearScreen();
  BootInformation.read(informationAddress, magic);
  MemoryController.initialize(true);

  if (hasWord('over-allocate')) overAllocate();
  if (hasWord('twice')) initializeTwice();
  if (hasWord('ten-thousand')) allocateTenThousand();
  if (hasWord('double-free')) freeTwice();
  if (hasWord('in-interrupt')) allocateInInterrupt();
  if (hasWord('churn')) churn();
  else if (!runMemoryScenario()) useTheHeap();
  println('It did not crash!');
  halt();
}

function useTheHeap(): void {
  showCollections();
  formatTenThousandTimes();
  collectGarbage(); // nobody can reach any of it any more
  println(
    `in use ${KernelHeap.usedBytes()} bytes, at most ${KernelHeap.peakBytes()}, mapped ${KernelHeap.sizeBytes()}`,
  );
  if (hasWord('faithful')) println(`${KernelHeap.holeCount()} hole of ${KernelHeap.largestHole()} bytes`);
}

function showCollections(): void {
  const boxed = [27];
  println(`${boxed[0]} "${'hel' + 'lo'}"`);
  const numbers = [1, 2, 3, 4, 5, 6, 7];
  numbers[3] = 42;
  println(numbers.join(' '));
  const processes = new Map<string, Process>();
  for (let i = 0; i < 3; i++) processes.set(`p${i}`, new Process(`process ${i}`));
  processes.get('p1').wakeUps++;
  println(`processes: ${processes.keys().join(', ')}; p1 woke up ${processes.get('p1').wakeUps} time`);
  const squares = new Set<i32>();
  for (let i = -3; i <= 3; i++) squares.add(i * i);
  println(`squares from -3 to 3: ${squares.values().join(', ')}`);
}

/** Far more text than fits: what is not used any more makes room. */
function formatTenThousandTimes(): void {
  let characters = 0;
  for (let i = 0; i < 10_000; i++) characters += `some text ${i}`.length;
  println(`10000 texts, ${characters} characters`);
}
