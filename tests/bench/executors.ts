/** Everybody who can run a guest, behind one function each. */
import { openChromium } from './chromium.ts';
import { type Cost, loadEngine, type OwnRunner, runOnEngine, type Task } from './engine.ts';
import { guests, type Runner } from './guests.ts';
import { runOnI386, whyNotI386 } from './i386.ts';
import { buildNativeProgram, whyNotNative } from './native.ts';
import { findNode, runInProcess } from './process.ts';
import { runOnQemu } from './qemu.ts';
import { median } from './statistics.ts';
import { loadV86 } from './v86.ts';

/** What came out of a run; only our own engines count instructions. */
export interface Execution extends Cost {
  readonly checksum: string;
  readonly instructions?: number;
}

/** Runs guests. */
export interface Executor {
  run(task: Task): Execution | Promise<Execution>;
  /** Why a guest cannot be run, or undefined. */
  whyNot?(task: Task): string | undefined;
  /** Whether the runner is in this process and gets faster with use. */
  readonly isWarmedUp?: boolean;
  dispose?(): void | Promise<void>;
}

/** A start-up is measured this often. */
const EMPTY_RUNS = 5;

/** What the clock can tell apart. */
const SECONDS_AT_LEAST = 2e-4;

/** Subtracts the cost of the guest that does nothing: of a process that starts and ends, that is. */
function withoutStart(run: (task: Task) => { readonly checksum: string; readonly cpuSeconds: number }): Executor {
  const starts = Array.from({ length: EMPTY_RUNS }, () => run({ name: 'empty', size: 0 }).cpuSeconds);
  const startSeconds = median(starts);
  return {
    run(task) {
      const { checksum, cpuSeconds } = run(task);
      const seconds = Math.max(cpuSeconds - startSeconds, SECONDS_AT_LEAST);
      return { checksum, cpuSeconds: seconds, processCpuSeconds: seconds };
    },
  };
}

async function ownExecutor(runner: OwnRunner): Promise<Executor> {
  const code = await loadEngine(runner);
  return { run: (task) => runOnEngine(runner, code, task), isWarmedUp: true };
}

/** The size at which a guest warms up an engine. */
const testSizeOf = (name: string): number => guests.find((guest) => guest.name === name)?.sizes.test ?? 0;

/** Makes ready what a runner needs. @throws if it is not there */
export async function openExecutor(runner: Runner): Promise<Executor> {
  switch (runner) {
    case 'jit':
    case 'interpreter':
    case 'js':
      return ownExecutor(runner);
    case 'jit_cold':
      return { run: (task) => runInProcess([task]) };
    case 'node24': {
      const node = findNode(24);
      return { run: (task) => runInProcess([{ ...task, size: testSizeOf(task.name) }, task], node) };
    }
    case 'chromium': {
      const { run, close } = await openChromium();
      return { run, isWarmedUp: true, dispose: close };
    }
    case 'qemu':
    case 'qemu_cold':
      return withoutStart(runOnQemu);
    case 'native': {
      const program = buildNativeProgram();
      return {
        ...withoutStart(({ name, size }) => program.runTimed(name, size)),
        whyNot: ({ name }) => whyNotNative(name),
        dispose: () => program[Symbol.dispose](),
      };
    }
    case 'v86':
      return { run: loadV86(), whyNot: whyNotI386, isWarmedUp: true };
    case 'jit_i386':
    case 'interpreter_i386': {
      const own = runner === 'jit_i386' ? 'jit' : 'interpreter';
      const code = await loadEngine(own);
      return { run: (task) => runOnI386(own, code, task), whyNot: whyNotI386, isWarmedUp: true };
    }
  }
}
