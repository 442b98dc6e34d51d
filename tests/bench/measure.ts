/**
 * One interleaved run: in each round every guest is executed by every runner, one right after the other, so that a busy host
 * slows them alike. Ratios are taken inside a round; their median over the rounds is what is reported.
 */
import type { Pages } from './engine.ts';
import { type Execution, type Executor, openExecutor } from './executors.ts';
import { expectedOf, readExpected } from './expected.ts';
import { type Guest, type GuestGroup, type Runner, SIZE_OF, type SizeName } from './guests.ts';
import { median } from './statistics.ts';

/** What to measure. */
export interface Plan {
  readonly guests: readonly Guest[];
  readonly runners: readonly Runner[];
  readonly rounds: number;
  /** With which pages the guests map their memory. */
  readonly pages: Pages;
}

/** A ratio of the times of two runners for the same instructions. */
export interface Ratio {
  /** How tables call it: the runner in front is the faster one if it is below 1. */
  readonly label: string;
  readonly runner: Runner;
  readonly reference: Runner;
  /** Whether V8's compiler threads are counted for `runner`. */
  readonly withCompilerThreads?: true;
}

/** The ratios that are reported, by the name that they have in the JSON. */
export const RATIOS = {
  jitOverQemu: { label: 'jit / QEMU', runner: 'jit', reference: 'qemu' },
  jitProcessOverQemu: { label: 'with compiler threads', runner: 'jit', reference: 'qemu', withCompilerThreads: true },
  interpreterOverQemu: { label: 'Wasm / QEMU', runner: 'interpreter', reference: 'qemu' },
  jsOverQemu: { label: 'JS / QEMU', runner: 'js', reference: 'qemu' },
  jitOverNative: { label: 'jit / native', runner: 'jit', reference: 'native' },
  jitOverV86: { label: 'jit / v86', runner: 'jit', reference: 'v86' },
  jitI386OverV86: { label: '32-bit: jit / v86', runner: 'jit_i386', reference: 'v86' },
  jitI386OverInterpreter: { label: '32-bit: jit / Wasm', runner: 'jit_i386', reference: 'interpreter_i386' },
  jitOverInterpreter: { label: 'jit / Wasm', runner: 'jit', reference: 'interpreter' },
  coldOverQemu: { label: 'cold: jit / QEMU', runner: 'jit_cold', reference: 'qemu_cold' },
  node24OverQemu: { label: 'Node 24: jit / QEMU', runner: 'node24', reference: 'qemu' },
  chromiumOverQemu: { label: 'Chromium: jit / QEMU', runner: 'chromium', reference: 'qemu' },
  jsOverInterpreter: { label: 'JS / Wasm', runner: 'js', reference: 'interpreter' },
} as const satisfies Record<string, Ratio>;

/** Name of a ratio. */
export type RatioName = keyof typeof RATIOS;

/** What came out for one guest. */
export interface Row {
  readonly name: string;
  readonly group: GuestGroup;
  /**
   * Guest instructions per second of CPU time, median over the rounds; absent for a runner that did not run; those of runners with
   * the 32-bit image are instructions of the 64-bit one.
   */
  readonly instructionsPerSecond: Readonly<Partial<Record<Runner, number>>>;
  /** Medians over the rounds; absent where one of the two did not run. */
  readonly ratios: Readonly<Partial<Record<RatioName, number>>>;
}

/** CPU seconds for one instruction in one run: of the executing thread, and of the whole process. */
interface Pace {
  readonly thread: number;
  readonly process: number;
}

/** Measures. @throws if a checksum or an instruction count is not the expected one */
export async function measure(plan: Plan, log: (line: string) => void): Promise<readonly Row[]> {
  const table = readExpected();
  const { pages } = plan;

  async function run(runner: Runner, executor: Executor, name: string, sizeName: SizeName): Promise<Pace> {
    const { size, checksum, instructions } = expectedOf(table, name, sizeName, pages);
    const execution: Execution = await executor.run({ name, size, pages });
    check(`checksum of ${name} on ${runner}`, execution.checksum, checksum);
    if (execution.instructions !== undefined) {
      check(`instructions of ${name} on ${runner}`, execution.instructions, instructions);
    }
    return { thread: execution.cpuSeconds / instructions, process: execution.processCpuSeconds / instructions };
  }

  const executors = new Map<Runner, Executor>();
  try {
    for (const runner of plan.runners) executors.set(runner, await openExecutor(runner));
    const canRun = ({ whyNot }: Executor, name: string): boolean => whyNot?.({ name, size: 0, pages }) === undefined;
    // Every guest once at its tiny size: wrong results show at once, and V8 has compiled the emulators before the clock runs.
    for (const [runner, executor] of executors) {
      for (const { name } of plan.guests) {
        const reason = executor.whyNot?.({ name, size: 0, pages });
        if (reason !== undefined) log(`${name} does not run on ${runner}: ${reason}`);
        else if (executor.isWarmedUp) await run(runner, executor, name, 'test');
      }
    }
    const paces = new Map<string, Partial<Record<Runner, Pace>>[]>();
    for (let round = 1; round <= plan.rounds; round++) {
      for (const { name } of plan.guests) {
        const paceOf: Partial<Record<Runner, Pace>> = {};
        for (const [runner, executor] of executors) {
          if (canRun(executor, name)) paceOf[runner] = await run(runner, executor, name, SIZE_OF[runner]);
        }
        paces.set(name, [...(paces.get(name) ?? []), paceOf]);
        const shown = Object.entries(paceOf).map(([runner, { thread }]) => `${runner} ${Math.round(1e-6 / thread)}`);
        log(`round ${round}/${plan.rounds} ${name}: ${shown.join(', ')} million instructions per second`);
      }
    }
    return plan.guests.map(({ name, group }) => summarize(name, group, paces.get(name) ?? []));
  } finally {
    for (const executor of executors.values()) await executor.dispose?.();
  }
}

function check(what: string, found: unknown, expected: unknown): void {
  if (found !== expected) throw new Error(`wrong result: ${what}: expected ${expected}, found ${found}`);
}

/** Medians of one guest. */
function summarize(name: string, group: GuestGroup, rounds: readonly Partial<Record<Runner, Pace>>[]): Row {
  const runners = Object.keys(rounds[0] ?? {}) as Runner[];
  const ratios = Object.entries<Ratio>(RATIOS).flatMap(([ratio, { runner, reference, withCompilerThreads }]) => {
    if (!runners.includes(runner) || !runners.includes(reference)) return [];
    const values = rounds.map((paceOf) => {
      const { thread, process } = paceOf[runner]!;
      return (withCompilerThreads ? process : thread) / paceOf[reference]!.thread;
    });
    return [[ratio, median(values)] as const];
  });
  return {
    name,
    group,
    instructionsPerSecond: Object.fromEntries(
      runners.map((runner) => [runner, median(rounds.map((paceOf) => 1 / paceOf[runner]!.thread))]),
    ),
    ratios: Object.fromEntries(ratios),
  };
}
