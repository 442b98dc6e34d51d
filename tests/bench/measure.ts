/**
 * One interleaved run: in each round every guest is executed by every runner, one right after the other, so that a busy host
 * slows them alike. Ratios are taken inside a round; their median over the rounds is what is reported.
 */
import type { CoreCode } from '@longmode/machine';
import { loadEngine, type OwnRunner, type Run, runOnEngine } from './engine.ts';
import { expectedOf, readExpected } from './expected.ts';
import { type Guest, type GuestGroup, type Runner, SIZE_OF, type SizeName } from './guests.ts';
import { runOnQemu } from './qemu.ts';
import { median } from './statistics.ts';

/** What to measure. */
export interface Plan {
  readonly guests: readonly Guest[];
  readonly runners: readonly Runner[];
  readonly rounds: number;
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
  jsOverInterpreter: { label: 'JS / Wasm', runner: 'js', reference: 'interpreter' },
} as const satisfies Record<string, Ratio>;

/** Name of a ratio. */
export type RatioName = keyof typeof RATIOS;

/** What came out for one guest. */
export interface Row {
  readonly name: string;
  readonly group: GuestGroup;
  /** Guest instructions per second of CPU time, median over the rounds; absent for a runner that did not run. */
  readonly instructionsPerSecond: Readonly<Partial<Record<Runner, number>>>;
  /** Medians over the rounds; absent where one of the two did not run. */
  readonly ratios: Readonly<Partial<Record<RatioName, number>>>;
}

/** QEMU's start-up is measured this often before anything else. */
const EMPTY_RUNS = 5;

/** CPU seconds for one instruction in one run: of the executing thread, and of the whole process. */
interface Cost {
  readonly thread: number;
  readonly process: number;
}

/** Measures. @throws if a checksum or an instruction count is not the expected one */
export async function measure(plan: Plan, log: (line: string) => void): Promise<readonly Row[]> {
  const table = readExpected();
  const codes = new Map<OwnRunner, CoreCode>();
  for (const runner of plan.runners) if (runner !== 'qemu') codes.set(runner, await loadEngine(runner));

  function check(what: string, found: unknown, expected: unknown): void {
    if (found !== expected) throw new Error(`wrong result: ${what}: expected ${expected}, found ${found}`);
  }

  async function runOwn(runner: OwnRunner, name: string, sizeName: SizeName): Promise<Run> {
    const expected = expectedOf(table, name, sizeName);
    const run = await runOnEngine(runner, codes.get(runner)!, name, expected.size);
    check(`checksum of ${name} on ${runner}`, run.checksum, expected.checksum);
    check(`instructions of ${name} on ${runner}`, run.instructions, expected.instructions);
    return run;
  }

  // Every guest once at its tiny size: wrong results show at once, and V8 has compiled the core before the clock runs.
  for (const runner of codes.keys()) for (const { name } of plan.guests) await runOwn(runner, name, 'test');
  const startUps = plan.runners.includes('qemu')
    ? Array.from({ length: EMPTY_RUNS }, () => runOnQemu('empty', 0).cpuSeconds)
    : [0];
  const qemuStartSeconds = median(startUps);

  async function cost(runner: Runner, name: string): Promise<Cost> {
    const expected = expectedOf(table, name, SIZE_OF[runner]);
    if (runner !== 'qemu') {
      const { cpuSeconds, processCpuSeconds } = await runOwn(runner, name, SIZE_OF[runner]);
      return { thread: cpuSeconds / expected.instructions, process: processCpuSeconds / expected.instructions };
    }
    const run = runOnQemu(name, expected.size);
    check(`checksum of ${name} on QEMU`, run.checksum, expected.checksum);
    const seconds = Math.max(run.cpuSeconds - qemuStartSeconds, 1e-3) / expected.instructions;
    return { thread: seconds, process: seconds };
  }

  const costs = new Map<string, Partial<Record<Runner, Cost>>[]>();
  for (let round = 1; round <= plan.rounds; round++) {
    for (const { name } of plan.guests) {
      const costOf: Partial<Record<Runner, Cost>> = {};
      for (const runner of plan.runners) costOf[runner] = await cost(runner, name);
      costs.set(name, [...(costs.get(name) ?? []), costOf]);
      const shown = plan.runners.map((runner) => `${runner} ${Math.round(1e-6 / costOf[runner]!.thread)}`);
      log(`round ${round}/${plan.rounds} ${name}: ${shown.join(', ')} million instructions per second`);
    }
  }
  return plan.guests.map(({ name, group }) => summarize(name, group, plan.runners, costs.get(name) ?? []));
}

/** Medians of one guest. */
function summarize(
  name: string,
  group: GuestGroup,
  runners: readonly Runner[],
  rounds: readonly Partial<Record<Runner, Cost>>[],
): Row {
  const ratios = Object.entries<Ratio>(RATIOS).flatMap(([ratio, { runner, reference, withCompilerThreads }]) => {
    if (!runners.includes(runner) || !runners.includes(reference)) return [];
    const values = rounds.map((costOf) => {
      const { thread, process } = costOf[runner]!;
      return (withCompilerThreads ? process : thread) / costOf[reference]!.thread;
    });
    return [[ratio, median(values)] as const];
  });
  return {
    name,
    group,
    instructionsPerSecond: Object.fromEntries(
      runners.map((runner) => [runner, median(rounds.map((costOf) => 1 / costOf[runner]!.thread))]),
    ),
    ratios: Object.fromEntries(ratios),
  };
}
