// The word `test`: the kernel tests itself, in the machine, and reports over the serial line and the debug exit port, by
// the protocol of the book's second edition:
//
//     Running 2 tests
//     a breakpoint returns...	[ok]
//     strings can be made...	[failed]
//
//     Error: PANIC in ...
//
// Exit value 0x10 = all passed, 0x11 = one failed. A test fails by a panic or a fault.
import { Pit } from '../drivers/pit';
import { ScanCodeDecoder } from '../drivers/scan-codes';
import { Recovery } from '../interrupts/recovery';
import { onEnd } from '../library/panic';
import { print, println } from '../library/print';
import { int3, readCr2, store64 } from '../library/x86';
import { FRAMES } from '../memory/kernel-frames';
import { KernelHeap } from '../memory/heap/kernel-heap';
import { NOT_MAPPED, MAPPER } from '../memory/paging/mapper';
import { virtualAddress } from '../memory/page';
import { Executor } from '../tasks/executor';
import { wakeAfter } from '../tasks/sleep';
import { Poll, Task } from '../tasks/task';
import { runProgram } from './shell/user-command';
import { UserMode } from '../user/user-mode';
import { faults } from './faults';
import { EXIT_FAILURE, EXIT_SUCCESS, exitWith } from './power';

class SelfTest {
  constructor(
    readonly name: string,
    readonly run: () => void,
  ) {}
}

/** Runs all tests and leaves the machine. */
export function runSelfTests(): void {
  const tests = [
    new SelfTest('a breakpoint returns', breakpointReturns),
    new SelfTest('objects, arrays and maps', collections),
    new SelfTest('a hundred thousand strings fit into a small heap', manyStrings),
    new SelfTest('nothing is mapped at the null page', nullPage),
    new SelfTest('frames come back', framesComeBack),
    new SelfTest('the timer ticks', timerTicks),
    new SelfTest('a scan code becomes a key', scanCode),
    new SelfTest('tasks take turns', tasksTakeTurns),
    new SelfTest('a page fault can be survived', pageFaultSurvived),
    new SelfTest('a stack overflow can be survived', overflowSurvived),
    new SelfTest('a user program runs and ends', userProgram),
    new SelfTest('a user program that breaks the rules is killed', userProgramKilled),
  ];
  onEnd(failed);
  println(`Running ${tests.length} tests`);
  for (let i = 0; i < tests.length; i++) {
    print(`${tests[i].name}...\t`);
    tests[i].run();
    println('[ok]');
  }
  exitWith(EXIT_SUCCESS);
}

/** What a panic or a fault ends in, behind its message. */
function failed(): void {
  println('[failed]');
  exitWith(EXIT_FAILURE);
}

function breakpointReturns(): void {
  int3();
}

function collections(): void {
  const squares = new Map<string, i32>();
  for (let i = 0; i < 100; i++) squares.set(`n${i}`, i * i);
  assert(squares.get('n12') === 144 && squares.size === 100);
  const words = ['c', 'a', 'b'];
  words.sort();
  assert(words.join('') === 'abc');
}

function manyStrings(): void {
  let length = 0;
  for (let i = 0; i < 100_000; i++) length += `string ${i % 10}`.length;
  assert(length === 800_000);
  assert(KernelHeap.sizeBytes() < 4 * 1024 * 1024, 'the heap has grown without need');
}

function nullPage(): void {
  assert(MAPPER.translate(virtualAddress(0)) === NOT_MAPPED);
}

function framesComeBack(): void {
  const first = FRAMES.allocateFrame();
  const second = FRAMES.allocateFrame();
  assert(first !== null && second !== null && first !== second);
  if (first !== null) FRAMES.deallocateFrame(first);
  if (second !== null) FRAMES.deallocateFrame(second);
}

function timerTicks(): void {
  const before = Pit.ticks();
  Pit.sleep(3);
  assert(Pit.ticks() >= before + 3);
}

function scanCode(): void {
  const decoder = changetype<ScanCodeDecoder>(memory.data(offsetof<ScanCodeDecoder>(), 8));
  assert(decoder.decode(0x2a) === 0); // left shift
  assert(decoder.decode(0x1e) === 0x41);
  assert(decoder.decode(0xaa) === 0);
  assert(decoder.decode(0x1e) === 0x61);
}

/** Notes its letter three times, a tick apart. */
class LetterTask extends Task {
  private left: i32 = 3;

  constructor(
    private readonly letter: string,
    private readonly notes: string[],
  ) {
    super(letter);
  }

  poll(): Poll {
    this.notes.push(this.letter);
    if (--this.left === 0) return Poll.Ready;
    wakeAfter(this.waker, 1);
    return Poll.Pending;
  }
}

function tasksTakeTurns(): void {
  const notes: string[] = [];
  const executor = new Executor();
  executor.spawn(new LetterTask('a', notes));
  executor.spawn(new LetterTask('b', notes));
  executor.run();
  assert(notes.join('') === 'ababab');
}

function pageFaultSurvived(): void {
  if (!Recovery.checkpoint()) store64(0xdeadbeaf, 42);
  Recovery.disarm();
  assert(readCr2() === 0xdeadbeaf);
}

function overflowSurvived(): void {
  if (!Recovery.checkpoint()) provoke('stack-overflow');
  Recovery.disarm();
}

function provoke(word: string): void {
  const all = faults();
  for (let i = 0; i < all.length; i++) if (all[i].word === word) all[i].provoke();
  assert(false, 'nothing happened');
}

function userProgram(): void {
  runProgram(0);
  assert(!UserMode.isKilled() && UserMode.exitStatus() === 42);
}

function userProgramKilled(): void {
  runProgram(1);
  assert(UserMode.isKilled());
  runProgram(2);
  assert(UserMode.isKilled());
}
